"""Those who train one model together: one process, or several that torch.distributed has joined.

Each member takes every n-th pool of the stream; gradients are averaged by DistributedDataParallel, so all members hold
the same weights. The first one checks, writes checkpoints and tells how it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
import torch.distributed as dist
from torch import nn

Place = tuple[int, int]
"""Pool and place in it: where a member stands in the stream."""


class Team(Protocol):
    """`rank` of this member, from 0, in a team of `size`."""

    @property
    def rank(self) -> int: ...

    @property
    def size(self) -> int: ...

    def wrap(self, model: nn.Module) -> nn.Module:
        """`model`, whose backward pass averages gradients over the team."""
        ...

    def total(self, values: Sequence[int]) -> list[int]:
        """Each of `values` summed over the team; every member must call."""
        ...

    def places(self, mine: Place) -> list[Place]:
        """Where each member stands, by rank; every member must call."""
        ...


class Alone:
    """A team of one."""

    rank, size = 0, 1

    def wrap(self, model: nn.Module) -> nn.Module:
        return model

    def total(self, values: Sequence[int]) -> list[int]:
        return list(values)

    def places(self, mine: Place) -> list[Place]:
        return [mine]


class Together:
    """A member of the process group that was joined before."""

    def __init__(self, device: torch.device) -> None:
        self.rank, self.size, self._device = dist.get_rank(), dist.get_world_size(), device

    def wrap(self, model: nn.Module) -> nn.Module:
        devices = [self._device] if self._device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(model, device_ids=devices)

    def total(self, values: Sequence[int]) -> list[int]:
        held = torch.tensor(values, dtype=torch.long, device=self._device)
        dist.all_reduce(held)
        return [int(value) for value in held.tolist()]

    def places(self, mine: Place) -> list[Place]:
        held = torch.zeros(self.size, 2, dtype=torch.long, device=self._device)
        held[self.rank] = torch.tensor(mine, dtype=torch.long)
        dist.all_reduce(held)
        return [(int(pool), int(place)) for pool, place in held.tolist()]
