"""An endless stream of pools of samples, drawn ahead by processes beside, that can be taken up anywhere.

Guarantees that pool number k is a function of k alone, so that it does not matter who draws it, when, or after how
many restarts; and that the processes end with the one that started them, even when that one is killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import get_context, parent_process
from typing import TypeVar

Pool = TypeVar("Pool")


def pools(draw: Callable[[int], Pool], first: int, step: int, beside: int) -> Generator[Pool, None, None]:
    """`draw(first)`, `draw(first + step)` and so on; `beside` processes draw ahead (0: drawn here).

    `draw` must be picklable when drawn beside: a function of a module or a frozen dataclass with `__call__`.
    """
    if not beside:
        yield from map(draw, count(first, step))
        return
    with ProcessPoolExecutor(beside, mp_context=get_context("spawn"), initializer=live_with_parent) as drawers:
        numbers = count(first, step)
        ahead = [drawers.submit(draw, next(numbers)) for _ in range(beside + 1)]
        try:
            while True:
                ahead.append(drawers.submit(draw, next(numbers)))
                yield ahead.pop(0).result()
        finally:
            for drawing in ahead:
                drawing.cancel()


def live_with_parent() -> None:
    """Leave Ctrl-C to the parent, which saves first; end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
