"""What a reader's process gives back to the system."""

from __future__ import annotations

import ctypes
from functools import cache

LARGE = 12 * 2**20
"""Bytes. Above a page of 200 dpi, which comes and goes all the time, and below the buffers of a network."""

_M_MMAP_THRESHOLD = -3  # malloc.h of the GNU C library


@cache
def give_back_large_blocks() -> bool:
    """Have the C library hand every block of `LARGE` and more back when it is freed; whether it knows how.

    By itself it raises that mark to 32 MiB after the first such block, and a reader then keeps 130 MiB that it does not
    use. Costs 2 % of speed.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE))
    except AttributeError:  # another C library
        return False
