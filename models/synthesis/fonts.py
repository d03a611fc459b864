"""Fonts that can write Vietnamese: printed ones from Debian packages, handwriting-like ones from `handwriting/`.

Guarantees that every face handed out holds all 134 Vietnamese letters and all printable ASCII and draws no two letters
alike (checked once per file and process: Carlito, for one, draws Ệ as Ẹ, and a model taught with it would learn to read
so), and that a missing package is an error that names it. `HOSO_FONT_PATH` adds folders to
search before Debian's.
"""

from __future__ import annotations

import os
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from dossiers.errors import HosoError
from models.charset import VIETNAMESE_LETTERS

HANDWRITING = Path(__file__).parent / "handwriting"
"""Fonts under the Open Font License that no Debian package has; see its README."""
SEARCH = (HANDWRITING, Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts/opentype"))
STYLES = ("regular", "bold", "italic", "bold-italic")
_NEEDED = frozenset(map(ord, VIETNAMESE_LETTERS)) | frozenset(range(0x21, 0x7F))


class FontMissing(HosoError):
    """A font file is not on this machine; `detail` names the family, the style and the Debian package."""

    code = "models.font_missing"
    vi = "Thiếu phông chữ để tạo trang mẫu. Hãy cài gói Debian ghi trong chi tiết (apt-get install)."
    en = "A font that sample pages need is missing. Install the Debian package named in the detail (apt-get install)."


class FontIncomplete(HosoError):
    """A font file lacks letters of Vietnamese or draws some alike; `detail` names the file and the letters."""

    code = "models.font_incomplete"
    vi = "Phông chữ thiếu chữ tiếng Việt hoặc vẽ hai chữ giống nhau. Hãy cài lại gói phông hoặc chọn phông khác."
    en = "A font lacks Vietnamese letters or draws two of them alike. Reinstall its package or choose another font."


@dataclass(frozen=True, slots=True)
class Family:
    """One typeface: the package that brings it, its kind (serif, sans, mono, hand, cursive), and its files by style.

    A handwriting-like face has no styles of its own: all four name what there is. The letters of a cursive one join."""

    name: str
    package: str
    kind: str
    files: tuple[str, str, str, str]


def _family(name: str, package: str, kind: str, pattern: str, *styles: str) -> Family:
    regular, bold, italic, bold_italic = (pattern.format(style) for style in styles)
    return Family(name, package, kind, (regular, bold, italic, bold_italic))


def _hand(name: str, plain: str, other: str = "", kind: str = "hand") -> Family:
    return Family(name, "models/synthesis/handwriting", kind, (plain, other or plain, other or plain, other or plain))


def _cursive(name: str, plain: str, other: str = "") -> Family:
    return _hand(name, plain, other, "cursive")


_PLAIN = ("Regular", "Bold", "Italic", "BoldItalic")
_GYRE = ("regular", "bold", "italic", "bolditalic")
_DEJAVU = ("", "-Bold", "-Oblique", "-BoldOblique")

FAMILIES = {
    family.name: family
    for family in (
        _family("Tinos", "fonts-croscore", "serif", "Tinos-{}.ttf", *_PLAIN),
        _family("Arimo", "fonts-croscore", "sans", "Arimo-{}.ttf", *_PLAIN),
        _family("Cousine", "fonts-croscore", "mono", "Cousine-{}.ttf", *_PLAIN),
        _family("TeX Gyre Termes", "fonts-texgyre", "serif", "texgyretermes-{}.otf", *_GYRE),
        _family("TeX Gyre Pagella", "fonts-texgyre", "serif", "texgyrepagella-{}.otf", *_GYRE),
        _family("TeX Gyre Schola", "fonts-texgyre", "serif", "texgyreschola-{}.otf", *_GYRE),
        _family("TeX Gyre Bonum", "fonts-texgyre", "serif", "texgyrebonum-{}.otf", *_GYRE),
        _family("TeX Gyre Heros", "fonts-texgyre", "sans", "texgyreheros-{}.otf", *_GYRE),
        _family("TeX Gyre Heros Condensed", "fonts-texgyre", "sans", "texgyreheroscn-{}.otf", *_GYRE),
        _family("TeX Gyre Cursor", "fonts-texgyre", "mono", "texgyrecursor-{}.otf", *_GYRE),
        _family("DejaVu Sans", "fonts-dejavu", "sans", "DejaVuSans{}.ttf", *_DEJAVU),
        _family("DejaVu Sans Condensed", "fonts-dejavu", "sans", "DejaVuSansCondensed{}.ttf", *_DEJAVU),
        _family("DejaVu Serif", "fonts-dejavu", "serif", "DejaVuSerif{}.ttf", "", "-Bold", "-Italic", "-BoldItalic"),
        _family("Noto Serif", "fonts-noto-core", "serif", "NotoSerif-{}.ttf", *_PLAIN),
        _family("Noto Sans", "fonts-noto-core", "sans", "NotoSans-{}.ttf", *_PLAIN),
        _family("Open Sans", "fonts-open-sans", "sans", "OpenSans-{}.ttf", *_PLAIN),
        _family("Roboto", "fonts-roboto", "sans", "Roboto-{}.ttf", *_PLAIN),
        _family("Roboto Condensed", "fonts-roboto", "sans", "RobotoCondensed-{}.ttf", *_PLAIN),
        _family("Charis SIL", "fonts-sil-charis", "serif", "CharisSIL-{}.ttf", *_PLAIN),
        _family("FreeSerif", "fonts-freefont-ttf", "serif", "FreeSerif{}.ttf", "", "Bold", "Italic", "BoldItalic"),
        _family("FreeSans", "fonts-freefont-ttf", "sans", "FreeSans{}.ttf", "", "Bold", "Oblique", "BoldOblique"),
        _hand("Patrick Hand", "PatrickHand_400Regular.ttf"),
        _hand("Itim", "Itim_400Regular.ttf"),
        _hand("Playpen Sans", "PlaypenSans_300Light.ttf", "PlaypenSans_500Medium.ttf"),
        _hand("Charm", "Charm_400Regular.ttf"),
        _hand("Mali", "Mali_300Light.ttf", "Mali_400Regular_Italic.ttf"),
        _hand("Grandstander", "Grandstander_300Light.ttf"),
        _hand("Sriracha", "Sriracha_400Regular.ttf"),
        _hand("Shantell Sans", "ShantellSans_400Regular.ttf", "ShantellSans_300Light_Italic.ttf"),
        _hand("Pangolin", "Pangolin_400Regular.ttf"),
        _cursive("Mynerve", "Mynerve_400Regular.ttf"),
        _cursive("Fuggles", "Fuggles_400Regular.ttf"),
        _cursive("Hurricane", "Hurricane_400Regular.ttf"),
        _cursive("Kolker Brush", "KolkerBrush_400Regular.ttf"),
        _cursive("Whisper", "Whisper_400Regular.ttf"),
        _cursive("Moon Dance", "MoonDance_400Regular.ttf"),
        _cursive("Qwitcher Grypen", "QwitcherGrypen_400Regular.ttf", "QwitcherGrypen_700Bold.ttf"),
        _cursive("Charmonman", "Charmonman_400Regular.ttf"),
        _cursive("Corinthia", "Corinthia_700Bold.ttf"),
        _cursive("Birthstone", "Birthstone_400Regular.ttf"),
        _cursive("Alex Brush", "AlexBrush_400Regular.ttf"),
        _cursive("Allura", "Allura_400Regular.ttf"),
        _cursive("Carattere", "Carattere_400Regular.ttf"),
        _cursive("Ephesis", "Ephesis_400Regular.ttf"),
        _cursive("Great Vibes", "GreatVibes_400Regular.ttf"),
        _cursive("Inspiration", "Inspiration_400Regular.ttf"),
        _cursive("Love Light", "LoveLight_400Regular.ttf"),
        _cursive("Meow Script", "MeowScript_400Regular.ttf"),
        _cursive("Passions Conflict", "PassionsConflict_400Regular.ttf"),
        _cursive("Puppies Play", "PuppiesPlay_400Regular.ttf"),
        _cursive("Send Flowers", "SendFlowers_400Regular.ttf"),
        _cursive("Style Script", "StyleScript_400Regular.ttf"),
        _cursive("Waterfall", "Waterfall_400Regular.ttf"),
        _cursive("Allison", "Allison_400Regular.ttf"),
        _cursive("Comforter", "Comforter_400Regular.ttf"),
    )
}
KEPT_OUT = frozenset({"Charis SIL", "TeX Gyre Bonum", "Sriracha", "Shantell Sans", "Pangolin", "Allison", "Comforter"})
"""Never seen in training: suites that measure unknown fonts draw with these alone."""


def families(*, hand: bool, kept_out: bool) -> tuple[str, ...]:
    """Names of the families in letters that stand apart, handwriting-like or printed ones, that are for training, or
    those kept out of it."""
    kinds = ("hand",) if hand else ("serif", "sans", "mono")
    return tuple(n for n, f in FAMILIES.items() if f.kind in kinds and (n in KEPT_OUT) == kept_out)


def cursives(*, kept_out: bool) -> tuple[str, ...]:
    """The same of handwriting-like families whose letters join."""
    return tuple(n for n, f in FAMILIES.items() if f.kind == "cursive" and (n in KEPT_OUT) == kept_out)


@cache
def _files() -> dict[str, Path]:
    extra = [Path(part) for part in os.environ.get("HOSO_FONT_PATH", "").split(os.pathsep) if part]
    found: dict[str, Path] = {}
    for root in (*extra, *SEARCH):
        for path in sorted(root.rglob("*.[to]tf")) if root.is_dir() else ():
            found.setdefault(path.name, path)
    return found


def check_coverage(path: Path) -> None:
    """Raise `FontIncomplete` if `path` lacks a Vietnamese letter or an ASCII sign, or draws two letters alike."""
    with TTFont(path, lazy=True) as font:
        missing = sorted(_NEEDED - font.getBestCmap().keys())
    if missing:
        raise FontIncomplete(f"{path.name}: {''.join(map(chr, missing))}")
    drawn: dict[tuple[object, bytes], str] = {}
    font = ImageFont.truetype(str(path), 48, layout_engine=ImageFont.Layout.BASIC)
    for letter in (*string.ascii_letters, *VIETNAMESE_LETTERS):
        mask = font.getmask(letter)
        other = drawn.setdefault((mask.size, bytes(mask)), letter)
        if other != letter:
            raise FontIncomplete(f"{path.name}: {other} = {letter}")


@cache
def find_font(family: str, style: str = "regular") -> Path:
    """The file of one face, checked. Unknown family: `KeyError`; not installed: `FontMissing`."""
    entry = FAMILIES[family]
    name = entry.files[STYLES.index(style)]
    path = _files().get(name)
    if path is None:
        raise FontMissing(f"{family} {style} ({name}): apt-get install {entry.package}")
    check_coverage(path)
    return path


@cache
def load_font(family: str, style: str, size: int) -> ImageFont.FreeTypeFont:
    """A face at `size` pixels per em, ready to draw with Pillow (basic layout: Vietnamese needs no shaping in NFC)."""
    return ImageFont.truetype(str(find_font(family, style)), size, layout_engine=ImageFont.Layout.BASIC)
