"""Which commit of this project a run is made with."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def commit() -> str:
    """The commit (40 hex digits, `-dirty` behind it where files differ), or `unknown` outside of a git checkout."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    asked = [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    told = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"
