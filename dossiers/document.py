"""What is understood from pages: documents, their fields, and findings about either.

Page numbers are 1-based positions of the page in its dossier (all files in order, all pages in order).
Boxes are pixels of the *prepared* (upright) page image that the page's `image_key` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dossiers.page import Box


class Severity(StrEnum):
    """How much a finding matters to the officer."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an officer should know: missing, invalid, inconsistent, rejected.

    `code` is stable (`field.missing`, `file.encrypted`, ...). `subject` says what it is about without personal
    data where it can (field key, page number, file ordinal); `vi` and `en` are full sentences with the remedy.
    """

    code: str
    severity: Severity
    vi: str
    en: str
    file: int | None = None
    page: int | None = None
    document: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One extracted value. `value` is normalised (ISO dates, digits only for numbers), `raw` is as read (NFC).

    `confidence` is in 0..1; `in_doubt` asks for an officer's eye; `source` is `ocr`, `text-layer` or `officer`.
    A field whose label was found but whose place is empty has value "" and confidence of the label;
    a field that was not found at all is absent and leaves a Finding.
    """

    key: str
    label: str
    value: str
    raw: str
    confidence: float
    in_doubt: bool
    page: int
    box: Box | None
    source: str = "ocr"


@dataclass(frozen=True, slots=True)
class Document:
    """One paper inside the dossier: a run of pages of one kind. `kind` is a form id of config/forms or `unknown`."""

    ordinal: int
    kind: str
    title: str
    first_page: int
    last_page: int
    confidence: float
    fields: tuple[Field, ...] = ()
