"""Words that YAML files and code share: the kinds of values a form's field may have."""

from __future__ import annotations

from typing import Literal, get_args

ValueKind = Literal[
    "text", "prose", "table", "name", "date", "birth", "date_words", "personal_id", "phone", "email", "address",
    "number", "money", "document_number", "enum",
]  # fmt: skip
VALUE_KINDS: tuple[str, ...] = get_args(ValueKind)
