"""The card of the drawing benchmark: every kind is drawn and told. No speed is tested here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import synthesis


def test_the_card_tells_every_kind_of_line_and_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["synthesis", "--lines", "4", "--pages", "1", "--out", str(tmp_path)])
    synthesis.main()
    card = json.loads((tmp_path / "synthesis.json").read_text(encoding="utf-8"))
    shown = (tmp_path / "synthesis.md").read_text(encoding="utf-8")
    assert [row["kind"] for row in card["lines"]] == [*synthesis.KINDS, synthesis.CUT]
    assert [row["kind"] for row in card["pages"]] == list(synthesis.PAGES)
    assert all(row["per_second"] > 0 for row in (*card["lines"], *card["pages"]))
    assert all(row["ratio"] == pytest.approx(row["per_second"] / row["letters_per_second"]) for row in card["lines"])
    assert all(kind in shown for kind in (*synthesis.KINDS, *synthesis.PAGES))
