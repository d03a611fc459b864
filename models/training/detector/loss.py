"""The loss of a text detector (Liao et al., 2020, "Real-time Scene Text Detection with Differentiable Binarization").

Two of its three terms: cross-entropy of the text chances with hard negatives, and dice of the binary map. The third, L1
of the threshold map, needs a head that the exported graph does not keep; so binarisation here uses the one threshold
that reading uses (`BoxRules.core`) in place of a learnt one.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from models.detection.boxes import BoxRules

STEEPNESS = 50.0
"""k of the paper's approximate step function."""
_NEGATIVES = 3
"""Hard negatives for each positive pixel."""


def db_loss(logits: torch.Tensor, cores: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Loss of `logits` [n, 1, h, w] against `cores` [n, h, w] of 0 and 1, where `counts` [n, h, w] is 1."""
    scores = logits[:, 0].float()
    return balanced_cross_entropy(scores, cores, counts) + dice(torch.sigmoid(scores), cores, counts)


def taught_loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """How far `logits` [n, 1, h, w] are from those of a teacher, [n, 1, h, v]: the same two terms, its map in place of
    the truth. A teacher who sees more of a page's width is asked for the mean over what is one pixel here."""
    scores, seen = logits[:, 0].float(), torch.sigmoid(wanted.float())
    chances = F.interpolate(seen, size=scores.shape[1:], mode="area")[:, 0]
    everywhere = torch.ones_like(chances)
    return balanced_cross_entropy(scores, chances, everywhere) + dice(torch.sigmoid(scores), steep(chances), everywhere)


def balanced_cross_entropy(scores: torch.Tensor, cores: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Mean over all positive pixels and the three times as many worst negative ones; `cores` may be chances."""
    each = F.binary_cross_entropy_with_logits(scores, cores, reduction="none") * counts
    positive = cores * counts
    found = int(positive.sum())
    negative = (each * (1 - cores)).flatten()
    most = min(_NEGATIVES * max(found, 1000), negative.numel())
    hard = torch.topk(negative, most).values
    return ((each * positive).sum() + hard.sum()) / (found + most)


def dice(chances: torch.Tensor, cores: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """1 - Dice coefficient of the approximate binary map."""
    binary = steep(chances) * counts
    truth = cores * counts
    return 1 - 2 * (binary * truth).sum() / (binary.sum() + truth.sum() + 1e-6)


def steep(chances: torch.Tensor) -> torch.Tensor:
    """The approximate binary map."""
    return torch.sigmoid(STEEPNESS * (chances - BoxRules().core))
