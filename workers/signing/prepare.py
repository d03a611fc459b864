"""Preparing the PDF to be signed: the field, what is seen of it, and a reserved place for the signature.

Done once for an intent and stored before the token is asked: everything that varies (time, identifiers) is then fixed,
and a retry signs the very same bytes. The stage is pure: bytes in, bytes out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import (
    SigFieldSpec,
    SigSeedSubFilter,
    VisibleSigSettings,
    append_signature_field,
)
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.stamp.base import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from workers.signing.appearance import Appearance, draw
from workers.signing.errors import AlreadySigned, DocumentMismatch

RESERVED_BYTES = 40_000  # hexadecimal digits: CMS with chain and timestamp took 8 to 9 KB (16 to 18 thousand digits)
FIELDS = {"leader": "NguoiCoThamQuyen", "seal": "CoQuan"}  # one of each at most in a document
ROLE_OF_FIELD = {field: role for role, field in FIELDS.items()}
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the visible signature goes: page index (negative counts from the end), rectangle in points
    (left, bottom, right, top; origin at the lower left)."""

    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A PDF with an empty signature, and the SHA-256 digest over all but the reserved place."""

    pdf: bytes
    digest: bytes
    start: int
    end: int


def empty_signer(certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]) -> ExternalSigner:
    """A signer for everything but the signature value (which only the token makes)."""
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    size = certificate.public_key.byte_size if certificate.public_key.algorithm == "rsa" else 72
    return ExternalSigner(certificate, store, signature_value=bytes(size), embed_roots=False)


async def prepare(
    pdf: bytes,
    role: str,
    certificate: x509.Certificate,
    appearance: Appearance,
    place: Place,
    now: datetime,
    reason: str,
) -> Prepared:
    """Add the role's signature with an empty value. Raises `AlreadySigned`, `DocumentMismatch` (not a usable PDF)."""
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        taken = {signature.field_name for signature in writer.prev.embedded_signatures}
    except Exception as error:  # whatever a parser says about bytes that are no PDF
        raise DocumentMismatch(type(error).__name__) from error
    if FIELDS[role] in taken:
        raise AlreadySigned(role)
    left, bottom, right, top = (round(edge) for edge in place.box)
    append_signature_field(
        writer,
        SigFieldSpec(
            FIELDS[role],
            on_page=place.page,
            box=(left, bottom, right, top),
            # Scaling and rotating with the view are off, as for any stamp on paper; ISO 19005 wants it printed.
            visible_sig_settings=VisibleSigSettings(
                rotate_with_page=True, scale_with_page_zoom=True, print_signature=True
            ),
        ),
    )
    meta = PdfSignatureMetadata(
        field_name=FIELDS[role],
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=appearance.name,
    )
    signer = PdfSigner(meta, signer=empty_signer(certificate, ()), stamp_style=_Style(appearance))
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = now
    tbs = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED_BYTES)
    prepared, output = tbs.digest_tbs_document()
    return Prepared(
        output.getvalue(), prepared.document_digest, prepared.reserved_region_start, prepared.reserved_region_end
    )


def reopen(pdf: bytes) -> Prepared:
    """The prepared PDF read back from the store. Raises `DocumentMismatch` when it is not one."""
    found = _BYTE_RANGE.findall(pdf)
    if not found:
        raise DocumentMismatch("no signature placeholder")
    first, start, end, rest = (int(number) for number in found[-1])
    empty = pdf[start + 1 : end - 1]
    if first != 0 or end + rest != len(pdf) or len(empty) != RESERVED_BYTES or empty.strip(b"0"):
        raise DocumentMismatch("the signature placeholder is not empty or not at the end")
    return Prepared(pdf, hashlib.sha256(pdf[:start] + pdf[end:]).digest(), start, end)


def embed(prepared: Prepared, cms: bytes) -> bytes:
    """The PDF with the signature in its reserved place."""
    output = BytesIO(prepared.pdf)
    PreparedByteRangeDigest(prepared.digest, prepared.start, prepared.end).fill_with_cms(output, cms)
    return output.getvalue()


class _Style(BaseStampStyle):  # type: ignore[misc]
    """Lets pyHanko put our own drawing into the signature's widget."""

    def __init__(self, appearance: Appearance) -> None:
        self._appearance = appearance

    def create_stamp(self, writer: Any, box: Any, _text_params: Any) -> Any:
        return _Stamp(writer, self._appearance, float(box.width), float(box.height))


@dataclass(frozen=True, slots=True)
class _Stamp:
    writer: Any
    appearance: Appearance
    width: float
    height: float

    def apply_appearance(self, annotation: Any) -> None:
        form = draw(self.writer, self.appearance, self.width, self.height)
        annotation["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): form})
