"""Clause 6.2.11: fonts embedded, described consistently, no .notdef, characters that map to Unicode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont, TTLibError

from workers.pdfa.rules.subject import ClauseViolation, Subject, entries

_TYPES = {"/Type0", "/Type1", "/MMType1", "/TrueType", "/Type3", "/CIDFontType0", "/CIDFontType2"}
_INVISIBLE = 3
# Codes a ToUnicode map must not give (6.2.11.7.2).
_RANGE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f]*>|\[[^\]]*\])")
_NOT_UNICODE = {"0000", "FEFF", "FFFE"}


def check(subject: Subject) -> Iterator[ClauseViolation]:
    """All font rules; text is read from the content streams to know which codes are shown, and how."""
    used = _used(subject)
    for where, item in subject.objects:
        keys = entries(item)
        if keys.get("/Type") == "/Font" or (keys.get("/Subtype") in _TYPES and "/BaseFont" in keys):
            yield from _font(where, item, keys, used.get(item.objgen, {}))


def _used(subject: Subject) -> dict[tuple[int, int], dict[bytes, bool]]:
    """For each font object the strings shown with it, and whether any of them is seen."""
    used: dict[tuple[int, int], dict[bytes, bool]] = {}
    for painted in subject.painted:
        fonts = painted.resources.get("/Font") if isinstance(painted.resources, pikepdf.Dictionary) else None
        current, mode = None, 0
        saved: list[tuple[Any, int]] = []
        for operands, operator in painted.instructions:
            if operator == "Tf" and isinstance(fonts, pikepdf.Dictionary):
                current = fonts.get(str(operands[0]))
            elif operator == "q":
                saved.append((current, mode))
            elif operator == "Q" and saved:
                current, mode = saved.pop()
            elif operator == "Tr":
                mode = int(operands[0])
            elif operator in ("Tj", "TJ", "'", '"') and isinstance(current, pikepdf.Dictionary):
                strings = operands[0] if operator == "TJ" else [operands[-1]]
                shown = used.setdefault(current.objgen, {})
                for text in strings:
                    if isinstance(text, pikepdf.String):
                        shown[bytes(text)] = shown.get(bytes(text), False) or mode != _INVISIBLE
    return used


def _font(where: str, font: Any, keys: dict[str, Any], shown: dict[bytes, bool]) -> Iterator[ClauseViolation]:
    kind = str(keys.get("/Subtype"))
    if kind not in _TYPES:
        yield ClauseViolation("6.2.11.2", "a font of an unknown type", where)
    if kind == "/Type0":
        yield from _composite(where, font, keys, shown)
    elif kind in ("/Type1", "/MMType1", "/TrueType"):
        if not _program(keys.get("/FontDescriptor")) and any(shown.values()):
            yield ClauseViolation("6.2.11.4.1", "a font that is not embedded", where)
        if not {"/FirstChar", "/LastChar", "/Widths"} <= keys.keys():
            yield ClauseViolation("6.2.11.2", "a simple font without widths", where)
        elif len(keys["/Widths"]) != int(keys["/LastChar"]) - int(keys["/FirstChar"]) + 1:
            yield ClauseViolation("6.2.11.5", "the number of widths differs from the number of codes", where)


def _composite(where: str, font: Any, keys: dict[str, Any], shown: dict[bytes, bool]) -> Iterator[ClauseViolation]:
    descendants = keys.get("/DescendantFonts")
    descendant = descendants[0] if isinstance(descendants, pikepdf.Array) and len(descendants) == 1 else None
    if not isinstance(descendant, pikepdf.Dictionary):
        yield ClauseViolation("6.2.11.2", "a composite font without one descendant", where)
        return
    encoding = keys.get("/Encoding")
    if str(encoding) not in ("/Identity-H", "/Identity-V") and not isinstance(encoding, pikepdf.Stream):
        yield ClauseViolation("6.2.11.3.3", "a CMap that is neither Identity nor embedded", where)
    if "/CIDSystemInfo" not in descendant:
        yield ClauseViolation("6.2.11.3.1", "a CIDFont without CIDSystemInfo", where)
    if descendant.get("/Subtype") == "/CIDFontType2":
        mapping = descendant.get("/CIDToGIDMap")
        if mapping != "/Identity" and not isinstance(mapping, pikepdf.Stream):
            yield ClauseViolation("6.2.11.3.2", "a CIDFontType2 without CIDToGIDMap", where)
    yield from _to_unicode(where, keys.get("/ToUnicode"), shown)
    file = _program(descendant.get("/FontDescriptor"))
    if file is None:
        if any(shown.values()):
            yield ClauseViolation("6.2.11.4.1", "a font that is not embedded", where)
        return
    yield from _glyphs(where, descendant, file, shown)


def _program(descriptor: Any) -> Any:
    if not isinstance(descriptor, pikepdf.Dictionary):
        return None
    return next((descriptor[k] for k in ("/FontFile", "/FontFile2", "/FontFile3") if k in descriptor), None)


def _to_unicode(where: str, cmap: Any, shown: dict[bytes, bool]) -> Iterator[ClauseViolation]:
    """Level B does not ask for it; text that cannot be taken out again is no archive, so these files must have it."""
    if not shown:
        return
    if not isinstance(cmap, pikepdf.Stream):
        yield ClauseViolation("6.2.11.7.2", "no ToUnicode map", where)
        return
    text = cmap.read_bytes().decode("latin-1")
    mapped, targets = _mapped(text)
    if _NOT_UNICODE & targets:
        yield ClauseViolation("6.2.11.7.2", "ToUnicode gives U+0000, U+FEFF or U+FFFE", where)
    missing = {cid for string in shown for cid in _cids(string)} - mapped
    if missing:
        yield ClauseViolation("6.2.11.7.2", f"{len(missing)} of the shown codes are not in ToUnicode", where)


def _mapped(text: str) -> tuple[set[int], set[str]]:
    mapped: set[int] = set()
    targets: set[str] = set()
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, target in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            mapped.add(int(code, 16))
            targets.add(target.upper())
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, target in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f]*>|\[[^\]]*\])", block
        ):
            mapped.update(range(int(low, 16), min(int(high, 16), int(low, 16) + 0xFFFF) + 1))
            targets.update(t.upper() for t in re.findall(r"[0-9A-Fa-f]+", target))
    return mapped, targets


def _cids(string: bytes) -> set[int]:
    return {int.from_bytes(string[i : i + 2], "big") for i in range(0, len(string), 2)}


def _glyphs(where: str, descendant: Any, file: Any, shown: dict[bytes, bool]) -> Iterator[ClauseViolation]:
    """Every shown code has a glyph, is not .notdef, and is as wide in the dictionary as in the program."""
    try:
        program = TTFont(BytesIO(file.read_bytes()), lazy=True)
        order, metrics, units = program.getGlyphOrder(), program["hmtx"], program["head"].unitsPerEm
    except (TTLibError, KeyError, AssertionError, ValueError, EOFError):
        if file.get("/Subtype") not in ("/CIDFontType0C", "/Type1C"):
            yield ClauseViolation("6.2.11.4.1", "a font program that cannot be read", where)
        return
    mapping = descendant.get("/CIDToGIDMap")
    table = mapping.read_bytes() if isinstance(mapping, pikepdf.Stream) else None
    widths = _widths(descendant)
    default = float(descendant.get("/DW", 1000))
    for cid in sorted({cid for string in shown for cid in _cids(string)}):
        gid = int.from_bytes(table[2 * cid : 2 * cid + 2], "big") if table is not None else cid
        if gid == 0:
            yield ClauseViolation("6.2.11.8", "text that shows .notdef", where)
        elif gid >= len(order):
            yield ClauseViolation("6.2.11.4.1", f"code {cid} has no glyph in the font program", where)
        elif abs(metrics[order[gid]][0] * 1000 / units - widths.get(cid, default)) > 1:
            yield ClauseViolation("6.2.11.5", f"the width of code {cid} differs from the font program", where)


def _widths(descendant: Any) -> dict[int, float]:
    """The W array as a map from CID to width."""
    widths: dict[int, float] = {}
    rest = list(descendant.get("/W") or ())
    while len(rest) >= 2:
        first = int(rest[0])
        if isinstance(rest[1], pikepdf.Array):
            widths.update({first + i: float(w) for i, w in enumerate(rest[1])})
            rest = rest[2:]
        elif len(rest) >= 3:
            widths.update(dict.fromkeys(range(first, int(rest[1]) + 1), float(rest[2])))
            rest = rest[3:]
        else:
            break
    return widths
