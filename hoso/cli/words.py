"""Which of the two languages the command line speaks: `--lang vi|en` before the command, else HOSO_LANG, else LANG."""

from __future__ import annotations

import os
import sys


def language(arguments: list[str]) -> str:
    """`vi` or `en`. Decided before the commands are defined, because help texts are fixed when they are."""
    for place, word in enumerate(arguments):
        if word == "--lang" and place + 1 < len(arguments):
            return "vi" if arguments[place + 1] == "vi" else "en"
        if word.startswith("--lang="):
            return "vi" if word.removeprefix("--lang=") == "vi" else "en"
    spoken = os.environ.get("HOSO_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "vi" if spoken.lower().startswith("vi") else "en"


LANGUAGE = language(sys.argv[1:])


def say(en: str, vi: str) -> str:
    """The sentence in the language of this run."""
    return vi if LANGUAGE == "vi" else en
