"""Administrative documents in the layout of Nghị định 30/2020/NĐ-CP, annex I: công văn and quyết định.

Guarantees the parts and their places: agency block and national header in two columns, number and symbol, place and
date, abstract, body, signer with position, seal over the left third of the signature, recipients.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from models.synthesis import text
from models.synthesis.forms.case import Case, bare
from models.synthesis.forms.parts import MOTTO, NATION, page_number
from models.synthesis.pages.ink import Face, Stamp, width_of
from models.synthesis.pages.layout import (
    BOTTOM,
    LEADING,
    LEFT,
    RIGHT,
    TOP,
    Run,
    Sheet,
    break_lines,
    paragraph,
    tokens_of,
)
from models.synthesis.pages.official_texts import Letter, letters
from models.synthesis.pages.stamps import seal, signature

KIND = "van_ban_hanh_chinh"
_BODY = Face("Tinos", "regular", 14)
_SIGNER_HEIGHT = 132.0
_LEFT_MIDDLE, _LEFT_WIDTH = LEFT + 84, 200.0
_RIGHT_MIDDLE, _RIGHT_WIDTH = RIGHT - 136, 282.0


@dataclass(slots=True)
class Flow:
    """Paragraphs running over as many sheets as they need; pages are numbered from the second on."""

    kind: str
    sheets: list[Sheet]
    y: float = TOP

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def room_for(self, height: float) -> None:
        """Turn the page unless `height` points are free below."""
        if self.y + height > BOTTOM:
            self.sheets.append(Sheet(self.kind))
            page_number(self.sheet, len(self.sheets))
            self.y = TOP + 14

    def set(self, runs: list[Run], *, indent: float = 0.0, after: float = 4.0, keep: float = 0.0) -> None:
        """Set a paragraph; `keep` points must fit below it (the signer never stands alone on a page)."""
        rows = break_lines(tokens_of(runs), RIGHT - LEFT, indent)
        self.room_for(len(rows) * runs[0].face.size * LEADING - 8 + keep)
        self.y = paragraph(self.sheet, runs, self.y, indent=indent) + after


def official_document(rng: random.Random, facts: Case, letter: Letter | None = None) -> list[Sheet]:
    """A decision or an official letter of a commune's People's Committee, on one or two sheets."""
    letter = letter or rng.choice(letters(rng, facts))
    flow = Flow(KIND, [Sheet(KIND)])
    _header(flow, rng, facts, letter)
    if letter.decision:
        _decision_title(flow, facts, letter)
    else:
        flow.y += 22
        runs = [Run("Kính gửi: ", _BODY), Run(letter.to, _BODY, "recipient")]
        flow.y = paragraph(flow.sheet, runs, flow.y, x=LEFT + 50, width=RIGHT - LEFT - 90, align="center") + 10
    for number, words in enumerate(letter.body, 1):
        head, _, rest = words.partition("|")
        runs = [Run(f"{head} ", _BODY.bold()), Run(rest, _BODY)] if rest else [Run(words, _BODY)]
        flow.set(runs, indent=35, keep=_SIGNER_HEIGHT if number == len(letter.body) else 0.0)
    _signer(flow, rng, facts, letter)
    return flow.sheets


def _centre(sheet: Sheet, run: Run, y: float, left: bool, leading: float = 1.22) -> float:
    middle, width = (_LEFT_MIDDLE, _LEFT_WIDTH) if left else (_RIGHT_MIDDLE, _RIGHT_WIDTH)
    return paragraph(sheet, [run], y, x=middle - width / 2, width=width, align="center", leading=leading)


def _header(flow: Flow, rng: random.Random, facts: Case, letter: Letter) -> None:
    sheet, y = flow.sheet, TOP + 6
    plain, bold = Face("Tinos", "regular", 12.5), Face("Tinos", "bold", 12.5)
    below = _centre(sheet, Run("ỦY BAN NHÂN DÂN", bold, "agency"), y, left=True)
    below = _centre(sheet, Run(facts.unit.upper(), bold, "agency"), below, left=True)
    sheet.rule(_LEFT_MIDDLE - 32, below - 9, _LEFT_MIDDLE + 32, below - 9, 0.8)
    _centre(sheet, Run(NATION, bold.sized(12.5)), y, left=False)
    motto = Face("Tinos", "bold", 13.5)
    _centre(sheet, Run(MOTTO, motto), y + 16.5, left=False)
    half = width_of(MOTTO, motto) / 2
    sheet.rule(_RIGHT_MIDDLE - half, y + 22, _RIGHT_MIDDLE + half, y + 22, 0.8)
    y = max(below + 14, y + 48)
    number = f"{rng.randint(12, 2890)}/{letter.symbol}"
    line = sheet.new_line()
    face = plain.sized(13)
    x = _LEFT_MIDDLE - width_of(f"Số: {number}", face) / 2
    x = sheet.word(line, x, y, Run("Số:", face)) + width_of(" ", face)
    sheet.word(line, x, y, Run(number, face, "number"))
    place = facts.seat
    face = face.italic()
    runs = [Run(place, face, "place"), Run(", ", face), Run(text.date_long(facts.day), face, "date")]
    paragraph(sheet, runs, y, x=_RIGHT_MIDDLE - 150, width=300, align="center")
    sheet.values["date"] = facts.day.isoformat()
    if not letter.decision:
        runs = [Run("V/v ", plain.sized(12)), Run(letter.abstract, plain.sized(12), "abstract")]
        y = paragraph(sheet, runs, y + 18, x=_LEFT_MIDDLE - 92, width=184, align="center", leading=1.2)
    flow.y = y


def _decision_title(flow: Flow, facts: Case, letter: Letter) -> None:
    bold = _BODY.bold()
    flow.y = paragraph(flow.sheet, [Run("QUYẾT ĐỊNH", bold, "type")], flow.y + 38, align="center")
    abstract = [Run(letter.abstract, bold, "abstract")]
    flow.y = paragraph(flow.sheet, abstract, flow.y, x=LEFT + 48, width=RIGHT - LEFT - 96, align="center")
    middle = (LEFT + RIGHT) / 2
    flow.sheet.rule(middle - 45, flow.y - 11, middle + 45, flow.y - 11, 0.8)
    issuer = f"CHỦ TỊCH ỦY BAN NHÂN DÂN {facts.unit.upper()}"
    flow.y = paragraph(flow.sheet, [Run(issuer, bold)], flow.y + 14, align="center") + 4
    for ground in letter.grounds:
        flow.set([Run(ground, _BODY.italic())], indent=35, after=3)
    flow.y = paragraph(flow.sheet, [Run("QUYẾT ĐỊNH:", bold)], flow.y + 6, align="center") + 4


def _signer(flow: Flow, rng: random.Random, facts: Case, letter: Letter) -> None:
    flow.room_for(_SIGNER_HEIGHT)
    sheet, bold, y = flow.sheet, _BODY.bold().sized(13.5), flow.y + 12
    deputy = rng.random() < 0.45
    above = "KT. CHỦ TỊCH" if deputy else ("" if letter.decision else "TM. ỦY BAN NHÂN DÂN")
    position = "PHÓ CHỦ TỊCH" if deputy else "CHỦ TỊCH"
    name = facts.deputy if deputy else facts.official
    middle, width = RIGHT - 118, 236.0
    at = y
    for words in (above, position):
        if words:
            runs = [Run(words, bold, "signer_position")]
            at = paragraph(sheet, runs, at, x=middle - width / 2, width=width, align="center", leading=1.25)
    spot = (middle + rng.uniform(0, 14), at + 34)
    sheet.stamps.append(("signature", signature(name, *spot, width=112, height=52)))
    sheet.stamps.append(("seal", _seal(rng, facts, spot[0] - 50, spot[1] - 4)))
    paragraph(sheet, [Run(name, bold, "signer_name")], at + 84, x=middle - width / 2, width=width, align="center")
    label = Face("Tinos", "bold-italic", 12)
    y = paragraph(sheet, [Run("Nơi nhận:", label)], y, align="left", leading=1.2)
    small = Face("Tinos", "regular", 11)
    for item in letter.copies:
        y = paragraph(sheet, [Run(f"- {item}", small, "recipients")], y, width=210, align="left", leading=1.2)


def _seal(rng: random.Random, facts: Case, x: float, y: float) -> Stamp:
    above = "TP" if facts.province.startswith("thành phố") else "T"
    return seal(rng, x, y, f"U.B.N.D {facts.unit.upper()} ★ {above}. {bare(facts.province).upper()}", "CHỦ TỊCH")
