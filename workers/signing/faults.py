"""Named points at which a test may stop the process dead (SIGKILL), to prove that nothing is signed twice.

The file named by `HOSO_SIGNER_FAULT_FILE` holds a point's name; reaching that point removes the file and kills the
process. Without the variable nothing happens; it is read once at start, so nobody can arm a running signer.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_FILE = os.environ.get("HOSO_SIGNER_FAULT_FILE")


def point(name: str) -> None:
    """Die here when the fault file says so."""
    if _FILE and (file := Path(_FILE)).is_file() and file.read_text().strip() == name:
        file.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
