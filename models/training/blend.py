"""Half the way from the model that a run started from to what it learnt: better on both kinds than either end.

A small set pulls all weights towards itself. On the straight line between the two models lies one that has most of what
was learnt and has lost less of the rest, its confidence too (Wortsman et al. 2022, WiSE-FT; `docs/training.md` has what
was measured).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch


def blended(
    start: Mapping[str, torch.Tensor], learnt: Mapping[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Weights `share` of the way from `start` (0) to `learnt` (1); counters and the like are those of `learnt`."""
    return {
        name: torch.lerp(start[name], value, share) if value.is_floating_point() and share < 1 else value
        for name, value in learnt.items()
    }
