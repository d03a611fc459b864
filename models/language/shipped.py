"""What is known of the language, as it ships: loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from models.language.stops import StopModel
from models.language.syllables import SyllableModel


@dataclass(frozen=True, slots=True)
class Language:
    """`syllables` knows which words follow which, `stops` which stop follows a word."""

    syllables: SyllableModel
    stops: StopModel


@cache
def shipped() -> Language:
    """The counts in this folder."""
    return Language(SyllableModel.load(), StopModel.load())
