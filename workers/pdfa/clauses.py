"""Does a PDF keep the clauses of ISO 19005-2 (and -3) that a file made here can break?

This is not a full validator: it knows the clauses that our writer, the join and the signer touch, and three rules of
our own that go beyond level B (ToUnicode for all text, metadata uncompressed, Info equal to XMP). veraPDF, the
reference validator, is not part of the project; it was not run.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf

from workers.pdfa.rules import fonts, graphics, interaction, metadata, structure
from workers.pdfa.rules.subject import ClauseViolation, Subject

__all__ = ["ClauseViolation", "violations"]


def violations(pdf: bytes | Path) -> list[ClauseViolation]:
    """Every breach found, without repeats, in the order of the clauses; empty when the file keeps them all."""
    raw = pdf.read_bytes() if isinstance(pdf, Path) else pdf
    try:
        opened = pikepdf.open(BytesIO(raw), suppress_warnings=True)
    except pikepdf.PasswordError:
        return [ClauseViolation("6.1.3", "the file is encrypted")]
    except (pikepdf.PdfError, ValueError) as error:
        return [ClauseViolation("6.1.4", f"the file cannot be opened: {type(error).__name__}")]
    with opened:
        subject = Subject.of(raw, opened)
        found: dict[ClauseViolation, None] = {}
        for rules in (structure, graphics, fonts, interaction, metadata):
            found.update(dict.fromkeys(rules.check(subject)))
    return sorted(found, key=lambda v: [int(n) for n in v.clause.split(".")])
