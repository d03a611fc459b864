"""Text that is there but not seen: render mode 3, in a font whose glyphs are empty, laid exactly on the page's lines.

Each line is one string, stretched so that it begins and ends with its polygon and stands as high, along the
polygon's own slope. Advances are those of Tinos, so words inside the line fall where a Times-like print has them.
Every character that occurs gets a glyph of its own and an entry in ToUnicode: nothing can come out as another letter.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from dossiers.page import Line, Point
from workers.pdfa.fonts import Metrics, tinos
from workers.pdfa.writer import number

_ASCENT, _DESCENT = 891, -216
_HEIGHT = _ASCENT - _DESCENT
_EPOCH = 3155673600  # 2004-01-01 in seconds since 1904: a fixed date keeps the bytes the same
# Readers break a sloping string into pieces inside words, so lines that slope less than about five degrees are set
# word by word, each word level; lines that rise less than half a point are level anyway.
_SLIGHT, _LEVEL = 0.09, 0.5
_UNMAPPABLE = {0xFEFF, 0xFFFE, 0xFFFF}


def clean(text: str) -> str:
    """NFC, one space between words, no control characters or code points that a ToUnicode map may not hold."""
    kept = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text)
        if c.isspace() or (unicodedata.category(c) not in ("Cc", "Cs", "Cn") and ord(c) not in _UNMAPPABLE)
    )
    return " ".join(kept.split())


class InvisibleFont:
    """Collects the characters of a document as its pages are written; `metrics` builds the font at the end."""

    def __init__(self) -> None:
        self._glyphs: dict[int, int] = {}
        self._widths = [500]

    def encode(self, text: str) -> tuple[bytes, int]:
        """The hexadecimal operand for `text` and its width in 1/1000 em."""
        ids = [self._glyphs.get(ord(c)) or self._add(c) for c in text]
        return "".join(f"{i:04X}" for i in ids).encode("ascii"), sum(self._widths[i] for i in ids)

    def _add(self, char: str) -> int:
        known = tinos("Regular")
        if (glyph := known.glyphs.get(ord(char))) is not None:
            width = known.widths[glyph] or 1
        else:
            width = 1000 if unicodedata.east_asian_width(char) in "WF" else 500
        self._widths.append(width)
        self._glyphs[ord(char)] = len(self._widths) - 1
        return len(self._widths) - 1

    def metrics(self) -> Metrics:
        """The font as it now stands."""
        names = [".notdef"] + [f"g{i}" for i in range(1, len(self._widths))]
        builder = FontBuilder(1000, isTTF=True)
        builder.setupGlyphOrder(names)
        builder.setupCharacterMap({code: names[gid] for code, gid in self._glyphs.items()})
        pen = TTGlyphPen(None)
        for move, point in ((pen.moveTo, (50, 0)), (pen.lineTo, (50, 600)), (pen.lineTo, (450, 600))):
            move(point)
        pen.closePath()
        empty = TTGlyphPen(None).glyph()
        builder.setupGlyf({".notdef": pen.glyph(), **dict.fromkeys(names[1:], empty)})
        builder.setupHorizontalMetrics({glyph: (self._widths[i], 0) for i, glyph in enumerate(names)})
        builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
        builder.setupNameTable({"familyName": "Hoso Invisible", "styleName": "Regular"}, mac=False)
        builder.setupOS2(sTypoAscender=_ASCENT, sTypoDescender=_DESCENT, usWinAscent=_ASCENT, usWinDescent=-_DESCENT)
        builder.setupPost(keepGlyphNames=False)
        builder.font["head"].created = builder.font["head"].modified = _EPOCH
        builder.font.recalcTimestamp = False
        sink = BytesIO()
        builder.save(sink)
        return Metrics(
            name="HOSOIN+HosoInvisible",
            program=sink.getvalue(),
            glyphs=dict(self._glyphs),
            widths=tuple(self._widths),
            box=(0, _DESCENT, 1000, _ASCENT),
            ascent=_ASCENT,
            descent=_DESCENT,
            cap_height=_ASCENT,
        )


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def text_operators(lines: Iterable[Line], font: InvisibleFont, resource: bytes, scale: float, height: float) -> bytes:
    """Content-stream operators for `lines`, in their order.

    `scale` is points per pixel, `height` the page's height in points. Empty lines and polygons without area are
    left out.
    """
    rows: list[bytes] = []
    for line in lines:
        text = clean(line.text)
        top_left, top_right, bottom_right, bottom_left = line.polygon
        left, right = _middle(top_left, bottom_left), _middle(top_right, bottom_right)
        across = (right[0] - left[0], right[1] - left[1])
        length = math.hypot(*across)
        top, bottom = _middle(top_left, top_right), _middle(bottom_left, bottom_right)
        if not text or length < 1:
            continue
        # The unit vector along the line; y grows downwards in pixels and upwards in points.
        ux, uy = across[0] / length, across[1] / length
        tall = abs((bottom[0] - top[0]) * -uy + (bottom[1] - top[1]) * ux)
        if tall < 1:
            continue
        # The baseline lies the descent above the lower edge; `left` is halfway up the left edge.
        drop = tall / 2 + tall * _DESCENT / _HEIGHT
        size, advance = tall * scale * 1000 / _HEIGHT, font.encode(text)[1]
        stretch = 100 * length * scale * 1000 / (advance * size)
        slight = abs(uy) < _SLIGHT and ux > 0
        parts = [p for p in re.split(r"(?<= )", text) if p] if slight and length * abs(uy) * scale > _LEVEL else [text]
        cos, sin = (1.0, 0.0) if slight else (ux, uy)
        rows.append(b"%s %s Tf %s Tz" % (resource, number(size), number(stretch)))
        at = 0.0
        for part in parts:
            operand, width = font.encode(part)
            # A level word on a sloping line: its middle, not its start, lies on the slope.
            lift = uy * length * width / advance / 2 if slight else 0.0
            x = left[0] + ux * at - uy * drop
            y = left[1] + uy * at + ux * drop + lift
            rows.append(
                b"%s %s %s %s %s %s Tm <%s> Tj"
                % (*map(number, (cos, -sin, sin, cos, x * scale, height - y * scale)), operand)
            )
            at += length * width / advance
    return b"BT\n3 Tr\n" + b"\n".join(rows) + b"\nET\n" if rows else b""
