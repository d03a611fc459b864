"""Large blocks go back to the system; measured in a process of its own, because the setting holds for a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from models.engines.memory import LARGE, give_back_large_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "given":
    assert give_back_large_blocks()
size = LARGE + 2**20
np.ones(20 * 2**20, np.uint8)  # what raises the mark of the C library
kept = [np.ones(size, np.uint8) for _ in range(6)]
pins = [np.ones(2**16, np.uint8) for _ in range(6)]
before = resident()
del kept[:5]  # one that stays lies above them
print((before - resident()) / (5 * size))
"""

FAULTS = """
import resource
import numpy as np
from models.engines.memory import KEPT, LARGE, give_back_large_blocks

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def a_page():
    return [np.ones(LARGE // 2, np.uint8) for _ in range(4)]

assert give_back_large_blocks() and 2 * LARGE < KEPT
a_page()
before = faults()
for _ in range(10):
    a_page()
print(faults() - before)
"""


def test_what_a_page_freed_is_at_hand_for_the_next() -> None:
    done = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1000, "24 MiB of fresh memory a page are 6,144 faults each"


@pytest.mark.parametrize(("how", "share"), [("given", 0.95), ("kept", 0.0)])
def test_freed_blocks_go_back_to_the_system_where_they_were_kept(how: str, share: float) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    assert abs(float(done.stdout) - share) < 0.1
