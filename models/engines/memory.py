"""What a reader's process gives back to the system, and what it keeps at hand."""

from __future__ import annotations

import ctypes
from functools import cache

LARGE = 12 * 2**20
"""Bytes. Above a page of 200 dpi, which comes and goes all the time, and below the buffers of a network."""

KEPT = 64 * 2**20
"""Bytes of freed memory that stay at hand. The C library would keep 128 KiB, and every page fetch its own anew: 4,000
to 6,000 page faults, 2 % of its time."""

_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1  # malloc.h of the GNU C library


@cache
def give_back_large_blocks() -> bool:
    """Have the C library hand every block of `LARGE` and more back when it is freed, and keep `KEPT` of what is
    smaller; whether it knows how.

    By itself it raises that mark to 32 MiB after the first such block, and a reader then keeps 130 MiB that it does not
    use. Costs 2 % of speed.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(_M_MMAP_THRESHOLD, LARGE) and mallopt(_M_TRIM_THRESHOLD, KEPT))
    except AttributeError:  # another C library
        return False
