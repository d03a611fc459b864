"""Fits the monotone network of a recogniser's confidence (Sill 1998), the same one for the same lines.

Guarantees that no observation that speaks against a line makes it surer, whatever the lines say.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from models.recognition.confidence import Confidence
from models.recognition.evidence import MORE_IS_BETTER, NAMES

_SEED = 515_151
_NETS, _UNITS, _ROUNDS = 4, 4, 800
"""With 16 steps each it settles later and suits the lines that it saw better than others (docs/decisions.md, 45)."""
_RIDGE = 1e-4
_LEAST_DEVIATION = 1e-2
"""What hardly varies is weighed as if it varied so much."""


def fit(seen: NDArray[np.float64], right: NDArray[np.bool_]) -> Confidence:
    """The most likely monotone network for observations [m, n] of lines, with weights drawn towards zero: the mean of
    `_NETS` that begin elsewhere, which is one network again. `ValueError` when all lines are right or all are wrong."""
    if right.all() or not right.any():
        raise ValueError("lines of one kind only: draw more, or worse ones")
    mean, deviation = seen.mean(axis=0), np.maximum(seen.std(axis=0), _LEAST_DEVIATION)
    noticed = torch.from_numpy((seen - mean) / deviation)
    truth = torch.from_numpy(right.astype(np.float64)).expand(_NETS, -1)
    sense = torch.tensor([1.0 if name in MORE_IS_BETTER else -1.0 for name in NAMES], dtype=torch.float64)[:, None]
    seed, count = torch.Generator().manual_seed(_SEED), len(NAMES)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(_NETS, *shape, generator=seed, dtype=torch.float64)

    slopes, heights, weights = drawn(count, _UNITS) * 0.5 - 1.5, drawn(_UNITS, 1) * 0.3, drawn(count, 1) * 0.1 - 3
    offsets, bias = drawn(1, _UNITS), torch.full((_NETS, 1, 1), 3.0, dtype=torch.float64)
    parameters = [one.requires_grad_() for one in (slopes, heights, weights, offsets, bias)]
    optimiser = torch.optim.Adam(parameters, lr=0.03)
    for _ in range(_ROUNDS):
        optimiser.zero_grad()
        steep, high, weighty = (softplus(one) for one in (slopes, heights, weights))
        score = torch.tanh(noticed @ (sense * steep) + offsets) @ high + noticed @ (sense * weighty) + bias
        size = (steep**2).sum() + (high**2).sum() + (weighty**2).sum()
        loss = binary_cross_entropy_with_logits(score[:, :, 0], truth, reduction="sum") / len(seen) + _RIDGE * size
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        leant = (sense * softplus(slopes)).transpose(1, 2).reshape(-1, count).numpy() / deviation
        sums = (sense * softplus(weights)).mean(dim=0)[:, 0].numpy() / deviation
        return Confidence(
            round(float(bias.mean()) - float(sums @ mean), 5),
            sums.round(5),
            (softplus(heights).reshape(-1).numpy() / _NETS).round(5),
            leant.round(5),
            (offsets.reshape(-1).numpy() - leant @ mean).round(5),
        )
