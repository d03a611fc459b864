"""The catalogue: forms, procedures and agencies, read from YAML once and typed.

A wrong file stops the start with a sentence that names the file and the key: unknown keys, missing keys, kinds of
values that do not exist, fields that are named twice, procedures that require a form which is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from config.agency import Agency
from config.form import Form
from config.procedure import Procedure

CONFIG = Path(__file__).parent
Entry = TypeVar("Entry", Form, Procedure, Agency)


class CatalogueError(ValueError):
    """A YAML file of the catalogue is wrong; the message names file and key."""


class Forms(BaseModel):
    """All forms by id, in the order of their file names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_id: dict[str, Form]

    def __iter__(self) -> Iterator[Form]:  # type: ignore[override]
        return iter(self.by_id.values())

    def get(self, kind: str) -> Form | None:
        """The form of a document's kind; None for `unknown`."""
        return self.by_id.get(kind)


def load_forms(folder: Path) -> Forms:
    """Every `*.yaml` of `folder` as a form. Raises CatalogueError."""
    return Forms(by_id={form.id: form for form in _load(folder, Form)})


def load_procedures(folder: Path, known: Forms) -> dict[str, Procedure]:
    """Every `*.yaml` of `folder` as a procedure whose required kinds are all in `known`. Raises CatalogueError."""
    found = {procedure.code: procedure for procedure in _load(folder, Procedure)}
    for procedure in found.values():
        for requirement in procedure.requires:
            for kind in requirement.any_of:
                if kind not in known.by_id:
                    raise CatalogueError(f"{folder / procedure.code}.yaml: requires: no form has the id {kind!r}")
    return found


def load_agencies(folder: Path) -> dict[str, Agency]:
    """Every `*.yaml` of `folder` as an agency. Raises CatalogueError."""
    return {agency.code: agency for agency in _load(folder, Agency)}


@lru_cache(maxsize=1)
def forms() -> Forms:
    """The forms of this installation."""
    return load_forms(CONFIG / "forms")


@lru_cache(maxsize=1)
def procedures() -> dict[str, Procedure]:
    """The procedures of this installation, by code."""
    return load_procedures(CONFIG / "procedures", forms())


@lru_cache(maxsize=1)
def agencies() -> dict[str, Agency]:
    """The agencies of this installation, by code."""
    return load_agencies(CONFIG / "agencies")


def _load(folder: Path, model: type[Entry]) -> list[Entry]:
    entries: list[Entry] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8"))
            entry = model.model_validate(raw)
        except yaml.YAMLError as error:
            raise CatalogueError(f"{path}: not readable as YAML: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"]) or "(file)"
            raise CatalogueError(f"{path}: {key}: {first['msg']}") from error
        name = entry.id if isinstance(entry, Form) else entry.code
        if path.stem != name:
            raise CatalogueError(f"{path}: the file must be called {name}.yaml, after its id or code")
        entries.append(entry)
    return entries
