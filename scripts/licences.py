"""Writes docs/third-party.md: the licence of everything that is not ours and that running, testing or training uses.

    python scripts/licences.py            write the file
    python scripts/licences.py --check    say what is missing or out of date in it, and fail

Versions come from constraints.txt, licences from the metadata of the installed packages; what metadata does not say
(Debian packages, fonts, weights, what a wheel bundles) stands in scripts/licences.yaml, with how we know.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "third-party.md"
SPDX = {
    "apache": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "python software foundation license": "PSF-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}


def pinned() -> dict[str, str]:
    """Version of each package by name, as constraints.txt spells it."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def closure(requirements: Iterable[str]) -> set[str]:
    """Canonical names of the requirements and of everything they need on this platform, as far as it is installed."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = str(canonicalize_name(requirement.name))
        for extra in ("", *requirement.extras):
            if (name, extra) in found:
                continue
            found.add((name, extra))
            try:
                needs = metadata(name).get_all("Requires-Dist") or []
            except PackageNotFoundError:
                continue
            for text in needs:
                need = Requirement(text)
                if need.marker is None or need.marker.evaluate({"extra": extra}):
                    waiting.append(need)
    return {name for name, _ in found}


def uses() -> dict[str, str]:
    """Canonical name -> run, train or test: the first that needs it."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    found: dict[str, str] = {}
    groups = (("run", project["dependencies"]), ("train", extras["train"]), ("test", extras["dev"]))
    for use, requirements in groups:
        for name in sorted(closure(requirements)):
            found.setdefault(name, use)
    return found


def licence_of(name: str) -> str | None:
    """The licence that the package's metadata states, as SPDX where it is known; None when it is not installed."""
    try:
        known = metadata(name).json
    except PackageNotFoundError:
        return None
    if expression := known.get("license_expression"):
        return str(expression)
    kinds = [c.rsplit(" :: ", 1)[-1] for c in known.get("classifier", []) if c.startswith("License :: ")]
    kinds = [kind for kind in kinds if not kind.endswith("approved") and kind != "OSI Approved"]
    stated = str(known.get("license") or "").strip().splitlines()
    short = stated[0].strip() if stated and len(stated[0]) < 60 else ""
    words = [short] if short and (not kinds or kinds == ["BSD License"]) else kinds or [short]
    return " AND ".join(SPDX.get(word.lower(), word) for word in words) or "not stated"


def python_rows(extra: dict[str, Any]) -> list[list[str]]:
    """Package, version, licence, use, note. Raises SystemExit naming what is not installed."""
    notes, overrides, use = extra["notes"], extra["licences"], uses()
    rows, missing = [], []
    for name, version in pinned().items():
        licence = overrides.get(name) or licence_of(name)
        if licence is None:
            missing.append(name)
            continue
        rows.append([name, version, licence, use.get(str(canonicalize_name(name)), "tool"), notes.get(name, "")])
    if missing:
        raise SystemExit(f"not installed, so their licence is unknown: {', '.join(missing)} (see licences.yaml)")
    return rows


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def document() -> str:
    """The whole of docs/third-party.md."""
    extra: dict[str, Any] = yaml.safe_load((ROOT / "scripts" / "licences.yaml").read_text(encoding="utf-8"))
    packages = python_rows(extra)
    careful = [[f"`{row[0]}`", row[2], row[3], row[4]] for row in packages if re.search(r"GPL|MPL", row[2])]
    weights = yaml.safe_load((ROOT / "models" / "weights" / "registry.yaml").read_text(encoding="utf-8"))
    parts = [
        "# Licences of what is not ours",
        "Made by `scripts/licences.py` from `constraints.txt`, the packages' metadata and `scripts/licences.yaml`; "
        "a test keeps it complete. Hoso itself is under Apache-2.0 (`LICENSE`). Use: *run* is needed at run time, "
        "*train* and *test* are not installed in production, *tool* came along with a tool or served to make data.",
        "## Licences that ask for something",
        extra["careful"].strip(),
        table(["package", "licence", "use", "note"], careful),
        "## Files of others in this repository",
        table(["file", "what", "licence"], [[f"`{f['file']}`", f["what"], f["licence"]] for f in extra["files"]]),
        "## Weights",
        table(
            ["file", "name", "licence"],
            [[f"`models/weights/{w['file']}`", f"{w['name']} {w['version']}", w["licence"]] for w in weights.values()],
        ),
        "## Debian packages",
        "Installed from Debian 12, not part of this repository. Licences as their `copyright` files state them.",
        table(["package", "use", "licence"], [[f"`{d['name']}`", d["use"], d["licence"]] for d in extra["debian"]]),
        "## Python packages",
        table(["package", "version", "licence", "use"], [row[:4] for row in packages]),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Write or check the document."""
    parser = argparse.ArgumentParser(description="Licences of third parties.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    made = document()
    if parser.parse_args().check:
        if DOCUMENT.read_text(encoding="utf-8") == made:
            return 0
        sys.stderr.write("docs/third-party.md is out of date: run `python scripts/licences.py`\n")
        return 1
    DOCUMENT.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
