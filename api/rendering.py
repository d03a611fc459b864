"""Templates, and how times, sizes and codes are written for people in either language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.texts import TEXTS
from config.catalogue import agencies, forms, procedures
from dossiers.due import VIETNAM

LANGUAGES = ("vi", "en")


def templates() -> Environment:
    """The environment; everything is escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"when": when, "clock": clock, "size": size, "percent": percent}
    return environment


def translator(language: str) -> Callable[[str], str]:
    """The texts of a language by key; a key without text is shown as it is."""
    index = LANGUAGES.index(language)

    def say(key: str) -> str:
        return TEXTS[key][index] if key in TEXTS else key.rsplit(".", 1)[-1]

    return say


def names(language: str) -> dict[str, Callable[[str], str]]:
    """How procedures, agencies, kinds of papers and the fields on them are called."""
    vietnamese = language == "vi"

    def procedure(code: str) -> str:
        found: Any = procedures().get(code)
        return (found.name_vi if vietnamese else found.name_en) if found else code

    def agency(code: str) -> str:
        found = agencies().get(code)
        return (found.short_name if vietnamese else found.name_en) if found else code

    def kind(identifier: str) -> str:
        found = forms().get(identifier)
        if found is None:
            return "Chưa nhận dạng được loại giấy tờ" if vietnamese else "Kind not recognised"
        return found.title if vietnamese else found.title_en

    return {"procedure": procedure, "agency": agency, "kind": kind}


def _moment(value: datetime | str | None) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(VIETNAM) if value else None


def when(value: datetime | str | None) -> str:
    """Day and minute in Vietnam."""
    moment = _moment(value)
    return f"{moment:%d/%m/%Y %H:%M}" if moment else ""


def clock(value: datetime | str | None) -> str:
    """Time of day in Vietnam."""
    moment = _moment(value)
    return f"{moment:%H:%M:%S}" if moment else ""


def size(value: int) -> str:
    """Bytes for people."""
    if value < 1000:
        return f"{value} B"
    return f"{value / 1000:.0f} kB" if value < 1_000_000 else f"{value / 1_000_000:.1f} MB"


def percent(value: float | None) -> str:
    """A share of one."""
    return "" if value is None else f"{value * 100:.0f}%"
