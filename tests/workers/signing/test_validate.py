"""Signed results, looked at by two validators, damaged, untrusted, and long after."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Signing
from dossiers.certificates import Trust
from hoso.embedded import pki
from hoso.embedded.instance import Instance
from workers.pdfa.clauses import violations
from workers.signing import finish, prepare, signature
from workers.signing.appearance import SEAL_DIAMETER, Appearance
from workers.signing.authorities import connected
from workers.signing.device import Token
from workers.signing.errors import AlreadySigned, CertificateRevoked, DocumentMismatch, StatusUnknown
from workers.signing.places import PLACES
from workers.signing.validate import etsi_reports, validate_result

AGENCY = "ỦY BAN NHÂN DÂN PHƯỜNG AN HÒA"


async def sign(pdf: bytes, role: str, trust: Trust, token: Token, signing: Signing, *, level: str = "B-LT") -> bytes:
    """The stages of the pipeline without its database."""
    certificate = trust.keys[role]
    now = datetime.now(UTC)
    name = AGENCY if role == "seal" else "Trần Thị Minh Nguyệt"
    look = Appearance(role, name, "Chủ tịch", AGENCY, now, demo=True)
    prepared = await prepare.prepare(pdf, role, certificate, look, PLACES[role], now.astimezone(), "thử")
    attributes = await signature.signed_attributes(prepared.digest, certificate)
    cms = await signature.assemble(attributes, token.sign(role, attributes), certificate, trust.intermediates)
    if level == "B-B":
        return prepare.embed(prepared, cms)
    async with connected(trust, signing.timestamp_url, 20) as authorities:
        cms = await signature.add_timestamp(cms, authorities)
        signed = prepare.embed(prepared, cms)
        if level == "B-T":
            return signed
        return await finish.add_validation_data(signed, prepare.FIELDS[role], authorities)


@pytest.fixture(scope="module")
def leader_signed(authority: Instance, draft: bytes, trust: Trust, token: Token, signing: Signing) -> bytes:
    return asyncio.run(sign(draft, "leader", trust, token, signing))


@pytest.fixture(scope="module")
def result(leader_signed: bytes, trust: Trust, token: Token, signing: Signing) -> bytes:
    return asyncio.run(sign(leader_signed, "seal", trust, token, signing))


def test_both_signatures_are_valid_at_level_b_lt(result: bytes, trust: Trust) -> None:
    report = validate_result(result, trust)
    assert (report.verdict, report.level) == ("valid", "B-LT")
    leader, seal = report.signatures
    assert (leader.role, seal.role) == ("leader", "seal")
    for found in report.signatures:
        assert found.intact and found.trusted and found.timestamp
        assert {kind.split()[0] for kind in found.revocation} == {"ocsp", "crl"}
    assert leader.changes == "form_filling"  # the seal, which is what may follow a signature
    assert seal.changes == "lta_updates"


def test_each_step_keeps_the_file_pdf_a(leader_signed: bytes, result: bytes) -> None:
    assert violations(leader_signed) == []
    assert violations(result) == []


@pytest.mark.parametrize("level", ["B-B", "B-T"])
def test_a_lower_level_is_not_called_b_lt(
    authority: Instance, draft: bytes, trust: Trust, token: Token, signing: Signing, level: str
) -> None:
    signed = asyncio.run(sign(draft, "leader", trust, token, signing, level=level))
    report = validate_result(signed, trust)
    assert (report.verdict, report.level) == ("indeterminate", level)


@pytest.mark.parametrize(
    "after", [timedelta(hours=1), timedelta(hours=13), timedelta(days=8), timedelta(days=60), timedelta(days=3 * 365),
              timedelta(days=6 * 365)]
)  # fmt: skip
def test_the_result_validates_offline_long_after(result: bytes, trust: Trust, after: timedelta) -> None:
    """One hour, the CRL out of date, the OCSP answers out of date, all of it, and the signers' certificates expired."""
    report = validate_result(result, trust, datetime.now(UTC) + after)
    assert (report.verdict, report.level) == ("valid", "B-LT"), report


def test_an_archive_that_came_too_late_cannot_vouch(result: bytes, trust: Trust) -> None:
    """Known only since the revocation data was out of date: nobody can say any more."""
    late = datetime.now(UTC) + timedelta(days=4000)
    report = validate_result(result, trust, late + timedelta(days=1), known_since=late)
    assert report.verdict == "indeterminate"


def test_a_flipped_bit_is_found(result: bytes, draft: bytes, trust: Trust) -> None:
    damaged = bytearray(result)
    damaged[len(draft) // 2] ^= 1
    report = validate_result(bytes(damaged), trust)
    assert report.verdict == "invalid"


def test_something_added_after_the_seal_is_found(result: bytes, trust: Trust) -> None:
    """Another page's worth of change by incremental update: every hash still fits, the change does not."""
    from io import BytesIO

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(result))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 200 200 re f"))
    writer.update_container(page)
    output = BytesIO()
    writer.write(output)
    report = validate_result(output.getvalue(), trust)
    assert report.verdict == "invalid"
    assert {found.changes for found in report.signatures} == {"other"}


def test_strangers_do_not_trust_the_demonstration(result: bytes, trust: Trust) -> None:
    stranger = Trust((trust.keys["seal"],), (), {})
    report = validate_result(result, stranger)
    assert report.verdict == "indeterminate"
    assert all(found.intact and not found.trusted for found in report.signatures)


def test_what_is_no_pdf_and_what_is_unsigned_is_invalid_not_an_error(draft: bytes, trust: Trust) -> None:
    assert validate_result(b"no pdf", trust).verdict == "invalid"
    assert validate_result(draft, trust).verdict == "invalid"


