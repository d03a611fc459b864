"""A sheet as a PDF page with real text: embedded subset fonts and a ToUnicode map, as a word processor writes it.

Guarantees that `pdftotext` gives back the printed lines in NFC, that glyphs lie where the raster of the same sheet has
them, and that the same sheet gives the same bytes.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from models.synthesis.fonts import find_font
from models.synthesis.pages.ink import HEIGHT_PT, WIDTH_PT, Glyphs, Stroke
from models.synthesis.pages.layout import Sheet

_Style = tuple[str, str]


def add_text_page(pdf: pikepdf.Pdf, sheet: Sheet) -> None:
    """Append `sheet` to `pdf` as text. Raises `ValueError` for a sheet with seals or signatures: those are ink."""
    if sheet.stamps:
        raise ValueError("a born-digital page cannot carry ink stamps")
    used: dict[_Style, set[str]] = {}
    for mark in sheet.marks:
        if isinstance(mark, Glyphs):
            used.setdefault((mark.face.family, mark.face.style), set(" ")).update(mark.text)
    fonts = {style: _embed(pdf, style, "".join(sorted(letters))) for style, letters in used.items()}
    names = {style: f"/F{number}" for number, style in enumerate(fonts, 1)}
    content = [_operator(mark, fonts, names) for mark in sheet.marks]
    resources = Dictionary(Font=Dictionary({names[style]: font for style, (font, _) in fonts.items()}))
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, WIDTH_PT, HEIGHT_PT]),
        Resources=resources,
        Contents=pdf.make_stream("\n".join(content).encode("ascii")),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _operator(
    mark: Glyphs | Stroke, fonts: dict[_Style, tuple[pikepdf.Object, dict[str, int]]], names: dict[_Style, str]
) -> str:
    if isinstance(mark, Stroke):
        (x0, y0), *rest = mark.points
        path = " ".join(f"{x:.2f} {HEIGHT_PT - y:.2f} l" for x, y in rest)
        return f"{mark.width:.2f} w {x0:.2f} {HEIGHT_PT - y0:.2f} m {path} S"
    style = (mark.face.family, mark.face.style)
    glyphs = fonts[style][1]
    codes = "".join(f"{glyphs[letter]:04X}" for letter in f"{mark.text} ")
    at = f"1 0 0 1 {mark.x:.2f} {HEIGHT_PT - mark.y:.2f} Tm"
    return f"BT {names[style]} {mark.face.size:.2f} Tf {at} <{codes}> Tj ET"


def _embed(pdf: pikepdf.Pdf, style: _Style, letters: str) -> tuple[pikepdf.Object, dict[str, int]]:
    """A Type 0 font with Identity-H codes (glyph numbers) of the letters needed, and the number of each letter."""
    path = find_font(*style)
    options = subset.Options(
        retain_gids=True, layout_features=[], name_IDs=[6], notdef_outline=True, recalc_timestamp=False
    )
    font = TTFont(path, recalcTimestamp=False)
    cmap = font.getBestCmap()
    glyphs = {letter: font.getGlyphID(cmap[ord(letter)]) for letter in letters}
    scale = 1000 / font["head"].unitsPerEm
    widths = {number: round(font["hmtx"][font.getGlyphName(number)][0] * scale) for number in glyphs.values()}
    head, hhea = font["head"], font["hhea"]
    box = [round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)]
    ascent, descent, italic = hhea.ascent * scale, hhea.descent * scale, font["post"].italicAngle
    shrink = subset.Subsetter(options)
    shrink.populate(text=letters)
    shrink.subset(font)
    file = BytesIO()
    font.save(file)
    base = Name(f"/HOSOAA+{path.stem}")
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=base, Flags=4, FontBBox=Array(box), ItalicAngle=italic, Ascent=round(ascent),
        Descent=round(descent), CapHeight=round(ascent), StemV=80, FontFile2=pdf.make_stream(file.getvalue()),
    )  # fmt: skip
    table = Array([item for number in sorted(widths) for item in (number, Array([widths[number]]))])
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=base, CIDToGIDMap=Name.Identity, DW=500, W=table,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    whole = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=base, Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]), ToUnicode=pdf.make_stream(_to_unicode(glyphs)),
    )  # fmt: skip
    return pdf.make_indirect(whole), glyphs


def _to_unicode(glyphs: dict[str, int]) -> bytes:
    pairs = sorted((number, letter) for letter, number in glyphs.items())
    blocks = []
    for start in range(0, len(pairs), 100):
        part = pairs[start : start + 100]
        rows = "\n".join(f"<{number:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for number, letter in part)
        blocks.append(f"{len(part)} beginbfchar\n{rows}\nendbfchar")
    body = "\n".join(blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{body}\nendcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode("ascii")
