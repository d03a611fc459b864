"""The list of family names, typed: `config/surnames.yaml`, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

SURNAMES = Path(__file__).parent / "surnames.yaml"


class _Surnames(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    surnames: tuple[str, ...]


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Family names as spelt, in lower case."""
    listed = _Surnames.model_validate(yaml.safe_load(SURNAMES.read_text(encoding="utf-8")))
    return frozenset(name.lower() for name in listed.surnames)
