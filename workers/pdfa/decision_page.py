"""The front of a result: "KẾT QUẢ GIẢI QUYẾT HỒ SƠ" in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I.

A4, margins 20 mm top and bottom, 30 mm left, 20 mm right; Times-like type, black; agency left, Quốc hiệu and Tiêu ngữ
right, number left, place and date right in italics, title, content justified at 13 points, recipients and signature
at the foot of the first page. Fields that do not fit go to a Phụ lục on further pages, numbered at the top.

The leader's signature and the organisation's seal are drawn by the signer into `LEADER_BOX` and `SEAL_BOX` on page
`SIGNATURE_PAGE`: the seal at its real size, over about a third of the signature from the left (Phụ lục I, II.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from workers.pdfa.canvas import A4, STYLE_NAMES, Canvas, wrap
from workers.pdfa.document import ArchivalDocument
from workers.pdfa.fonts import embed, tinos
from workers.pdfa.metadata import Description
from workers.pdfa.writer import ref

Rectangle = tuple[float, float, float, float]
TITLE = "KẾT QUẢ GIẢI QUYẾT HỒ SƠ"
SIGNATURE_PAGE = 0
# Left, bottom, right, top in points. The seal is 36 mm across and covers the left third of the signature.
LEADER_BOX: Rectangle = (352.0, 104.0, 508.0, 176.0)
SEAL_BOX: Rectangle = (302.0, 89.0, 404.0, 191.0)

_MM = 72 / 25.4
_LEFT, _RIGHT, _TOP, _BOTTOM = 30 * _MM, A4[0] - 20 * _MM, A4[1] - 20 * _MM, 20 * _MM
_WIDTH = _RIGHT - _LEFT
_AGENCY_X, _AGENCY_WIDTH = _LEFT + 88, 186.0
_NATION_X, _SIGNER_X = _RIGHT - 128, 430.0
_BODY, _CELL = 13.0, 11.5
_FOOT = 232.0  # where the table on the first page must end: recipients and signature are below


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """What the front says. All texts are as they shall be printed; `fields` are (label, value).

    `parent_agency` and `authority` (for example "TM. ỦY BAN NHÂN DÂN") may be empty. `package_sha256` is the
    hexadecimal digest of the packaged pages that follow.
    """

    parent_agency: str
    agency: str
    number: str
    symbol: str
    place: str
    date: date
    code: str
    procedure: str
    applicant: str
    decision: str
    fields: tuple[tuple[str, str], ...]
    package_sha256: str
    recipients: tuple[str, ...]
    authority: str
    position: str
    leader: str
    created: datetime


def decision_page(page: DecisionPage) -> bytes:
    """The front pages as PDF/A-3b bytes, one or more; the same input gives the same bytes.

    Raises ValueError when heading and decision alone (about 20 lines of decision) do not fit above the signatures.
    """
    sink = BytesIO()
    document = ArchivalDocument(sink)
    fonts = {style: embed(document.writer, tinos(style)) for style in STYLE_NAMES}
    entries = b" ".join(STYLE_NAMES[style] + b" " + ref(obj) for style, obj in fonts.items())
    resources = b"<< /Font << %s >> >>" % entries
    first = Canvas()
    y = _heading(first, page)
    y = _content(first, page, y)
    if y < _FOOT + (20 if page.fields else 0):
        raise ValueError("the decision does not fit on the first page")
    _foot(first, page)
    rest = _table(first, page.fields, y, _FOOT + (20 if page.fields else 0))
    if rest:
        note = "(Các trường còn lại ở Phụ lục kèm theo.)"
        first.text(_LEFT, _FOOT + 6, note, 11, "Italic")
    canvases = [first]
    while rest:
        canvases.append(canvas := Canvas())
        canvas.centred(_LEFT + _WIDTH / 2, A4[1] - 12 * _MM, str(len(canvases)), _BODY)
        canvas.centred(_LEFT + _WIDTH / 2, _TOP - 14, "PHỤ LỤC", 14, "Bold")
        canvas.centred(_LEFT + _WIDTH / 2, _TOP - 32, f"Dữ liệu của hồ sơ {page.code}", _BODY, "Bold")
        rest = _table(canvas, rest, _TOP - 48, _BOTTOM)
    for canvas in canvases:
        document.add_page(*A4, canvas.content, resources)
    document.finish(Description(f"Kết quả giải quyết hồ sơ {page.code}", page.agency, page.code, page.created))
    return sink.getvalue()


def _heading(canvas: Canvas, page: DecisionPage) -> float:
    """Agency, nation, number, place and date; returns the y below."""
    y = _TOP - 12
    canvas.centred(_NATION_X, y, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, "Bold")
    width = canvas.centred(_NATION_X, y - 16, "Độc lập - Tự do - Hạnh phúc", 13, "Bold")
    canvas.rule(_NATION_X - width / 2, y - 20, _NATION_X + width / 2, y - 20)
    left = y
    if page.parent_agency:
        left, _ = canvas.centred_block(_AGENCY_X, left, page.parent_agency.upper(), 12, "Regular", _AGENCY_WIDTH, 14)
        left -= 15
    left, width = canvas.centred_block(_AGENCY_X, left, page.agency.upper(), 12, "Bold", _AGENCY_WIDTH, 14)
    canvas.rule(_AGENCY_X - width / 5, left - 4, _AGENCY_X + width / 5, left - 4)
    y = min(left, y - 16) - 26
    canvas.centred(_AGENCY_X, y, f"Số: {page.number}/{page.symbol}", 13)
    day, month = f"{page.date.day:02d}", f"{page.date.month:02d}" if page.date.month < 3 else str(page.date.month)
    when = f"{page.place}, ngày {day} tháng {month} năm {page.date.year}"
    canvas.centred(_NATION_X, y, when, 13, "Italic")
    y -= 34
    middle = _LEFT + _WIDTH / 2
    canvas.centred(middle, y, TITLE, 14, "Bold")
    y, width = canvas.centred_block(middle, y - 18, page.procedure, 13, "Bold", _WIDTH - 60, 16)
    canvas.rule(middle - width / 5, y - 5, middle + width / 5, y - 5)
    return y - 28


def _content(canvas: Canvas, page: DecisionPage, y: float) -> float:
    """Facts and the decision; returns the y below."""
    for label, value in (("Mã hồ sơ: ", page.code), ("Người nộp hồ sơ: ", page.applicant)):
        room = _WIDTH - tinos("Bold").width(label, _BODY)
        lines = wrap(value, tinos("Regular"), _BODY, room) or [""]
        canvas.text(_LEFT, y, label, _BODY, "Bold")
        for line in lines:
            canvas.text(_RIGHT - room, y, line, _BODY)
            y -= 18
    y = canvas.paragraph(_LEFT, y - 2, page.decision, _BODY, _WIDTH, 17, first=10 * _MM) - 3
    digest = page.package_sha256.lower()
    canvas.text(_LEFT, y, "Mã băm SHA-256 của gói hồ sơ điện tử kèm theo:", 11, "Italic")
    canvas.text(_LEFT, y - 14, digest, 11)
    y -= 34
    if page.fields:
        canvas.text(_LEFT, y, "Dữ liệu của hồ sơ:", _BODY, "Bold")
        y -= 8
    return y


def _table(canvas: Canvas, fields: Sequence[tuple[str, str]], top: float, bottom: float) -> tuple[tuple[str, str], ...]:
    """Ruled rows of label and value from `top` down, as many as end above `bottom`; returns the fields left over."""
    split, pad, leading = _LEFT + 0.38 * _WIDTH, 5.0, 14.0
    y, placed = top, 0
    for label, value in fields:
        left = wrap(label, tinos("Regular"), _CELL, split - _LEFT - 2 * pad) or [""]
        right = wrap(value, tinos("Regular"), _CELL, _RIGHT - split - 2 * pad) or [""]
        height = leading * max(len(left), len(right)) + 5
        # A row taller than a whole page is cut; its value is complete in the embedded data.
        most = int((_TOP - 48 - _BOTTOM - 5) // leading)
        if y - height < bottom and not (placed == 0 and max(len(left), len(right)) > most and bottom == _BOTTOM):
            break
        if max(len(left), len(right)) > most:
            left, right = left[:most], [*right[: most - 1], "…"]
            height = leading * most + 5
        for x, lines in ((_LEFT, left), (split, right)):
            for i, line in enumerate(lines):
                canvas.text(x + pad, y - 12.5 - leading * i, line, _CELL)
        for x in (_LEFT, split, _RIGHT):
            canvas.rule(x, y, x, y - height)
        canvas.rule(_LEFT, y, _RIGHT, y)
        y -= height
        placed += 1
    if placed:
        canvas.rule(_LEFT, y, _RIGHT, y)
    return tuple(fields[placed:])


def _foot(canvas: Canvas, page: DecisionPage) -> None:
    """Recipients left, signature block right, at fixed places on the first page."""
    y = _FOOT - 16
    canvas.text(_LEFT, y, "Nơi nhận:", 12, "BoldItalic")
    for recipient in page.recipients:
        for i, line in enumerate(wrap(f"- {recipient}", tinos("Regular"), 11, 190)):
            y -= 13
            canvas.text(_LEFT + (5 if i else 0), y, line, 11)
    y = _FOOT - 14
    if page.authority:
        y, _ = canvas.centred_block(_SIGNER_X, y, page.authority.upper(), 13, "Bold", 230, 15)
        y -= 15
    canvas.centred_block(_SIGNER_X, y, page.position.upper(), 13, "Bold", 230, 15)
    canvas.centred(_SIGNER_X, 76, page.leader, 13, "Bold")
