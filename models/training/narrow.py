"""Take away the hidden units of a network that its blocks miss least, before training teaches it to do without.

Seven tenths of the time of a line and four of a page go into the channel mixers of the backbone, and many of their
hidden units say nearly what others say. From each mixer units are taken one after the other, always the one without
which the rest, its weights fitted anew by least squares, comes nearest to what the mixer gave on drawn lines or pages
(backward elimination with the inverse of the second moments, as Hassibi and Stork 1993, *Optimal brain surgeon*, take
single weights). Neither needs a truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import nn

from models.ports.mixers import Mixer
from models.training import checkpoint
from models.training.config import Training

STEP = 32
"""Units are kept in multiples of this, which processors compute at once."""
_RIDGE = 1e-6
"""Of the mean second moment, added to each: two units that are always equal would have no inverse."""


class Mixed(Protocol):
    """A network whose backbone has channel mixers."""

    def mixers(self) -> list[Mixer]: ...
    def __call__(self, pixels: torch.Tensor) -> torch.Tensor: ...


def begin_narrow(model: Mixed, config: Training, least: int, judged_by: Callable[[], Sequence[torch.Tensor]]) -> None:
    """Make `model` as narrow as `config.hidden` asks: by what `judged_by` draws where a run begins; where it goes on,
    the weights come from its checkpoint."""
    if config.hidden == 1:
        return
    if checkpoint.begun(config):
        resize(model, config.hidden, least)
    else:
        narrow(model, config.hidden, least, judged_by())


def narrow(model: Mixed, share: float, least: int, batches: Sequence[torch.Tensor]) -> None:
    """Keep `share` of the hidden units of each mixer, and not fewer than `least`, judged by `batches` of what the model
    sees, each [n, 3, h, w]."""
    for mixer, moments in zip(model.mixers(), _moments(model, batches), strict=True):
        kept = units_kept(mixer.hidden, share, least)
        if kept < mixer.hidden:
            _keep(mixer, *_eliminate(moments, _matrix(mixer.back), kept))


def resize(model: Mixed, share: float, least: int) -> None:
    """Make the mixers as narrow as `narrow` does, with fresh weights: those of a checkpoint come into them."""
    for mixer in model.mixers():
        kept = units_kept(mixer.hidden, share, least)
        if kept < mixer.hidden:
            mixer.resize(kept)


def units_kept(hidden: int, share: float, least: int) -> int:
    """How many of `hidden` units stay when `share` of them should, and not fewer than `least`."""
    return min(hidden, max(least, -(-round(hidden * share) // STEP) * STEP))


def _moments(model: Mixed, batches: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Of each mixer the mean products of its hidden units and of a constant 1, float64 [hidden + 1] ** 2."""
    found: list[torch.Tensor] = [torch.zeros(m.hidden + 1, m.hidden + 1, dtype=torch.float64) for m in model.mixers()]

    def note(number: int) -> Callable[..., None]:
        def add(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            units = inputs[0].movedim(1, -1).flatten(0, -2)
            seen = torch.cat([units, torch.ones(len(units), 1)], dim=1)
            found[number] += (seen.T @ seen / len(seen)).double() / len(batches)

        return add

    hooks = [mixer.back.register_forward_pre_hook(note(n)) for n, mixer in enumerate(model.mixers())]
    with torch.no_grad():
        for pixels in batches:
            model(pixels)
    for hook in hooks:
        hook.remove()
    return found


def _matrix(back: nn.Conv2d) -> torch.Tensor:
    """The weights with the bias behind them: float64 [channels, hidden + 1]."""
    with torch.no_grad():
        return torch.cat([back.weight[:, :, 0, 0], back.bias[:, None]], dim=1).double()


def _eliminate(moments: torch.Tensor, matrix: torch.Tensor, kept: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The units that stay, int64 [kept] in order, and the matrix over them, [channels, kept + 1]."""
    size = len(moments)
    inverse = torch.linalg.inv(moments + torch.eye(size, dtype=torch.float64) * moments.diagonal().mean() * _RIDGE)
    gone = torch.zeros(size, dtype=torch.bool)
    constant = size - 1
    for _ in range(constant - kept):
        costs = (matrix**2).sum(0) / inverse.diagonal()
        costs[gone] = torch.inf
        costs[constant] = torch.inf
        unit = int(costs.argmin())
        matrix = matrix - torch.outer(matrix[:, unit] / inverse[unit, unit], inverse[unit])
        inverse = inverse - torch.outer(inverse[:, unit], inverse[unit]) / inverse[unit, unit]
        inverse[unit, unit] = 1.0  # it is out of all sums; a divisor other than 0 keeps the rest finite
        gone[unit] = True
    stay = (~gone).nonzero()[:, 0]
    return stay[:-1], matrix[:, stay]


def _keep(mixer: Mixer, units: torch.Tensor, matrix: torch.Tensor) -> None:
    into = mixer.into
    mixer.resize(len(units))
    with torch.no_grad():
        mixer.into.weight.copy_(into.weight[units])
        mixer.into.bias.copy_(into.bias[units])
        mixer.back.weight.copy_(matrix[:, :-1, None, None])
        mixer.back.bias.copy_(matrix[:, -1])
