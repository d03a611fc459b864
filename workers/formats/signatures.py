"""Digital signatures that are already on a PDF: validated as they are, without network, and reported as JSON.

The report is evidence for the officer; nothing is refused because of it. `intact` means the signed bytes are
unchanged, `valid` that the signature fits them, `trusted` that the chain ends in one of the given anchors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

_UNREADABLE = (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError, AttributeError, OSError)


def report(path: Path, anchors: Sequence[Path] = ()) -> dict[str, Any] | None:
    """The validation report of the PDF at `path`, or None when it carries no signature.

    `{"signatures": [{"field", "signer", "issuer", "serial", "time", "time_source", "intact", "valid", "trusted",
    "coverage", "modification", "error"}], "signed": n}`; `anchors` are PEM or DER files of trusted certificates.
    """
    roots: list[x509.Certificate] = list(load_certs_from_pemder([str(a) for a in anchors])) if anchors else []
    with _quiet(), path.open("rb") as file:
        try:
            embedded = PdfFileReader(file, strict=False).embedded_signatures
        except _UNREADABLE:
            return None
        rows = [_one(signature, roots) for signature in embedded]
    return {"signed": len(rows), "signatures": rows} if rows else None


@contextmanager
def _quiet() -> Iterator[None]:
    """The validator logs certificate subjects, which are names of people; nothing of that may reach a log."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _one(signature: Any, roots: Sequence[x509.Certificate]) -> dict[str, Any]:
    row: dict[str, Any] = {"field": signature.field_name, "error": None}
    try:
        certificate = signature.signer_cert
        row |= {
            "signer": certificate.subject.human_friendly,
            "issuer": certificate.issuer.human_friendly,
            "serial": f"{certificate.serial_number:X}",
        }
        context = ValidationContext(trust_roots=list(roots), allow_fetching=False, revocation_mode="soft-fail")
        status = validate_pdf_signature(signature, signer_validation_context=context)
        stamp = status.timestamp_validity
        when = stamp.timestamp if stamp is not None else status.signer_reported_dt
        row |= {
            "time": when.isoformat() if when else None,
            "time_source": "timestamp" if stamp is not None else ("signer" if when else None),
            "intact": bool(status.intact),
            "valid": bool(status.valid),
            "trusted": bool(status.trusted),
            "coverage": status.coverage.name.lower() if status.coverage else None,
            "modification": status.modification_level.name.lower() if status.modification_level else None,
        }
    except _UNREADABLE as error:
        row |= {"intact": False, "valid": False, "trusted": False, "error": type(error).__name__}
    return row
