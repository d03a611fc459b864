"""A good file keeps every clause; the same file with one clause broken is caught by that clause."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from workers.pdfa.clauses import violations
from workers.pdfa.compose import append_pages
from workers.pdfa.decision_page import DecisionPage, decision_page


def edited(pdf: bytes, edit: Callable[[Pdf], None], **save: object) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        edit(opened)
        sink = BytesIO()
        options = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
        opened.save(sink, fix_metadata_version=False, **(options | save))
        return sink.getvalue()


def test_package_front_and_their_join_keep_every_clause(packaged: bytes, decision: DecisionPage) -> None:
    front = decision_page(decision)
    for pdf in (packaged, front, append_pages(front, packaged), edited(packaged, lambda pdf: None)):
        assert violations(pdf) == []


def _page(pdf: Pdf) -> Dictionary:
    return pdf.pages[0].obj


def _annotate(**entries: object) -> Callable[[Pdf], None]:
    def edit(pdf: Pdf) -> None:
        _page(pdf).Annots = Array([Dictionary(Type=Name.Annot, Rect=[10, 10, 90, 40], **entries)])

    return edit


def _appearance(pdf: Pdf) -> Dictionary:
    return Dictionary(N=Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 80, 30]))


def _content(operators: bytes) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.pages[0].contents_add(Stream(pdf, operators))


def _root(**entries: object) -> Callable[[Pdf], None]:
    return lambda pdf: pdf.Root.update(Dictionary(**entries))


def _font(pdf: Pdf) -> Dictionary:
    return _page(pdf).Resources.Font["/F0"]


def _xmp(old: bytes, new: bytes) -> Callable[[Pdf], None]:
    def edit(pdf: Pdf) -> None:
        data = pdf.Root.Metadata.read_bytes()
        assert old in data
        pdf.Root.Metadata.write(data.replace(old, new))

    return edit


def _image(**entries: object) -> Callable[[Pdf], None]:
    return lambda pdf: _set_image(pdf, entries)


def _set_image(pdf: Pdf, entries: dict[str, object]) -> None:
    image = _page(pdf).Resources.XObject["/Im0"]
    for key, value in entries.items():
        image[f"/{key}"] = value


def _set_font(edit: Callable[[Dictionary], None]) -> Callable[[Pdf], None]:
    return lambda pdf: edit(_font(pdf))


def _drop(item: Dictionary, key: str) -> None:
    del item[key]


def _wrong_width(font: Dictionary) -> None:
    font.DescendantFonts[0].W[1][1] = 333


def _lzw(pdf: Pdf) -> None:
    _page(pdf).Extra = pdf.make_indirect(Stream(pdf, b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", Filter=Name.LZWDecode))


def _attachment(pdf: Pdf) -> Dictionary:
    return pdf.Root.AF[0]


def _icc(pdf: Pdf, at: int, value: bytes) -> None:
    profile = pdf.Root.OutputIntents[0].DestOutputProfile
    data = bytearray(profile.read_bytes())
    data[at : at + len(value)] = value
    profile.write(bytes(data))


_LINK = {"Subtype": Name.Link, "F": 4}

BROKEN: dict[str, tuple[str, Callable[[Pdf], None]]] = {
    "a stream outside the file": ("6.1.7.1", lambda p: _set_image(p, {"F": String("x.jpg")})),
    "LZW": ("6.1.7.2", _lzw),
    "a foreign permission": ("6.1.12", _root(Perms=Dictionary(XX=1))),
    "a page of 20,000 points": ("6.1.13", lambda p: setattr(p.pages[0], "mediabox", [0, 0, 20_000, 20_000])),
    "an unknown operator": ("6.2.2", _content(b"1 2 foo")),
    "a missing resource": ("6.2.2", _content(b"/Nope Do")),
    "no output intent": ("6.2.3", lambda p: _drop(p.Root, "/OutputIntents")),
    "a broken profile": ("6.2.3", lambda p: _icc(p, 36, b"xxxx")),
    "a profile of version 5": ("6.2.3", lambda p: _icc(p, 8, b"\x05")),
    "a profile of another space": ("6.2.3", lambda p: _icc(p, 16, b"CMYK")),
    "CMYK painting": ("6.2.4.3", _content(b"0 0 0 1 k")),
    "a CMYK image": ("6.2.4.3", _image(ColorSpace=Name.DeviceCMYK)),
    "a transfer function": ("6.2.5", lambda p: _set_state(p, TR=Name.Identity)),
    "a strange intent": ("6.2.6", _content(b"/Vivid ri")),
    "an interpolated image": ("6.2.8", _image(Interpolate=True)),
    "image alternates": ("6.2.8", _image(Alternates=Array([]))),
    "a PostScript object": ("6.2.9", lambda p: _set_state(p, key="/XObject", stream=True)),
    "an unknown blend mode": ("6.2.10", lambda p: _set_state(p, BM=Name.Sparkle)),
    "no CIDSystemInfo": ("6.2.11.3.1", _set_font(lambda f: _drop(f.DescendantFonts[0], "/CIDSystemInfo"))),
    "no CIDToGIDMap": ("6.2.11.3.2", _set_font(lambda f: _drop(f.DescendantFonts[0], "/CIDToGIDMap"))),
    "a foreign CMap": ("6.2.11.3.3", _set_font(lambda f: f.update({"/Encoding": Name("/UniGB-UCS2-H")}))),
    "a wrong width": ("6.2.11.5", _set_font(_wrong_width)),
    "no ToUnicode": ("6.2.11.7.2", _set_font(lambda f: _drop(f, "/ToUnicode"))),
    ".notdef shown": ("6.2.11.8", _content(b"BT /F0 9 Tf 3 Tr <0000> Tj ET")),
    "a font that is seen and not embedded": ("6.2.11.4.1", lambda p: _unembedded(p)),
    "a glyph that is not there": ("6.2.11.4.1", _content(b"BT /F0 9 Tf <7FFF> Tj ET")),
    "a movie": ("6.3.1", _annotate(Subtype=Name.Movie, F=4)),
    "a hidden annotation": ("6.3.2", _annotate(Subtype=Name.Link, F=2)),
    "an annotation without flags": ("6.3.2", _annotate(Subtype=Name.Link)),
    "no appearance": ("6.3.3", _annotate(Subtype=Name.Square, F=4)),
    "a form that needs appearances": ("6.4.1", _root(AcroForm=Dictionary(Fields=[], NeedAppearances=True))),
    "XFA": ("6.4.2", _root(AcroForm=Dictionary(Fields=[], XFA=String("x")))),
    "a script": ("6.5.1", _root(OpenAction=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))),
    "a launch action": ("6.5.1", _annotate(**_LINK, A=Dictionary(S=Name.Launch, F=String("x.exe")))),
    "a strange named action": ("6.5.1", _annotate(**_LINK, A=Dictionary(Type=Name.Action, S=Name.Named, N=Name.Print))),
    "a page with triggers": ("6.5.2", lambda p: _page(p).update(Dictionary(AA=Dictionary()))),
    "no metadata": ("6.6.2.1", lambda p: _drop(p.Root, "/Metadata")),
    "metadata that is not XML": ("6.6.2.1", _xmp(b"</rdf:RDF>", b"")),
    "a packet with encoding": ("6.6.2.1", _xmp(b"<?xpacket begin", b'<?xpacket encoding="UTF-8" begin')),
    "an undescribed schema": ("6.6.2.3", _xmp(b"<dc:format>", b'<x:y xmlns:x="http://example.vn/">1</x:y><dc:format>')),
    "no declaration": ("6.6.4", _xmp(b"<pdfaid:part>3</pdfaid:part>", b"")),
    "another title in Info": ("6.6.3", lambda p: p.docinfo.update(Dictionary(Title=String("x")))),
    "another date in Info": (
        "6.6.3",
        lambda p: p.docinfo.update(Dictionary(ModDate=String("D:20200101000000Z"))),
    ),
    "JSON in a PDF/A-2": ("6.8", _xmp(b"<pdfaid:part>3", b"<pdfaid:part>2")),
    "no relationship": ("6.8", lambda p: _drop(_attachment(p), "/AFRelationship")),
    "an attachment of nothing": ("6.8", lambda p: _drop(p.Root, "/AF")),
    "no media type": ("6.8", lambda p: _drop(_attachment(p).EF.F, "/Subtype")),
    "layers that switch": (
        "6.9",
        _root(OCProperties=Dictionary(OCGs=[], D=Dictionary(Name=String("a"), AS=[]))),
    ),
    "a presentation": ("6.10", lambda p: _page(p).update(Dictionary(PresSteps=Dictionary()))),
    "requirements": ("6.11", _root(Requirements=Array([]))),
}


def _set_state(pdf: Pdf, key: str = "/ExtGState", stream: bool = False, **entries: object) -> None:
    item = pdf.make_indirect(
        Stream(pdf, b"", Type=Name.XObject, Subtype=Name.PS) if stream else Dictionary(Type=Name.ExtGState, **entries)
    )
    resources = _page(pdf).Resources
    resources[key] = resources.get(key, Dictionary())
    resources[key]["/X1"] = item


def _unembedded(pdf: Pdf) -> None:
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, FirstChar=65, LastChar=65, Widths=[700]
    )
    _page(pdf).Resources.Font["/H"] = pdf.make_indirect(font)
    _content(b"BT 0 Tr /H 9 Tf (A) Tj ET")(pdf)


@pytest.mark.parametrize("breach", BROKEN)
def test_a_broken_clause_is_caught(packaged: bytes, breach: str) -> None:
    clause, edit = BROKEN[breach]
    found = violations(edited(packaged, edit))
    assert clause in {v.clause for v in found}, found


@pytest.mark.parametrize(
    ("clause", "spoil"),
    {
        "6.1.2": lambda raw: b"\n" + raw,
        "6.1.3": lambda raw: raw + b"more",
        "6.1.4": lambda raw: raw.replace(b"startxref\n", b"startxref\n9"),
        "6.1.7.1": lambda raw: raw.replace(b"/Subtype /XML /Length ", b"/Subtype /XML /Length 1", 1),
    }.items(),
)
def test_a_spoiled_file_structure_is_caught(packaged: bytes, clause: str, spoil: Callable[[bytes], bytes]) -> None:
    assert clause in {v.clause for v in violations(spoil(packaged))}


def test_a_header_without_binary_comment_is_caught(packaged: bytes) -> None:
    assert "6.1.2" in {v.clause for v in violations(packaged.replace(b"%\xe2\xe3\xcf\xd3", b"%abcd", 1))}


def test_compressed_metadata_is_caught(packaged: bytes) -> None:
    start, end = packaged.index(b"<?xpacket begin"), packaged.index(b"\nendstream", packaged.index(b"<?xpacket end"))
    squeezed = zlib.compress(packaged[start:end])
    spoiled = packaged[:start] + squeezed + packaged[end:]
    entry = b"/Subtype /XML /Filter /FlateDecode /Length %d" % len(squeezed)
    spoiled = spoiled.replace(b"/Subtype /XML /Length %d" % (end - start), entry)
    assert "6.6.2.1" in {v.clause for v in violations(spoiled)}


def test_encryption_and_a_missing_identifier_are_caught(packaged: bytes) -> None:
    def locked_by(user: str) -> bytes:
        with pikepdf.open(BytesIO(packaged)) as pdf:
            sink = BytesIO()
            pdf.save(sink, encryption=pikepdf.Encryption(owner="o", user=user))
            return sink.getvalue()

    nameless = packaged[: packaged.rindex(b"/ID [")] + b">>\nstartxref\n" + packaged.split(b"startxref\n")[-1]
    for pdf in (locked_by("secret"), locked_by(""), nameless):
        assert "6.1.3" in {v.clause for v in violations(pdf)}


def test_garbage_is_a_violation_and_no_exception() -> None:
    assert [v.clause for v in violations(b"%PDF-1.7 nothing")] == ["6.1.4"]
