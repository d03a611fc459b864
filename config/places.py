"""The table of provinces, typed: `config/provinces.yaml`, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

PROVINCES = Path(__file__).parent / "provinces.yaml"


class Provinces(BaseModel):
    """Full names by two-digit statistical code, before and after the merger of 2025-07-01, and other spellings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since_2025_07: dict[str, str]
    until_2025_06: dict[str, str]
    aliases: dict[str, str]


@lru_cache(maxsize=1)
def provinces() -> Provinces:
    """The table; a wrong file stops the start."""
    return Provinces.model_validate(yaml.safe_load(PROVINCES.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def province_codes() -> frozenset[str]:
    """Every two-digit code that has ever stood for one of the 63 or 34 units."""
    table = provinces()
    return frozenset(table.since_2025_07) | frozenset(table.until_2025_06)


@lru_cache(maxsize=1)
def province_words() -> frozenset[str]:
    """The words of all names of provinces, in lower case: Đắk and Kạn are no syllables of the common language."""
    table = provinces()
    names = (*table.since_2025_07.values(), *table.until_2025_06.values(), *table.aliases)
    return frozenset(word.lower() for name in names for word in name.split())
