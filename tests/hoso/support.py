"""Running the command line as a process of its own, and looking for what it left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def hoso(
    *words: str | Path, home: Path | None = None, lang: str = "en", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `hoso` with these words; `env` is added to its environment."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("HOSO_")} | (env or {})
    env |= {"PYTHONPATH": str(ROOT), "HOSO_LANG": lang} | ({"HOSO_HOME": str(home)} if home else {})
    command = [sys.executable, "-c", "from hoso.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)


def said(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def mentioned(home: Path) -> list[str]:
    """Processes whose command line, working folder or environment names the home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                seen = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if str(home).encode() in seen or (entry / "cwd").readlink().is_relative_to(home):
                    found.append(entry.name)
            except OSError:
                continue
    return found
