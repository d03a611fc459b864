"""The demonstration on real parts: three dossiers in, three signed results out, nothing left running."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoso.demo import samples
from hoso.embedded import control, process
from tests.hoso.support import mentioned


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hoso-test-")).resolve()
    yield folder
    control.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(600)
def test_three_samples_travel_the_whole_path_and_nothing_is_left_behind(home: Path, tmp_path: Path) -> None:

    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root), "HOSO_LANG": "en"}
    command = [sys.executable, "-c", "from hoso.cli import main; main()", "demo", "--json"]
    command += ["--home", str(home), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=540, env=env)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["failed"] == []
    assert [one["name"] for one in report["dossiers"]] == list(samples.NAMES)
    for one in report["dossiers"]:
        assert (one["state"], one["verdict"], one["level"]) == ("completed", "valid", "B-LT")
        assert one["score"]["papers_right"] == one["score"]["papers"]
        assert one["score"]["exact"] >= 0.75 * one["score"]["expected"]
        assert one["pdfsig"] in ("2/2 valid", "–")
        folder = tmp_path / one["name"]
        assert (folder / "ket-qua-da-ky.pdf").read_bytes().startswith(b"%PDF-")
        assert json.loads((folder / "truong-du-lieu.json").read_text(encoding="utf-8"))
        assert "B-LT" in (folder / "kiem-tra-chu-ky.txt").read_text(encoding="utf-8")
        originals = [path for path in folder.iterdir() if path.name.startswith("goc-")]
        assert len(originals) == 1
    assert process.belonging(home) == []
    assert mentioned(home) == []
