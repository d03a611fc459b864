"""What is seen of a signature on the page, drawn as vectors with an embedded font.

Nghị định 30/2020/NĐ-CP, Phụ lục I: the competent person's signature in blue at the place of signing; the agency's seal
in red, at its real size, over about a third of the left of that signature; each with name and time (ISO 8601 with
zone). A seal of the demonstration says on its rim that it is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, pdf_name

from workers.pdfa.fonts import Metrics, tinos, to_unicode

MM = 72 / 25.4
SEAL_DIAMETER = 36 * MM
CAPTION_LEFT, CAPTION_BELOW = 42.0, 16.0  # what a seal's box has besides the seal, for agency and time (points)
BLUE, RED = (0.0, 0.16, 0.62), (0.82, 0.05, 0.08)
VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Appearance:
    """`role` is leader or seal; `name` the person or the agency; `demo` marks it as without legal value."""

    role: str
    name: str
    position: str
    agency: str
    at: datetime
    demo: bool

    @property
    def time(self) -> str:
        """ISO 8601 in Vietnam's zone, to the second."""
        return self.at.astimezone(VIETNAM).isoformat(timespec="seconds")


def seal_box(seal: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The widget of a seal that is to lie at `seal`: room for its caption at the lower left."""
    left, bottom, right, top = seal
    return left - CAPTION_LEFT, bottom - CAPTION_BELOW, right, top


def draw(writer: Any, appearance: Appearance, width: float, height: float) -> Any:
    """Add the appearance as a form XObject of `width` x `height` points; returns its reference."""
    regular, bold = tinos("Regular"), tinos("Bold")
    drawn = _seal(appearance, bold, regular, width, height) if appearance.role == "seal" else None
    content = drawn or _leader(appearance, bold, regular, width, height)
    form = generic.StreamObject(stream_data=content)
    form.compress()
    fonts = DictionaryObject({pdf_name("/B"): _embed(writer, bold), pdf_name("/R"): _embed(writer, regular)})
    form.update(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): _numbers(0, 0, width, height),
            pdf_name("/Resources"): DictionaryObject({pdf_name("/Font"): fonts}),
        }
    )
    return writer.add_object(form)


def _leader(appearance: Appearance, bold: Metrics, regular: Metrics, width: float, height: float) -> bytes:
    demo = [("R", regular, "DEMO - không có giá trị pháp lý", 0.75)] if appearance.demo else []
    lines = [
        ("R", regular, "Người ký:", 0.75),
        ("B", bold, appearance.name, 1.15),
        ("R", regular, appearance.position, 0.9),
        ("R", regular, appearance.agency, 0.8),
        ("R", regular, f"Thời gian ký: {appearance.time}", 0.8),
        *demo,
    ]
    lines = [line for line in lines if line[2]]
    leading = 1.25
    inside = width * 2 / 3 - 4  # the seal covers the left third
    size = min(11.0, (height - 4) / (sum(line[3] for line in lines) * leading))
    size = min([size, *(inside / (font.width(text, 1) * scale) for _, font, text, scale in lines)])
    parts = [b"q", _colour(BLUE, "rg"), b"BT"]
    y = height - 2.0
    for key, font, text, scale in lines:
        y -= size * scale * leading
        parts.append(b"/%s %.3f Tf 1 0 0 1 %.2f %.2f Tm" % (key.encode(), size * scale, width / 3 + 3, y + size * 0.2))
        parts.append(font.encode(text) + b" Tj")
    return b"\n".join([*parts, b"ET", b"Q"])


def _seal(appearance: Appearance, bold: Metrics, regular: Metrics, width: float, height: float) -> bytes:
    radius = min(width - CAPTION_LEFT, height - CAPTION_BELOW) / 2
    x, y = width - radius, height - radius
    outer = radius - 1.2
    parts = [b"q", _colour(RED, "RG"), _colour(RED, "rg")]
    for reach, line in ((outer, 2.2), (outer - 3.2, 0.5), (outer * 0.56, 0.7)):
        parts.append(b"%.2f w" % line + _circle(x, y, reach))
    parts.append(_star(x, y, outer * 0.34))
    band = (outer - 3.2 + outer * 0.56) / 2
    parts.append(_around(appearance.agency, bold, "B", x, y, band, top=True, most=math.radians(235)))
    rim = "DEMO - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" if appearance.demo else ""
    parts.append(_around(rim, regular, "R", x, y, band, top=False, most=math.radians(105)))
    for row, text in enumerate((appearance.agency, appearance.time)):
        size = min(6.5, (width - 52) / max(regular.width(text, 1), 1e-6))
        parts.append(b"BT /R %.3f Tf 1 0 0 1 %.2f %.2f Tm" % (size, 1, CAPTION_BELOW - 7.2 * (row + 1)))
        parts.append(regular.encode(text) + b" Tj ET")
    return b"\n".join([*parts, b"Q"])


def _around(text: str, font: Metrics, key: str, x: float, y: float, radius: float, *, top: bool, most: float) -> bytes:
    """Text along a circle, centred at the top or the bottom, upright to the reader, at most `most` radians wide."""
    if not text:
        return b""
    size = min(9.0 if top else 6.0, most * radius / font.width(text, 1))
    rise = font.cap_height / 1000 * size / 2  # the middle of the capitals lies on the circle
    base = radius - rise if top else radius + rise
    angle = font.width(text, size) / base / 2
    parts = [b"BT /%s %.3f Tf" % (key.encode(), size)]
    for char in text:
        half = font.width(char, size) / base / 2
        angle -= half
        turn = angle if top else -angle
        at = math.pi / 2 + turn if top else -math.pi / 2 + turn
        cos, sin = math.cos(turn), math.sin(turn)
        shift = font.width(char, size) / 2
        px, py = x + base * math.cos(at) - shift * cos, y + base * math.sin(at) - shift * sin
        parts.append(b"%.4f %.4f %.4f %.4f %.2f %.2f Tm" % (cos, sin, -sin, cos, px, py) + font.encode(char) + b" Tj")
        angle -= half
    return b"\n".join([*parts, b"ET"])


def _circle(x: float, y: float, r: float) -> bytes:
    k = 0.5522847498 * r
    return (
        b" %.2f %.2f m %.2f %.2f %.2f %.2f %.2f %.2f c %.2f %.2f %.2f %.2f %.2f %.2f c"
        b" %.2f %.2f %.2f %.2f %.2f %.2f c %.2f %.2f %.2f %.2f %.2f %.2f c s"
        % (
            x + r, y,
            x + r, y + k, x + k, y + r, x, y + r,
            x - k, y + r, x - r, y + k, x - r, y,
            x - r, y - k, x - k, y - r, x, y - r,
            x + k, y - r, x + r, y - k, x + r, y,
        )
    )  # fmt: skip


def _star(x: float, y: float, r: float) -> bytes:
    points = []
    for corner in range(10):
        reach = r if corner % 2 == 0 else r * 0.382
        angle = math.pi / 2 + corner * math.pi / 5
        points.append(b"%.2f %.2f" % (x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points[0] + b" m " + b" l ".join(points[1:]) + b" l h f"


def _colour(rgb: tuple[float, float, float], operator: str) -> bytes:
    return b"%.3f %.3f %.3f %s" % (*rgb, operator.encode())


def _numbers(*values: float) -> ArrayObject:
    return ArrayObject([generic.FloatObject(f"{value:.2f}") for value in values])


def _embed(writer: Any, font: Metrics) -> Any:
    """The font as Type0 with Identity-H: the glyph number is the code, widths are the font's own (1000 per em)."""
    codes: dict[int, int] = {}
    for code, glyph in sorted(font.glyphs.items()):
        codes.setdefault(glyph, code)
    if (d_stroke := font.glyphs.get(0x110)) and codes[d_stroke] == 0xD0:
        codes[d_stroke] = 0x110  # Đ, not the Icelandic Eth that shares its glyph
    program = generic.StreamObject(stream_data=font.program)
    program[pdf_name("/Length1")] = NumberObject(len(font.program))
    unicode_map = generic.StreamObject(stream_data=to_unicode(codes))
    for stream in (program, unicode_map):
        stream.compress()
    name = NameObject(f"/{font.name}")
    descriptor = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): name,
            pdf_name("/Flags"): NumberObject(4),
            pdf_name("/FontBBox"): ArrayObject(NumberObject(edge) for edge in font.box),
            pdf_name("/ItalicAngle"): NumberObject(font.italic_angle),
            pdf_name("/Ascent"): NumberObject(font.ascent),
            pdf_name("/Descent"): NumberObject(font.descent),
            pdf_name("/CapHeight"): NumberObject(font.cap_height),
            pdf_name("/StemV"): NumberObject(font.stem),
            pdf_name("/FontFile2"): writer.add_object(program),
        }
    )
    system = {"/Registry": "Adobe", "/Ordering": "Identity"}
    cid_system = DictionaryObject({pdf_name(k): generic.pdf_string(v) for k, v in system.items()})
    cid_system[pdf_name("/Supplement")] = NumberObject(0)
    descendant = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): name,
            pdf_name("/CIDToGIDMap"): pdf_name("/Identity"),
            pdf_name("/DW"): NumberObject(1000),
            pdf_name("/W"): ArrayObject([NumberObject(0), ArrayObject(NumberObject(w) for w in font.widths)]),
            pdf_name("/CIDSystemInfo"): cid_system,
            pdf_name("/FontDescriptor"): writer.add_object(descriptor),
        }
    )
    return writer.add_object(
        DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type0"),
                pdf_name("/BaseFont"): name,
                pdf_name("/Encoding"): pdf_name("/Identity-H"),
                pdf_name("/DescendantFonts"): ArrayObject([writer.add_object(descendant)]),
                pdf_name("/ToUnicode"): writer.add_object(unicode_map),
            }
        )
    )
