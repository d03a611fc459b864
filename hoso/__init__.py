"""Hoso on top: the command line, the embedded instance, the demonstration."""
