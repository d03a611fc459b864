"""Whether a network gives what its role is asked for: tried on empty pictures, before anybody's page is.

A recogniser with more classes than its charset has signs reads until one of those classes wins, and an orienter that
was registered as a detector opens, and dies on the first page.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.engines.network import Network
from models.narrowed import narrowed_in
from models.recognition.prepare import HEIGHT

_LINES, _WIDTH = 2, 320
_PAGE = (1, 1, 64, 96)
_ONE = 0.01
"""How far from 1 the chances of a step may sum up."""


def misfit(network: Network, role: str, charset: Sequence[str]) -> str:
    """What is wrong with `network` as a `role` (`recogniser` with `charset`, `detector`); empty when it fits."""
    given = (_LINES, 3, HEIGHT, _WIDTH) if role == "recogniser" else (1, 3, *_PAGE[2:])
    try:
        found = network.run(np.zeros(given, dtype=np.float32))
    except Exception as error:  # whatever a file that is no such model makes the runtime say
        return f"no {role}: {type(error).__name__}: {error}"
    if role == "detector" and found.shape != _PAGE:
        return f"a detector gives a map {list(_PAGE)} of a page {list(given)}, this file {list(found.shape)}"
    try:
        narrowed_in(network.metadata)
    except ValueError as error:
        return f"a {role} is told a share of a width between 0.5 and 1: {error}"
    if role == "detector":
        return ""
    classes = len(charset) + 1
    if found.ndim != 3 or len(found) != _LINES or found.shape[2] != classes:
        wanted = f"[{_LINES}, steps, {classes}] of {_LINES} lines: {len(charset)} signs of its charset and the blank"
        return f"a recogniser gives {wanted}; this file {list(found.shape)}"
    if not np.allclose(found.sum(axis=2), 1.0, atol=_ONE):
        return "a recogniser gives chances that sum up to 1 at every step; this file does not (softmax is missing?)"
    return ""