def test_an_etsi_report_is_made(result: bytes, trust: Trust) -> None:
    reports = asyncio.run(etsi_reports(result, trust))
    assert len(reports) == 2
    assert all("urn:etsi:019102:mainindication:total-passed" in report for report in reports)


def test_a_role_signs_once(leader_signed: bytes, trust: Trust, token: Token, signing: Signing) -> None:
    with pytest.raises(AlreadySigned):
        asyncio.run(sign(leader_signed, "leader", trust, token, signing))


def test_a_prepared_document_is_read_back_exactly(draft: bytes, trust: Trust, leader_signed: bytes) -> None:
    now = datetime.now(UTC)
    look = Appearance("leader", "A", "B", AGENCY, now, demo=True)
    prepared = asyncio.run(
        prepare.prepare(draft, "leader", trust.keys["leader"], look, PLACES["leader"], now.astimezone(), "thử")
    )
    assert prepare.reopen(prepared.pdf) == prepared
    for wrong in (draft, leader_signed, prepared.pdf + b"\n%"):
        with pytest.raises(DocumentMismatch):
            prepare.reopen(wrong)


def test_a_revoked_certificate_is_found_before_the_key_is_used(
    authority: Instance, trust: Trust, signing: Signing
) -> None:
    async def check() -> None:
        async with connected(trust, signing.timestamp_url, 20) as authorities:
            await authorities.check_status(trust.keys["seal"])

    asyncio.run(check())
    pki.revoke(authority.home, "seal")
    try:
        with pytest.raises(CertificateRevoked):
            asyncio.run(check())
    finally:
        pki.unrevoke(authority.home, "seal")


def test_when_nobody_tells_the_status_nothing_is_assumed(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    async def away(*_: object, **__: object) -> None:
        raise aiohttp.ClientConnectionError

    monkeypatch.setattr(aiohttp.ClientSession, "_request", away)

    async def check() -> None:
        async with connected(trust, "http://127.0.0.1:9", 5) as authorities:
            await authorities.check_status(trust.keys["seal"])

    with pytest.raises(StatusUnknown):
        asyncio.run(check())


# -- another's validator --------------------------------------------------------------------------------------------


def pdfsig(pdf: bytes, folder: Path, *options: str) -> str:
    (folder / "result.pdf").write_bytes(pdf)
    command = ["pdfsig", *options, str(folder / "result.pdf")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def test_poppler_calls_both_signatures_valid(result: bytes, tmp_path: Path) -> None:
    said = pdfsig(result, tmp_path, "-nocert")
    assert said.count("Signature is Valid.") == 2
    assert said.count("ETSI.CAdES.detached") == 2


def test_poppler_finds_the_flipped_bit(result: bytes, draft: bytes, tmp_path: Path) -> None:
    damaged = bytearray(result)
    damaged[len(draft) // 2] ^= 1
    assert "Signature is Valid." not in pdfsig(bytes(damaged), tmp_path, "-nocert")


@pytest.mark.skipif(shutil.which("certutil") is None, reason="certutil (libnss3-tools) is not installed")
def test_nss_builds_the_chain_to_the_demonstration_root(result: bytes, authority: Instance, tmp_path: Path) -> None:
    """Debian 12's pdfsig asks NSS for the certificate's verdict but prints a stale error code after NSS's success
    ("Unknown issue"), so what is compared is: without the root the issuer is unknown, with it that complaint is gone,
    and NSS itself calls the certificate valid."""
    store = tmp_path / "nss"
    store.mkdir()
    certificates = authority.home / "pki" / "certs"
    nss = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*nss, "-N", "--empty-password"], check=True)
    assert "Certificate issuer is unknown" in pdfsig(result, tmp_path, "-no-ocsp", "-nssdir", str(store))
    for name, rights in (("root", "CT,C,C"), ("issuing", ",,"), ("leader", ",,")):
        subprocess.run([*nss, "-A", "-n", name, "-t", rights, "-i", str(certificates / f"{name}.crt")], check=True)
    said = pdfsig(result, tmp_path, "-no-ocsp", "-nssdir", str(store))
    assert said.count("Signature is Valid.") == 2
    assert "issuer" not in said
    judged = subprocess.run([*nss, "-V", "-u", "S", "-n", "leader"], capture_output=True, text=True)
    assert "certificate is valid" in judged.stdout


def test_the_visible_signatures_can_be_read_and_the_seal_has_its_real_size(result: bytes, tmp_path: Path) -> None:
    (tmp_path / "result.pdf").write_bytes(result)
    command = ["pdftotext", "-layout", str(tmp_path / "result.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert text.count("Trần Thị Minh Nguyệt") == 2, "printed, and in the signature"
    assert len(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", text)) == 2
    left, _bottom, right, _top = PLACES["leader"].box
    seal_right = PLACES["seal"].box[2]
    assert (seal_right - left) / (right - left) == pytest.approx(1 / 3, abs=0.01)
    assert pytest.approx(102.05, abs=0.1) == SEAL_DIAMETER
    red = _red_extent(tmp_path)
    assert red == pytest.approx(36, abs=1), f"the seal is {red:.1f} mm wide"


def _red_extent(folder: Path) -> float:
    """Height in millimetres of what is red on the first page, without the caption below the seal."""
    import numpy as np
    from PIL import Image

    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", str(folder / "result.pdf"), str(folder / "p")])
    pixels = np.asarray(Image.open(folder / "p.png").convert("RGB")).astype(int)
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 100) & (pixels[..., 2] < 100)
    rows = np.flatnonzero(red.sum(axis=1) > 0)
    columns = np.flatnonzero(red[rows[0] : rows[0] + int(36 / 25.4 * 150)].sum(axis=0) > 0)
    return float(columns[-1] - columns[0] + 1) / 150 * 25.4
