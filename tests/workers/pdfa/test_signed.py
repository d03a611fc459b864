"""A result that is signed twice, visibly, keeps the clauses and is valid in the eyes of poppler."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign import fields, signers
from pyhanko.stamp import TextStampStyle

from workers.formats.signatures import report
from workers.pdfa.clauses import violations
from workers.pdfa.compose import append_pages
from workers.pdfa.decision_page import LEADER_BOX, SEAL_BOX, SIGNATURE_PAGE, DecisionPage, decision_page
from workers.pdfa.fonts import FOLDER


def _signer(folder: Path) -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Phạm Minh Tuấn")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2060, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return signers.SimpleSigner.load(str(folder / "key.pem"), str(folder / "certificate.pem"))


def test_a_result_signed_and_sealed_is_still_pdfa(decision: DecisionPage, packaged: bytes, tmp_path: Path) -> None:
    signer, pdf = _signer(tmp_path), append_pages(decision_page(decision), packaged)
    style = TextStampStyle(
        stamp_text="Ký bởi: %(signer)s",
        text_box_style=TextBoxStyle(font=GlyphAccumulatorFactory(str(FOLDER / "Tinos-Regular.ttf")), font_size=9),
    )
    for field, box in (("Leader", LEADER_BOX), ("Seal", SEAL_BOX)):
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        fields.append_signature_field(writer, fields.SigFieldSpec(field, on_page=SIGNATURE_PAGE, box=box))
        metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES)
        pdf = bytes(signers.PdfSigner(metadata, signer=signer, stamp_style=style).sign_pdf(writer).getbuffer())
    assert violations(pdf) == []
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    seen = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert seen.count("Signature is Valid.") == 2
    assert "Total document signed" in seen

    found = report(path, [tmp_path / "certificate.pem"])
    assert found is not None
    assert found["signed"] == 2
    assert all(s["intact"] and s["valid"] and s["trusted"] for s in found["signatures"])
    assert "Phạm Minh Tuấn" in found["signatures"][0]["signer"]

    path.write_bytes(pdf.replace(b"(TM. ", b"(XX. ") if b"(TM. " in pdf else pdf[:2000] + b"X" + pdf[2001:])
    spoiled = report(path)
    assert spoiled is None or not any(s["intact"] for s in spoiled["signatures"])

    cut = pdf.replace(b"/ByteRange [0 ", b"/ByteRange [1 ")
    assert "6.4.3" in {v.clause for v in violations(cut)}
