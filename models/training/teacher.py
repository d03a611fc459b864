"""What another model says of what is being learnt, to learn from beside the truth."""

from __future__ import annotations

import torch
from torch import nn


def answer(teacher: nn.Module, pixels: torch.Tensor, *, bfloat16: bool) -> torch.Tensor:
    """The output of `teacher` for `pixels`, on their device, without gradients."""
    device = pixels.device
    with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=bfloat16):
        return teacher.to(device)(pixels)
