"""Writes docs/settings.md: every setting with its type, default and meaning, from config/settings.py.

python scripts/settings_table.py            write the file
python scripts/settings_table.py --check    fail when it is out of date
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

sys.path.insert(0, str(Path(__file__).parents[1]))
from config.settings import MIB, Settings

DOCUMENT = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Made by `scripts/settings_table.py` from `config/settings.py`; a test keeps it up to date.

A setting comes from, first found wins: an environment variable (`HOSO_DATABASE__POOL_SIZE`), the YAML file that
`HOSO_CONFIG` names, the default. An unknown key stops the start. Secrets are files (`..._file`), never values.
`hoso up` writes one file for each kind of process into the instance's `config/`.
"""
BOUNDS = {"Ge": ("≥", "ge"), "Gt": (">", "gt"), "Le": ("≤", "le"), "Lt": ("<", "lt")}


def type_of(field: FieldInfo) -> str:
    """The type as a reader of YAML needs it, with its bounds."""
    names = [getattr(part, "__name__", str(part)) for part in get_args(field.annotation) or (field.annotation,)]
    words = {
        "str": "text",
        "Path": "path",
        "int": "integer",
        "float": "number",
        "bool": "true/false",
        "NoneType": "none",
    }
    bounds = [
        f"{BOUNDS[type(rule).__name__][0]} {getattr(rule, BOUNDS[type(rule).__name__][1])}"
        for rule in field.metadata
        if type(rule).__name__ in BOUNDS
    ]
    return " ".join([" or ".join(words.get(name, name) for name in names), *bounds])


def default_of(value: Any) -> str:
    """The default as it would stand in YAML."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int) and value >= MIB and value % MIB == 0:
        return f"`{value}` ({value // MIB} MiB)"
    return f"`{value}`"


def row(name: str, field: FieldInfo) -> str:
    """One line of a table."""
    return f"| `{name}` | {type_of(field)} | {default_of(field.default)} | {field.description or ''} |"


def section(name: str, model: type[BaseModel]) -> str:
    """One section's heading, docstring and table."""
    rows = [row(key, field) for key, field in model.model_fields.items()]
    said = " ".join((model.__doc__ or "").split())
    return "\n".join([f"## `{name}`", "", said, "", *table_head(), *rows, ""])


def table_head() -> tuple[str, str]:
    """The first two lines of each table."""
    return "| key | type | default | meaning |", "| --- | --- | --- | --- |"


def document() -> str:
    """The whole of docs/settings.md."""
    fields = Settings.model_fields
    sections = {k: f.annotation for k, f in fields.items() if isinstance(f.default, BaseModel)}
    top = [row(key, field) for key, field in fields.items() if key not in sections]
    parts = [HEAD, "\n".join(["## Top level", "", *table_head(), *top, ""])]
    for name, model in sections.items():
        assert isinstance(model, type) and issubclass(model, BaseModel)
        parts.append(section(name, model))
    return "\n".join(parts)


def main() -> int:
    """Write or check the document."""
    parser = argparse.ArgumentParser(description="The table of settings.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        same = DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == document()
        if not same:
            sys.stderr.write("docs/settings.md is out of date: run `python scripts/settings_table.py`\n")
        return 0 if same else 1
    DOCUMENT.write_text(document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
