"""Good files of every kind are told by content; ZIPs become members; what is active in a PDF is flagged."""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from workers.stages.ingest import IngestedFile

Take = Callable[..., IngestedFile]


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return sink.getvalue()


def codes(result: IngestedFile) -> list[str]:
    return [f.code for f in result.findings]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF"])
def test_every_kind_of_image_is_one_member(take: Take, page_picture: Image.Image, kind: str) -> None:
    sink = BytesIO()
    page_picture.resize((300, 424)).save(sink, kind)
    extension = {"JPEG": "jpg", "HEIF": "heic"}.get(kind, kind.lower())
    result = take(sink.getvalue(), f"trang.{extension}")
    assert result.error is None
    assert codes(result) == []
    (member,) = result.members
    assert member.media_type == f"image/{'heic' if kind == 'HEIF' else kind.lower()}"
    assert (member.pages, member.sha256) == (1, hashlib.sha256(sink.getvalue()).hexdigest())


def test_a_tiff_has_as_many_pages_as_frames(take: Take, page_picture: Image.Image) -> None:
    sink, small = BytesIO(), page_picture.resize((300, 424))
    small.save(sink, "TIFF", save_all=True, append_images=[small, small.convert("1")])
    assert take(sink.getvalue(), "a.tif").members[0].pages == 3


def test_a_wrong_extension_is_only_remarked(take: Take, jpeg: bytes) -> None:
    result = take(jpeg, "đơn.pdf")
    assert result.members[0].media_type == "image/jpeg"
    assert (codes(result), result.error) == (["file.extension"], None)


def test_a_typed_page_keeps_its_text_layer(take: Take, typed_pdf: bytes) -> None:
    result = take(typed_pdf, "quyết định.pdf")
    (member,) = result.members
    assert (member.pages, member.text_pages, member.signed, member.flags) == (1, (0,), False, ())
    assert result.sha256 == member.sha256 == hashlib.sha256(typed_pdf).hexdigest()


def test_a_zip_becomes_members_in_order_with_nfc_names(take: Take, jpeg: bytes, typed_pdf: bytes) -> None:
    name = unicodedata.normalize("NFD", "Giấy khai sinh.jpg")
    data = zipped({f"ảnh/{name}": jpeg, "đơn.pdf": typed_pdf, "__MACOSX/._x": b"junk", ".DS_Store": b"x", "ảnh/": b""})
    result = take(data, unicodedata.normalize("NFD", "hồ sơ.zip"))
    assert result.name == "hồ sơ.zip"
    assert [m.name for m in result.members] == ["Giấy khai sinh.jpg", "đơn.pdf"]
    assert all(m.path.name.isascii() for m in result.members)
    assert (codes(result), result.error) == ([], None)


def test_names_in_utf8_without_the_flag_are_read(take: Take, jpeg: bytes) -> None:
    data = zipped({"XX.jpg": jpeg}).replace(b"XX.jpg", "đ.jpg".encode())
    assert take(data, "a.zip").members[0].name == "đ.jpg"


def _active(pdf: bytes, edit: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as opened:
        edit(opened)
        sink = BytesIO()
        opened.save(sink)
        return sink.getvalue()


def _launch(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.Launch, F=String("calc.exe"))
    pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)])


def _attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.exe"] = b"MZ"


@pytest.mark.parametrize(
    ("flag", "edit"),
    [
        ("javascript", lambda p: p.Root.update(Dictionary(OpenAction=Dictionary(S=Name.JavaScript, JS=String("x()"))))),
        ("embedded-files", _attach),
        ("launch-action", _launch),
    ],
)
def test_active_content_is_kept_and_flagged(
    take: Take, typed_pdf: bytes, flag: str, edit: Callable[[pikepdf.Pdf], None]
) -> None:
    data = _active(typed_pdf, edit)
    result = take(data, "a.pdf")
    (member,) = result.members
    assert (member.flags, codes(result)) == ((flag,), [f"file.{flag}"])
    assert member.path.read_bytes() == data


def test_a_pdf_with_only_owner_restrictions_is_read(take: Take, typed_pdf: bytes) -> None:
    sink = BytesIO()
    with pikepdf.open(BytesIO(typed_pdf)) as pdf:
        pdf.save(sink, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert take(sink.getvalue(), "a.pdf").members[0].flags == ("restricted",)


def test_a_broken_xref_is_repaired_on_a_copy(take: Take, typed_pdf: bytes) -> None:
    at = typed_pdf.rindex(b"startxref\n") + 10
    result = take(typed_pdf[:at] + b"77\n%%EOF\n", "a.pdf")
    (member,) = result.members
    assert (codes(result), member.flags, member.text_pages) == (["file.repaired"], ("repaired",), (0,))
    assert result.sha256 != member.sha256
    with pikepdf.open(member.path) as repaired:
        assert repaired.get_warnings() == []
