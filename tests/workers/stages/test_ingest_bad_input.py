"""Bad input: a code that says what and why, the rest goes on, nothing large is ever decoded."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Name, Stream
from PIL import Image

from workers.stages.ingest import IngestedFile

Take = Callable[..., IngestedFile]


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return sink.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(b"\0" * 99)
    )
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def refused(result: IngestedFile) -> str | None:
    assert result.members == ()
    assert [f.code for f in result.findings] == [result.error]
    return result.error


def pdf_of(edit: Callable[[pikepdf.Pdf], None], pages: int = 1, **save: object) -> bytes:
    sink = BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        edit(pdf)
        pdf.save(sink, **save)
    return sink.getvalue()


def test_empty_truncated_and_unknown_files(take: Take, jpeg: bytes, typed_pdf: bytes) -> None:
    assert refused(take(b"", "a.pdf")) == "file.empty"
    assert refused(take(b"MZ\x90\0" * 50, "a.pdf")) == "file.type"
    assert refused(take(jpeg[: len(jpeg) // 2], "a.jpg")) == "file.truncated"
    assert refused(take(typed_pdf[:300], "a.pdf")) == "file.truncated"
    assert refused(take(zipped({"a.jpg": jpeg})[:-30], "a.zip")) == "file.truncated"
    assert refused(take(b"%PDF-1.7\nnothing here\n%%EOF\n", "a.pdf")) == "file.broken"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "HEIF"])
def test_a_truncated_image_of_any_kind_is_told_from_its_structure(
    take: Take, page_picture: Image.Image, kind: str
) -> None:
    sink = BytesIO()
    page_picture.resize((400, 560)).save(sink, kind)
    assert refused(take(sink.getvalue()[:-2000], "a")) in ("file.truncated", "file.broken")


def test_a_cut_pdf_whose_pages_survive_goes_on_with_a_warning(take: Take, typed_pdf: bytes) -> None:
    result = take(typed_pdf[: typed_pdf.rindex(b"xref\n0 ")], "a.pdf")
    assert (result.error, result.members[0].pages) == (None, 1)
    assert [f.code for f in result.findings] == ["file.truncated"]


def test_files_with_a_password(take: Take, jpeg: bytes) -> None:
    locked = pdf_of(lambda p: None, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert refused(take(locked, "a.pdf")) == "file.encrypted"
    plain = zipped({"a.jpg": jpeg}, zipfile.ZIP_STORED)
    # Bit 0 of the general purpose flag, in the local header and in the directory.
    at, directory = 6, plain.rindex(b"PK\x01\x02") + 8
    marked = bytearray(plain)
    marked[at] |= 1
    marked[directory] |= 1
    assert take(bytes(marked), "a.zip").error == "file.encrypted"


def test_an_a0_at_600_dpi_and_a_png_of_a_terapixel_are_refused_by_their_headers(take: Take) -> None:
    tracemalloc.start()
    assert refused(take(png_header(19_866, 28_087), "a0.png")) == "file.too_many_pixels"
    assert refused(take(png_header(2**20, 2**20), "bomb.png")) == "file.too_many_pixels"
    huge = Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000, BitsPerComponent=8)
    huge.ColorSpace = Name.DeviceGray

    def paint(pdf: pikepdf.Pdf) -> None:
        image = Stream(pdf, zlib.compress(b"\0" * 1000), Filter=Name.FlateDecode, **{k[1:]: v for k, v in huge.items()})
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(I=pdf.make_indirect(image)))

    assert refused(take(pdf_of(paint), "a.pdf")) == "file.too_many_pixels"
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_page_description_that_inflates_to_a_gigabyte_is_refused(take: Take) -> None:
    squeezer = zlib.compressobj(9)
    bomb = b"".join(squeezer.compress(b" " * (1 << 20)) for _ in range(160)) + squeezer.flush()

    def paint(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.make_indirect(Stream(pdf, bomb, Filter=Name.FlateDecode))

    data = pdf_of(paint, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(data) < 1_000_000
    assert refused(take(data, "a.pdf")) == "file.bomb"


def test_no_pages_and_too_many_pages(take: Take) -> None:
    assert refused(take(pdf_of(lambda p: None, pages=0), "a.pdf")) == "file.no_pages"
    assert refused(take(pdf_of(lambda p: None, pages=1000), "a.pdf")) == "file.too_many_pages"
    sink, page = BytesIO(), Image.new("1", (40, 40))
    page.save(sink, "TIFF", save_all=True, append_images=[page] * 20)
    assert refused(take(sink.getvalue(), "a.tif", pages_per_file=20)) == "file.too_many_pages"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\a.jpg", "a\\..\\..\\b.jpg", "a/../../b.jpg"])
def test_an_entry_that_would_leave_its_folder_is_refused_and_the_rest_goes_on(
    take: Take, jpeg: bytes, name: str
) -> None:
    result = take(zipped({name: jpeg, "tốt.jpg": jpeg}), "a.zip")
    assert [m.name for m in result.members] == ["tốt.jpg"]
    assert [f.code for f in result.findings] == ["file.unsafe_name"]
    assert result.findings[0].vi.startswith("Mục 1 trong ZIP: ")
    assert result.error is None


def test_bad_entries_do_not_take_the_good_ones_along(take: Take, jpeg: bytes) -> None:
    inner = zipped({"a.jpg": jpeg})
    office = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    entries = {
        "a.zip": inner,
        "empty.jpg": b"",
        "b.docx": office,
        "c.exe": b"MZ" * 40,
        "d.jpg": jpeg[:5000],
        "e.jpg": jpeg,
    }
    result = take(zipped(entries), "a.zip")
    assert [m.name for m in result.members] == ["e.jpg"]
    expected = ["file.nested_zip", "file.empty", "file.type", "file.type", "file.truncated"]
    assert [f.code for f in result.findings] == expected


def test_ten_thousand_entries_and_an_archive_of_nothing(take: Take) -> None:
    assert refused(take(zipped({f"{i}.jpg": b"x" for i in range(10_000)}), "a.zip")) == "file.too_many_entries"
    assert refused(take(zipped({"leer/": b""}), "a.zip")) == "file.empty"
    assert refused(take(zipped({"[Content_Types].xml": b"<x/>", "a": b"b"}), "đơn.docx")) == "file.type"


def test_a_ratio_bomb_is_refused_even_when_it_lies_about_its_size(take: Take, jpeg: bytes) -> None:
    honest = zipped({"bomb.bin": b"\0" * 30_000_000, "ok.jpg": jpeg})
    result = take(honest, "a.zip")
    assert ([f.code for f in result.findings], len(result.members)) == (["file.bomb"], 1)
    lying = honest.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000))
    result = take(lying, "a.zip")
    # The reader stops at the stated size and sees that the checksum is wrong: nothing beyond it is inflated.
    assert ([f.code for f in result.findings], len(result.members)) == (["file.broken"], 1)
    assert take(zipped({"a.jpg": jpeg, "b.jpg": jpeg}), "a.zip", upload_bytes=len(jpeg)).error == "file.bomb"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), which=st.sampled_from(["pdf", "jpg", "zip", "tif", "heic"]))
def test_damaged_bytes_never_raise(take: Take, jpeg: bytes, typed_pdf: bytes, seed: int, which: str) -> None:
    chance = random.Random(seed)
    small = Image.new("RGB", (64, 64), "red")
    sinks = {kind: BytesIO() for kind in ("TIFF", "HEIF")}
    for kind, sink in sinks.items():
        small.save(sink, kind)
    whole = {"pdf": typed_pdf, "jpg": jpeg, "zip": zipped({"a.jpg": jpeg[:3000], "b.pdf": typed_pdf}),
             "tif": sinks["TIFF"].getvalue(), "heic": sinks["HEIF"].getvalue()}[which]  # fmt: skip
    data = bytearray(whole)
    for _ in range(chance.choice([1, 4, 40])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    result = take(bytes(data[: chance.randrange(1, len(data) + 1)] if chance.random() < 0.5 else data), f"a.{which}")
    assert bool(result.members) == (result.error is None)
