"""File formats that come in: what a file really is, whether it is safe to open, how many pages it holds.

Sizes are checked from headers before anything is decoded. Nothing here ever changes a given file.
"""
