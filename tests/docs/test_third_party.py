"""docs/third-party.md leaves nothing out, and LICENSE is the licence that the package metadata names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "third-party.md").read_text(encoding="utf-8")
OTHERS = ("api/static/vendor/*.js", "api/static/vendor/*.css", "models/weights/*.onnx", "workers/**/*.ttf")


def section(title: str) -> str:
    """The text under a heading."""
    found: str = DOCUMENT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return found


def test_every_pinned_package_is_listed_with_its_version_and_a_licence() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {tuple(line.split("==")) for line in lines if line and not line.startswith("#")}
    rows = re.findall(r"^\| (\S+) \| (\d\S*) \| ([^|]+) \| \w+ \|$", section("Python packages"), re.MULTILINE)
    assert {(name, version) for name, version, _ in rows} == pinned, "run `python scripts/licences.py`"
    assert [row for row in rows if row[2] in {"", "not stated", "UNKNOWN"}] == []


@pytest.mark.parametrize("pattern", OTHERS)
def test_every_file_of_others_is_listed(pattern: str) -> None:
    listed = re.findall(r"^\| `([^`]+)` \|", DOCUMENT, re.MULTILINE)
    files = [path.relative_to(ROOT) for path in ROOT.glob(pattern)]
    assert files
    assert [str(file) for file in files if not any(file.match(name) for name in listed)] == []


def test_every_debian_package_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    lists = re.findall(r"^DEBIAN_\w+\s*:=(.*)$", makefile, re.MULTILINE)
    wanted = {word for line in lists for word in line.split() if not word.startswith("$")}
    dockerfile = (ROOT / "k8s" / "images" / "Dockerfile").read_text(encoding="utf-8")
    wanted |= {w for line in re.findall(r"no-install-recommends ([^\\\n]+)", dockerfile) for w in line.split()}
    assert wanted <= set(re.findall(r"^\| `([^`]+)` \|", section("Debian packages"), re.MULTILINE))


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "Version 2.0, January 2004" in text and len(text) > 11_000
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
