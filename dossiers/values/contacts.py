"""Telephone numbers and e-mail addresses.

Numbering since 2018 (general knowledge, Thông tư 22/2014/TT-BTTTT and the 2018 change of mobile prefixes): mobile
10 digits 03, 05, 07, 08, 09; landline 02 + area code, 11 digits in all (10 for a few services); 1800 and 1900.
"""

from __future__ import annotations

import re

from dossiers.values.result import ParsedValue, bad, good
from dossiers.values.text import clean, nfc

_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{8,9}")
_SERVICE = re.compile(r"1[89]00\d{4,6}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")


def parse_phone(raw: str) -> ParsedValue:
    """A Vietnamese number -> digits with the leading 0; +84 and 84 become 0."""
    digits = re.sub(r"[\s.\-()|_,]+", "", nfc(raw))
    digits = re.sub(r"^(?:\+|00)84(?:0)?", "0", digits)
    if re.fullmatch(r"84\d{9}", digits):
        digits = "0" + digits[2:]
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return good(digits)
    return bad(
        digits,
        "phone.invalid",
        "Số điện thoại không đúng dạng di động (10 số) hoặc cố định (02...). Hãy đối chiếu và nhập lại.",
        "Not a Vietnamese mobile (10 digits) or landline (02...) number. Compare with the paper and enter it again.",
    )


def parse_email(raw: str) -> ParsedValue:
    """An e-mail address; spaces that readers put around @ and dots are removed. "Không" means none: empty."""
    text = clean(raw)
    compact = re.sub(r"\s+", "", text)
    if _EMAIL.fullmatch(compact):
        return good(compact)
    return bad(
        compact,
        "email.invalid",
        "Địa chỉ thư điện tử không đúng dạng ten@mien. Hãy đối chiếu và nhập lại, hoặc để trống nếu không có.",
        "Not an e-mail address of the form name@domain. Compare and enter it again, or leave it empty.",
    )
