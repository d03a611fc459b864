"""Suites of lines that people corrected: `set:FOLDER`, a data set as `models.datasets` writes and checks it.

Only the lines of its `test` split are measured, which training leaves out; a set without one is measured whole and
says so: figures on lines that were trained on are no proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.datasets import load_crop, read_set
from models.evaluation.suites.base import LineItem, LineSuite, SuiteEmpty

PREFIX = "set:"


def corrected(folder: Path) -> LineSuite:
    """The suite of the set in `folder`. `SuiteEmpty` when it is missing; what `read_set` raises when it is no set."""
    if not folder.is_dir():
        raise SuiteEmpty(str(folder))
    found = read_set(folder)
    kept = found.part("test")
    lines = kept or found.lines

    def items(size: int) -> Iterator[LineItem]:
        return (LineItem(load_crop(line), line.text) for line in lines[:size])

    whole_en, whole_vi = ("", "") if kept else (": all, none is kept for testing", ": tất cả, không có dòng giữ riêng")
    about = f"Lines of the set {found.identity}{whole_en}", f"Các dòng của bộ {found.identity}{whole_vi}"
    return LineSuite(f"{PREFIX}{found.identity}", max(1, found.version), len(lines), *about, items)
