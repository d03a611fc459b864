"""Fonts as PDF wants them: Type0 over CIDFontType2, Identity-H, embedded, with widths and ToUnicode.

The Tinos files beside this module are already cut to Vietnamese and Latin and scaled to 1000 units per em
(see fonts/OFL.txt), so they are embedded whole: a glyph's number is its CID and its advance is its PDF width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont

from workers.pdfa.writer import PdfWriter, name, ref

FOLDER = Path(__file__).parent / "fonts"
STYLES = ("Regular", "Bold", "Italic", "BoldItalic")


@dataclass(frozen=True, slots=True)
class Metrics:
    """A font program and what is needed to set and describe its text. Widths and heights are in 1/1000 em."""

    name: str
    program: bytes
    glyphs: Mapping[int, int]
    widths: Sequence[int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    italic_angle: int = 0
    stem: int = 80

    def width(self, text: str, size: float) -> float:
        """Width of `text` in points when set at `size` points."""
        return sum(self.widths[self.glyph(c)] for c in text) * size / 1000

    def glyph(self, char: str) -> int:
        """The glyph of `char`; a letter the font lacks becomes a white square, never .notdef (clause 6.2.11.8)."""
        return self.glyphs.get(ord(char)) or self.glyphs[0x25A1]

    def encode(self, text: str) -> bytes:
        """`text` as a hexadecimal string operand of Tj."""
        return b"<" + "".join(f"{self.glyph(c):04X}" for c in text).encode("ascii") + b">"


@lru_cache(maxsize=len(STYLES))
def tinos(style: str) -> Metrics:
    """Tinos in one of `STYLES`."""
    program = (FOLDER / f"Tinos-{style}.ttf").read_bytes()
    font = TTFont(BytesIO(program))
    order, head = font.getGlyphOrder(), font["head"]
    ids = {glyph: i for i, glyph in enumerate(order)}
    return Metrics(
        name=f"HOSOVN+Tinos-{style}",
        program=program,
        glyphs={code: ids[glyph] for code, glyph in font.getBestCmap().items()},
        widths=[font["hmtx"][glyph][0] for glyph in order],
        box=(head.xMin, head.yMin, head.xMax, head.yMax),
        ascent=font["hhea"].ascent,
        descent=font["hhea"].descent,
        cap_height=font["OS/2"].sCapHeight or 662,
        italic_angle=-16 if "Italic" in style else 0,
        stem=140 if "Bold" in style else 80,
    )


def to_unicode(codes: Mapping[int, int]) -> bytes:
    """A ToUnicode CMap from glyph number to code point."""
    rows = [f"<{gid:04X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for gid, code in sorted(codes.items())]
    blocks = [rows[i : i + 100] for i in range(0, len(rows), 100)]
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def embed(out: PdfWriter, font: Metrics, obj: int | None = None) -> int:
    """Write `font` and return the number of its Type0 dictionary (`obj` when it was reserved)."""
    file = out.stream(b"/Length1 %d" % len(font.program), font.program, deflate=True)
    # When two code points share a glyph the smaller one wins: U+0020 over U+00A0, U+0110 over U+00D0.
    codes: dict[int, int] = {}
    for code, gid in sorted(font.glyphs.items()):
        codes.setdefault(gid, code)
    if (d_stroke := font.glyphs.get(0x110)) and codes[d_stroke] == 0xD0:
        codes[d_stroke] = 0x110
    unicode_map = out.stream(b"", to_unicode(codes), deflate=True)
    descriptor = out.write(
        b"<< /Type /FontDescriptor /FontName %s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle %d "
        b"/Ascent %d /Descent %d /CapHeight %d /StemV %d /FontFile2 %s >>"
        % (
            name(font.name), *font.box, font.italic_angle, font.ascent, font.descent, font.cap_height,
            font.stem, ref(file),
        )
    )  # fmt: skip
    widths = b" ".join(b"%d" % w for w in font.widths)
    descendant = out.write(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont %s /CIDToGIDMap /Identity /DW 1000 /W [0 [%s]] "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %s >>"
        % (name(font.name), widths, ref(descriptor))
    )
    return out.write(
        b"<< /Type /Font /Subtype /Type0 /BaseFont %s /Encoding /Identity-H /DescendantFonts [%s] /ToUnicode %s >>"
        % (name(font.name), ref(descendant), ref(unicode_map)),
        obj,
    )
