"""What a figure was measured on."""

from __future__ import annotations

import os

from models.evaluation.machine import processor


def machine() -> str:
    """The processor's name, the cores that this process may use, and how busy the machine was before."""
    return f"{processor()}, {len(os.sched_getaffinity(0))} cores, load before the run {os.getloadavg()[0]:.1f}"
