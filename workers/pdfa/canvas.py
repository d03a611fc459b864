"""A page being drawn in points, from the top down: text in Tinos, wrapped and justified paragraphs, rules.

Only what needs no transparency and no colour space but grey. Coordinates: origin bottom left, as PDF has it.
"""

from __future__ import annotations

from workers.pdfa.fonts import Metrics, tinos
from workers.pdfa.invisible import clean
from workers.pdfa.writer import number

A4 = (595.28, 841.89)
STYLE_NAMES = {"Regular": b"/R", "Bold": b"/B", "Italic": b"/I", "BoldItalic": b"/Z"}


def wrap(text: str, font: Metrics, size: float, width: float, first: float = 0.0) -> list[str]:
    """`text` in lines no wider than `width` points (the first is shorter by `first`); overlong words are cut."""
    lines: list[str] = []
    line = ""
    for word in clean(text).split(" "):
        room = width - (first if not lines else 0.0)
        candidate = f"{line} {word}" if line else word
        if font.width(candidate, size) <= room:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = word
        while font.width(line, size) > width:
            cut = next(n for n in range(len(line), 0, -1) if n == 1 or font.width(line[:n], size) <= width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line else lines


class Canvas:
    """Collects the drawing operators of one page; `content` is its content stream."""

    def __init__(self) -> None:
        self._operators: list[bytes] = []

    @property
    def content(self) -> bytes:
        return b"\n".join(self._operators) + b"\n"

    def text(self, x: float, y: float, text: str, size: float, style: str = "Regular", gap: float = 0.0) -> None:
        """One line with its baseline at `y`; `gap` is added to every space, in points."""
        font = tinos(style)
        parts = text.split(" ") if gap else [text]
        between = b" %s " % number(-gap * 1000 / size)
        operand = between.join(font.encode(part + (" " if i < len(parts) - 1 else "")) for i, part in enumerate(parts))
        self._operators.append(
            b"BT %s %s Tf %s %s Td [%s] TJ ET" % (STYLE_NAMES[style], number(size), number(x), number(y), operand)
        )

    def centred(self, x: float, y: float, text: str, size: float, style: str = "Regular") -> float:
        """One line centred on `x`; returns its width."""
        width = tinos(style).width(text, size)
        self.text(x - width / 2, y, text, size, style)
        return width

    def centred_block(
        self, x: float, y: float, text: str, size: float, style: str, width: float, leading: float
    ) -> tuple[float, float]:
        """A block centred on `x`, its lines about equally long; returns the last baseline and last line's width."""
        font, last, y = tinos(style), 0.0, y + leading
        lines = wrap(text, font, size, width)
        while len(lines) > 1 and len(closer := wrap(text, font, size, width - 4)) == len(lines) and width > 40:
            lines, width = closer, width - 4
        for line in lines:
            y -= leading
            last = self.centred(x, y, line, size, style)
        return y, last

    def paragraph(
        self, x: float, y: float, text: str, size: float, width: float, leading: float, first: float = 0.0
    ) -> float:
        """A justified paragraph whose first baseline is `y`; returns the baseline after the last line."""
        font = tinos("Regular")
        lines = wrap(text, font, size, width, first)
        for i, line in enumerate(lines):
            indent = first if i == 0 else 0.0
            spaces, slack = line.count(" "), width - indent - font.width(line, size)
            justified = spaces and i < len(lines) - 1
            self.text(x + indent, y, line, size, gap=slack / spaces if justified else 0.0)
            y -= leading
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, weight: float = 0.6) -> None:
        """A straight line."""
        self._operators.append(
            b"%s w %s %s m %s %s l S" % (number(weight), number(x0), number(y0), number(x1), number(y1))
        )
