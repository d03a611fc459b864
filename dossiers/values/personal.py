"""Numbers that point at one person, wherever they stand in a line of text.

For leaving lines out, so it errs on the side of finding too much: every run of nine or more digits counts unless it is
an amount grouped by thousands. Names and addresses are not found: no rule tells them from other words.
"""

from __future__ import annotations

import re

from dossiers.values.contacts import parse_email, parse_phone
from dossiers.values.identity import parse_personal_id
from dossiers.values.text import nfc

_RUN = re.compile(r"(?<![\w/])[+(]?\d(?:[ .\-|_()]{0,2}\d){8,}(?!\w)")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_PASSPORT = re.compile(r"(?<!\w)[A-Z]\d{7}(?!\w)")
_AT = re.compile(r"\S+\s?@\s?\S+")


def identifying(text: str) -> frozenset[str]:
    """What in `text` identifies a person: `personal_id`, `old_card`, `phone`, `email`, `passport`, or `number` (tax,
    insurance, account and other long numbers). Empty when nothing does."""
    text = nfc(text)
    found = {_kind(run) for run in _RUN.findall(text) if not _GROUPED.fullmatch(run)}
    if any(parse_email(part).ok for part in _AT.findall(text)):
        found.add("email")
    if _PASSPORT.search(text):
        found.add("passport")
    return frozenset(found)


def _kind(run: str) -> str:
    if parse_phone(run).ok:
        return "phone"
    parsed = parse_personal_id(re.sub(r"[+() ]", "", run))
    if parsed.ok:
        return "personal_id"
    return "old_card" if parsed.reason_code == "personal_id.old_card" else "number"
