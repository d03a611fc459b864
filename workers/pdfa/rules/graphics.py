"""Clause 6.2 without fonts: output intent, colour, graphics state, images, XObjects, transparency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from workers.pdfa.rules.subject import ClauseViolation, Painted, Subject, entries

# ISO 32000-1, Annex A; an inline image comes from the parser as one instruction.
_OPERATORS = {"INLINE IMAGE", *re.findall(
    r"\S+",
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l M m MP n q Q re "
    "RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"",
)}  # fmt: skip
_RESOURCE_OF = {"Do": "/XObject", "gs": "/ExtGState", "sh": "/Shading", "Tf": "/Font"}
_INTENTS = {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}
_BLENDS = {
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge", "/ColorBurn",
    "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity",
}  # fmt: skip
_SPACES = {b"RGB ": ("/DeviceRGB", 3), b"GRAY": ("/DeviceGray", 1), b"CMYK": ("/DeviceCMYK", 4)}
_DEVICE = {
    "g": "/DeviceGray", "G": "/DeviceGray", "rg": "/DeviceRGB", "RG": "/DeviceRGB", "k": "/DeviceCMYK",
    "K": "/DeviceCMYK",
}  # fmt: skip


def check(subject: Subject) -> Iterator[ClauseViolation]:
    """All graphics rules."""
    intents = _intents(subject.pdf)
    yield from _output_intents(intents)
    allowed = _allowed_device_spaces(intents)
    for painted in subject.painted:
        yield from _content(painted, allowed)
    for where, item in subject.objects:
        keys = entries(item)
        if isinstance(item, pikepdf.Stream) and keys.get("/Subtype") == "/Image":
            yield from _image(where, keys, allowed)
        if isinstance(item, pikepdf.Stream) and keys.get("/Subtype") in ("/Form", "/PS"):
            yield from _xobject(where, keys)
        if keys.get("/Type") == "/ExtGState" or {"/BM", "/TR", "/TR2", "/HTP"} & keys.keys():
            yield from _state(where, keys)
        if keys.get("/S") == "/Transparency" and not allowed and "/CS" not in keys:
            yield ClauseViolation("6.2.10", "a transparency group without a colour space, and no output intent", where)


def _intents(pdf: pikepdf.Pdf) -> list[Any]:
    listed = pdf.Root.get("/OutputIntents")
    return [i for i in listed if isinstance(i, pikepdf.Dictionary)] if isinstance(listed, pikepdf.Array) else []


def _output_intents(intents: list[Any]) -> Iterator[ClauseViolation]:
    if not any(i.get("/S") == "/GTS_PDFA1" for i in intents):
        yield ClauseViolation("6.2.3", "no PDF/A output intent")
    profiles = [i.get("/DestOutputProfile") for i in intents if "/DestOutputProfile" in i]
    if len({p.objgen for p in profiles}) > 1:
        yield ClauseViolation("6.2.3", "output intents with different profiles")
    if any("/DestOutputProfileRef" in i for i in intents):
        yield ClauseViolation("6.2.3", "an output intent refers to a profile outside the file")
    for profile in profiles:
        yield from _icc("output intent", profile, "6.2.3")


def _icc(where: str, profile: Any, clause: str) -> Iterator[ClauseViolation]:
    data = profile.read_bytes() if isinstance(profile, pikepdf.Stream) else b""
    if len(data) < 132 or data[36:40] != b"acsp" or int.from_bytes(data[:4], "big") != len(data):
        yield ClauseViolation(clause, "not an ICC profile", where)
        return
    if data[8] > 4 or data[12:16] not in (b"prtr", b"mntr", b"scnr", b"spac"):
        yield ClauseViolation(clause, "an ICC profile of an unsuitable version or class", where)
    components = _SPACES.get(data[16:20], ("", 3 if data[16:20] == b"Lab " else 0))[1]
    if int(profile.get("/N", 0)) != components:
        yield ClauseViolation(clause, "N differs from the components of the ICC profile", where)


def _allowed_device_spaces(intents: list[Any]) -> set[str]:
    """Device colour spaces that the output intent gives a meaning (6.2.4.3); grey goes with any."""
    for intent in intents:
        profile = intent.get("/DestOutputProfile")
        if intent.get("/S") == "/GTS_PDFA1" and isinstance(profile, pikepdf.Stream):
            space, _ = _SPACES.get(profile.read_bytes()[16:20], ("", 0))
            return {space, "/DeviceGray"}
    return set()


def _content(painted: Painted, allowed: set[str]) -> Iterator[ClauseViolation]:
    resources = painted.resources if isinstance(painted.resources, pikepdf.Dictionary) else pikepdf.Dictionary()
    defaults = resources.get("/ColorSpace") or pikepdf.Dictionary()
    for operands, operator in painted.instructions:
        if operator not in _OPERATORS:
            yield ClauseViolation("6.2.2", f"an operator that PDF does not define: {operator[:20]}", painted.where)
            continue
        kind = _RESOURCE_OF.get(operator)
        if kind and str(operands[0]) not in (resources.get(kind) or {}):
            yield ClauseViolation("6.2.2", f"{operator} names a resource that is not there", painted.where)
        if operator == "ri" and str(operands[0]) not in _INTENTS:
            yield ClauseViolation("6.2.6", "an unknown rendering intent", painted.where)
        space = _DEVICE.get(operator) or (str(operands[0]) if operator in ("cs", "CS") else "")
        if space.startswith("/Device") and space not in allowed and space.replace("Device", "Default") not in defaults:
            yield ClauseViolation("6.2.4.3", f"{space[1:]} without an output intent for it", painted.where)
    for key, space in defaults.items():
        yield from _space(f"{painted.where}, {key}", space, allowed)


def _space(where: str, space: Any, allowed: set[str]) -> Iterator[ClauseViolation]:
    if isinstance(space, pikepdf.Name):
        if str(space) in ("/DeviceRGB", "/DeviceGray", "/DeviceCMYK") and str(space) not in allowed:
            yield ClauseViolation("6.2.4.3", f"{str(space)[1:]} without an output intent for it", where)
    elif isinstance(space, pikepdf.Array) and len(space) > 1:
        if space[0] == "/ICCBased":
            yield from _icc(where, space[1], "6.2.4.2")
        elif space[0] in ("/Indexed", "/Pattern"):
            yield from _space(where, space[1], allowed)
        elif space[0] in ("/Separation", "/DeviceN"):
            yield from _space(where, space[2], allowed)


def _image(where: str, keys: dict[str, Any], allowed: set[str]) -> Iterator[ClauseViolation]:
    if "/Alternates" in keys or "/OPI" in keys:
        yield ClauseViolation("6.2.8", "an image with Alternates or OPI", where)
    if keys.get("/Interpolate"):
        yield ClauseViolation("6.2.8", "an image with Interpolate true", where)
    if "/Intent" in keys and str(keys["/Intent"]) not in _INTENTS:
        yield ClauseViolation("6.2.6", "an image with an unknown rendering intent", where)
    if not keys.get("/ImageMask"):
        if int(keys.get("/BitsPerComponent", 8)) not in (1, 2, 4, 8, 16):
            yield ClauseViolation("6.2.8", "an image with odd bits per component", where)
        yield from _space(where, keys.get("/ColorSpace"), allowed)
    elif int(keys.get("/BitsPerComponent", 1)) != 1:
        yield ClauseViolation("6.2.8", "an image mask with more than one bit", where)


def _xobject(where: str, keys: dict[str, Any]) -> Iterator[ClauseViolation]:
    if keys.get("/Subtype") == "/PS" or keys.get("/Subtype2") == "/PS" or "/PS" in keys:
        yield ClauseViolation("6.2.9", "a PostScript XObject", where)
    if "/OPI" in keys or "/Ref" in keys:
        yield ClauseViolation("6.2.9", "a form XObject with OPI or Ref", where)


def _state(where: str, keys: dict[str, Any]) -> Iterator[ClauseViolation]:
    if "/TR" in keys or ("/TR2" in keys and keys["/TR2"] != "/Default") or "/HTP" in keys:
        yield ClauseViolation("6.2.5", "a graphics state with a transfer function or halftone phase", where)
    if "/RI" in keys and str(keys["/RI"]) not in _INTENTS:
        yield ClauseViolation("6.2.6", "a graphics state with an unknown rendering intent", where)
    if "/BM" in keys:
        modes = [str(m) for m in keys["/BM"]] if isinstance(keys["/BM"], pikepdf.Array) else [str(keys["/BM"])]
        if any(mode not in _BLENDS for mode in modes):
            yield ClauseViolation("6.2.10", "an unknown blend mode", where)
