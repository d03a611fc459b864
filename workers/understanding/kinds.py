"""What kind of paper begins on a page: by its title, else by the signs of an administrative document.

Tone-exact titles win; a title with misread letters is taken if it is near one form and clearly nearer than to all
others ("KHAI SINH" and "KHAI TỬ" differ by a word, so a blurred title must not decide between them by luck).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from config.catalogue import Forms
from config.form import Form
from dossiers.values.text import fold, nfc
from workers.understanding.layout import Row, segments_of
from workers.understanding.match import distance

UNKNOWN = "unknown"
_TOP = 0.62  # a title stands in the upper part; below it the same words are prose or a reference
_MOST_ROWS = 4
_NATION = "cong hoa xa hoi chu nghia viet nam"


@dataclass(frozen=True, slots=True)
class Beginning:
    """A paper begins here. `row`: the title's first row on its page; `title` as read; `confidence` in 0..1."""

    kind: str
    title: str
    confidence: float
    row: int


def beginning_of(rows: Sequence[Row], height: int, forms: Forms) -> Beginning | None:
    """The paper that begins on this page, None when the page reads like the middle of one."""
    top = [row for row in rows if (row.box.top + row.box.bottom) / 2 < _TOP * height]
    titled = _by_title(top, forms)
    signed = _by_signs(rows, forms)
    if titled and (titled.confidence >= 0.99 or not signed):
        return titled
    return signed or titled or _unknown(top)


def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", nfc(text))).upper()


def _by_title(top: Sequence[Row], forms: Forms) -> Beginning | None:
    best: tuple[float, float, Form, str, int] | None = None
    for start in range(len(top)):
        if not _looks_like_title(top[start].text):
            continue
        for count in range(1, _MOST_ROWS + 1):
            rows = top[start : start + count]
            if len(rows) < count or not all(_looks_like_title(row.text) for row in rows):
                break
            text = _letters(" ".join(row.text for row in rows))
            ranked = sorted(((_nearness(text, form), form) for form in forms), key=lambda pair: -pair[0])
            (score, form), second = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
            if score > 0.82 and score - second > 0.04 and (best is None or score > best[0]):
                best = (score, score - second, form, " ".join(row.text for row in rows), start)
    if best is None:
        return None
    score, _, form, title, start = best
    return Beginning(form.id, title, round(score, 3), start)


def _looks_like_title(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= 4 and sum(char.isupper() for char in letters) >= 0.8 * len(letters)


def _nearness(text: str, form: Form) -> float:
    """1 for the exact title; a wrong tone costs half a wrong letter. Forms without fields of text are matched alike."""
    if form.signs:
        return 0.0
    best = 0.0
    for title in (form.title, *form.aliases):
        known = _letters(title)
        longest = max(len(known), len(text))
        if abs(len(known) - len(text)) > 0.2 * longest:
            continue
        exact, loose = distance(known, text), distance(fold(known), fold(text))
        best = max(best, 1 - (exact + loose) / 2 / longest)
    return best


def _by_signs(rows: Sequence[Row], forms: Forms) -> Beginning | None:
    for form in forms:
        if not form.signs:
            continue
        pieces = segments_of(rows)
        shown = sum(any(re.search(sign, piece.plain) for piece in pieces) for sign in form.signs)
        if shown >= form.min_signs:
            return Beginning(form.id, form.title, round(min(1.0, 0.7 + 0.1 * shown), 3), 0)
    return None


def _unknown(top: Sequence[Row]) -> Beginning | None:
    """A paper of no known kind begins where the national header stands, or capitals head the page."""
    header = next((n for n, row in enumerate(top) if distance(_NATION, fold(row.text)[: len(_NATION) + 4]) <= 5), None)
    nation_anywhere = any(_NATION in fold(piece.text) for row in top for piece in row.pieces)
    heads = [n for n, row in enumerate(top[:8]) if _looks_like_title(row.text) and n != header and len(row.text) >= 8]
    if header is None and not nation_anywhere and not (heads and heads[0] == 0):
        return None
    titles = [n for n in heads if _NATION not in fold(top[n].text)]
    if not titles:
        return Beginning(UNKNOWN, "", 0.5, 0)
    title = top[titles[-1] if nation_anywhere else titles[0]].text
    return Beginning(UNKNOWN, title, 0.5, titles[0])
