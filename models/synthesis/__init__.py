"""Synthetic paper: fonts, fictitious people and texts, lines and pages, all decided by a seed."""
