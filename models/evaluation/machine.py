"""What figures were measured on: speeds depend on it, and compare only where it is the same."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.is_file() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def machine(threads: int) -> str:
    """The processor, its cores, and on how many threads a model read."""
    return f"{processor()}, {os.cpu_count()} cores, {threads} threads"
