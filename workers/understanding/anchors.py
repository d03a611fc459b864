"""Where the form's printed words stand: labels, section headings, and the texts that end the area of values.

Every label is looked for letter by letter and, where that finds too few, with misread letters. Labels repeat
("Dân tộc:" of child, mother and father), so the choice is made for the whole form at once: of all sequences of finds
that keep the form's order the heaviest is taken. A find weighs more the longer and the better matched it is, and if a
colon follows or a row begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from config.form import Form
from dossiers.values.text import fold, nfc
from workers.understanding.layout import Stream
from workers.understanding.match import distance, exact_hits, near_hits

_NUMBER = re.compile(r"^\s*\d{1,2}(?:\.\d{1,2})*\s*[.)]?\s*(?=\D)")
_NUMBER_BEFORE = re.compile(r"(?:^|(?<=[\s|]))[\dlIO]{1,2}(?:\s?\.\s?\d{1,2})*\s?[.),:]?\s*$")
_NOTE = re.compile(r"\s*[(\[]\d{1,2}[)\]]")
_COLON = re.compile(r"(?:\s*[(\[]\d{1,2}[)\]])?\s{0,2}[:;]")
_LEAST = 0.72


@dataclass(frozen=True, slots=True)
class Anchor:
    """A printed text of the form at `[start, end)` of the stream. `field` is its key, "" for headings and ends.

    `likeness` in 0..1 says how well it was read; of a field that is recognised by its own look `value_start` is where
    its value begins (equal to `start`), else the label's end.
    """

    field: str
    order: int
    start: int
    end: int
    value_start: int
    likeness: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Phrase:
    field: str
    order: int
    text: str
    heading: bool


def core_of(label: str) -> str:
    """The label without number and colon, folded: "4. Số định danh cá nhân:" -> "so dinh danh ca nhan"."""
    return fold(_NUMBER.sub("", nfc(label)).strip().rstrip(":. …").strip())


def anchors_of(stream: Stream, form: Form) -> list[Anchor]:
    """The anchors of the form in the stream, in order of place."""
    text = stream.plain.lower().replace("\n", " ")
    found: list[Anchor] = []
    phrases = _phrases(form)
    wanted: dict[str, int] = {}
    for phrase in phrases:
        core = core_of(phrase.text)
        wanted[core] = wanted.get(core, 0) + 1
    hits = {core: _hits(core, text, count) for core, count in wanted.items()}
    for phrase in phrases:
        for start, end in hits[core_of(phrase.text)]:
            anchor = _weighed(stream, text, phrase, start, end)
            if anchor:
                found.append(anchor)
    for order, field in enumerate(form.fields):
        if field.pattern:
            for match in re.finditer(field.pattern, stream.plain.lower()):
                found.append(Anchor(field.key, 2 * order + 1, match.start(), match.end(), match.start(), 1.0, 1.6))
    chosen = _heaviest(found)
    chosen += _out_of_order(found, chosen, form)
    chosen += _stops(stream, text, form, chosen)
    return sorted(chosen, key=lambda anchor: anchor.start)


def _phrases(form: Form) -> list[_Phrase]:
    phrases: list[_Phrase] = []
    for number, field in enumerate(form.fields):
        if field.section:
            phrases.append(_Phrase("", 2 * number, field.section, True))
        if not field.pattern and not field.find:
            phrases.extend(_Phrase(field.key, 2 * number + 1, label, False) for label in (field.label, *field.aliases))
    return phrases


def _stops(stream: Stream, text: str, form: Form, chosen: list[Anchor]) -> list[Anchor]:
    """Texts that end a value wherever they begin a line; they have no place in the form's order."""
    ends: list[Anchor] = []
    for words in form.stops:
        for start, end in _hits(core_of(words), text, 1):
            anchor = _weighed(stream, text, _Phrase("", 0, words, True), start, end)
            if anchor and all(anchor.end <= other.start or anchor.start >= other.end for other in (*chosen, *ends)):
                ends.append(anchor)
    return ends


def _hits(core: str, text: str, wanted: int) -> list[tuple[int, int]]:
    exact = list(exact_hits(core, text))
    slack = 0 if len(core) < 4 else max(1, round(0.2 * len(core)))
    if len(exact) >= wanted or not slack:
        return [(hit.start, hit.end) for hit in exact]
    return [(hit.start, hit.end) for hit in near_hits(core, text, slack)]


def _weighed(stream: Stream, text: str, phrase: _Phrase, start: int, end: int) -> Anchor | None:
    core = core_of(phrase.text)
    printed = _NUMBER.sub("", nfc(phrase.text)).strip().rstrip(":. …").strip().lower()
    read = stream.text[start:end].replace("\n", " ").lower()
    likeness = 1 - (0.6 * distance(core, text[start:end]) + 0.4 * distance(printed, read)) / len(core)
    colon = _COLON.match(text, end)
    number = _NUMBER_BEFORE.search(stream.plain, max(0, start - 8), start)
    numbered = bool(_NUMBER.match(phrase.text))
    begin = number.start() if number and numbered else start
    at_edge = stream.starts_piece(begin)
    if likeness < _LEAST or (phrase.heading and not at_edge and begin == start):
        return None
    if len(core) < 9 and likeness < 1 and not colon and not at_edge:
        return None  # a short word with a slip, in the middle of prose
    weight = likeness * (1 + min(len(core), 40) / 20)
    if not phrase.heading:
        weight += 0.6 if colon else (-0.2 if at_edge else -0.9)
        wants_colon = phrase.text.rstrip().endswith(":")
        weight += 0.3 if not wants_colon and not colon else 0.0
    weight += 0.4 if at_edge else 0.0
    weight += 0.5 if numbered and number else 0.0
    value_start = colon.end() if colon else end
    note = _NOTE.match(text, value_start)
    return Anchor(phrase.field, phrase.order, begin, end, note.end() if note else value_start, likeness, weight)


def _heaviest(found: list[Anchor]) -> list[Anchor]:
    """The heaviest sequence in which both the place and the form's order rise, without overlaps."""
    found = sorted((anchor for anchor in found if anchor.weight > 0), key=lambda anchor: (anchor.end, anchor.order))
    ends = [anchor.end for anchor in found]
    total: list[float] = []
    before: list[int] = []
    for anchor in found:
        best, link = 0.0, -1
        for earlier in range(bisect_right(ends, anchor.start)):
            if found[earlier].order < anchor.order and total[earlier] > best:
                best, link = total[earlier], earlier
        total.append(best + anchor.weight)
        before.append(link)
    at = max(range(len(found)), key=total.__getitem__, default=-1)
    chain: list[Anchor] = []
    while at >= 0:
        chain.append(found[at])
        at = before[at]
    return chain[::-1]


def _out_of_order(found: list[Anchor], chosen: list[Anchor], form: Form) -> list[Anchor]:
    """Labels that the form has once and that stand clearly, but not in the form's order (another printing of it)."""
    labels = [core_of(field.label) for field in form.fields]
    once = {field.key for field in form.fields if labels.count(core_of(field.label)) == 1}
    missing = once - {anchor.field for anchor in chosen}
    extra: list[Anchor] = []
    for anchor in sorted(found, key=lambda each: -each.weight):
        free = all(anchor.end <= other.start or anchor.start >= other.end for other in (*chosen, *extra))
        if anchor.field in missing and free and anchor.likeness > 0.9 and anchor.weight > 2.0:
            extra.append(anchor)
            missing.discard(anchor.field)
    return extra
