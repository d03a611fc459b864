"""What is printed on one line of an administrative paper, decided by a `random.Random`.

Guarantees that each line is NFC, holds only characters of `models.charset.CHARSET`, and is written as a reader
should transcribe it: a run of leader dots or underscores is one `…` (see `transcription`). Prose of the corpus
whose index is a multiple of `HELD_OUT_EVERY` is used only for held-out lines, never for training.
"""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date
from functools import cache

from models.charset import CHARSET, VIETNAMESE_LETTERS
from models.synthesis import text
from models.synthesis.lines.cells import cell, contact, signature_mark

HELD_OUT_EVERY = 40
_ROMAN = text.words("I II III IV V VI VII VIII IX X")
_ALLOWED = frozenset(CHARSET)
_PRINTED = "".join(CHARSET[: CHARSET.index(" ")])
"""What may stand anywhere; the signs behind it stand where `lines.rare` sets them."""
NOT_EVERYWHERE = frozenset("☐☑☒✓→₫≤≥")
"""Signs that not every font has."""
_LEADER = re.compile(r"(?:\. ?){4,}|(?:… ?){2,}|_{3,}")
RAISED = re.compile("\ue000([^\ue001]*)\ue001")
"""Text that is set small and raised, between two signs of Unicode's private use: a footnote's mark."""
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ELLIPSIS = re.compile(r"\.{2,3}")
LABELS = text.words(
    "Họ, chữ đệm, tên|Họ và tên|Ngày, tháng, năm sinh|Giới tính|Dân tộc|Quốc tịch|Nơi sinh|Quê quán|Nơi cư trú|"
    "Tôn giáo|Giấy tờ tùy thân|Số định danh cá nhân|Số CCCD/CMND|Ngày cấp|Nơi cấp|Số điện thoại|Email|Nghề nghiệp|"
    "Nơi làm việc|Nơi thường trú|Nơi tạm trú|Nơi ở hiện tại|Quan hệ với chủ hộ|Họ và tên chủ hộ|Nội dung đề nghị|"
    "Kính gửi|Địa chỉ|"
    "Tên công trình|Địa điểm xây dựng|Diện tích xây dựng|Tổng diện tích sàn|Chiều cao công trình|Số tầng|Thửa đất số|"
    "Tờ bản đồ số|Diện tích|Mục đích sử dụng|Thời hạn sử dụng|Mã số thuế|Người đại diện|Chức vụ|Số tài khoản|Ngân hàng|"
    "Hạng|Số hồ sơ|Ngày hẹn trả|Lệ phí|Trích yếu|V/v|Căn cứ|Ghi bằng chữ|Người yêu cầu|"
    "Quan hệ với người được khai sinh",
    "|",
)
SET_PIECES = text.words(
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM|Độc lập - Tự do - Hạnh phúc|Nơi nhận:|- Như trên;|- Lưu: VT.|- Lưu: VT, P6.|"
    "KT. CHỦ TỊCH|PHÓ CHỦ TỊCH|TM. ỦY BAN NHÂN DÂN|TUQ. GIÁM ĐỐC|QUYẾT ĐỊNH:|Điều 1.|TỜ KHAI ĐĂNG KÝ KHAI SINH|"
    "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ|ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG|(Ký, ghi rõ họ tên)|(Ký tên, đóng dấu)|"
    "NGƯỜI LÀM ĐƠN|Xin chân thành cảm ơn!|GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ|SAO Y|THÔNG BÁO|KẾ HOẠCH|BÁO CÁO|"
    "CỤC TRƯỞNG|PHÓ CỤC TRƯỞNG|GIÁM ĐỐC|PHÓ GIÁM ĐỐC|CHÁNH VĂN PHÒNG|PHÓ CHÁNH VĂN PHÒNG|TRƯỞNG PHÒNG|PHÓ TRƯỞNG PHÒNG|"
    "BỘ TRƯỞNG|THỨ TRƯỞNG|TỔNG CỤC TRƯỞNG|VIỆN TRƯỞNG|HIỆU TRƯỞNG|TRƯỞNG BAN|PHÓ TRƯỞNG BAN|KT. GIÁM ĐỐC|KT. BỘ TRƯỞNG|"
    "CHÍNH PHỦ|QUỐC HỘI|BỘ CÔNG AN|ỦY BAN NHÂN DÂN|HỘI ĐỒNG NHÂN DÂN|TTr|STT|Ghi chú|Ký bởi:|Thời gian ký:|ĐÃ KÝ",
    "|",
)


def transcription(printed: str) -> str:
    """How a reader writes down what is `printed`: NFC, a leader as `…` between spaces, an ellipsis as `…`, raised
    digits as such, what else is raised as if it stood on the line."""
    flat = RAISED.sub(_as_read, unicodedata.normalize("NFC", printed))
    flat = _LEADER.sub(" … ", flat)
    return re.sub(r" +", " ", _ELLIPSIS.sub("…", flat)).strip()


def _as_read(raised: re.Match[str]) -> str:
    return raised[1].translate(_SUPERSCRIPT) if raised[1].isdecimal() else raised[1]


@cache
def split_prose(held_out: bool) -> tuple[str, ...]:
    """Lines of prose that training never draws from, or all the others."""
    return tuple(
        line for i, line in enumerate(text.prose()) if (i % HELD_OUT_EVERY == 0) == held_out and set(line) <= _ALLOWED
    )


@cache
def syllables() -> tuple[str, ...]:
    """Words of training's prose, as they are printed."""
    return tuple(sorted({word for line in split_prose(False) for word in re.findall(r"[^\W\d_]+", line)}))


def _span(rng: random.Random, held_out: bool) -> str:
    words = rng.choice(split_prose(held_out)).split()
    if rng.random() < 0.05:
        # How an official letter ends.
        return " ".join(words[-rng.randint(1, 8) :]).rstrip(".;:,") + rng.choice(("./.", "./.", "./", " ./."))
    if rng.random() < 0.2:
        return " ".join(words)
    length = rng.randint(1, 9)
    start = rng.randint(0, max(0, len(words) - length))
    return " ".join(words[start : start + length])


def label_and_value(rng: random.Random) -> tuple[str, str]:
    """A label as printed on a form, and what a citizen writes behind it."""
    return f"{rng.choice(('', '', f'{rng.randint(1, 20)}. ', '- '))}{rng.choice(LABELS)}: ", _value(rng)


def form_label(rng: random.Random) -> str:
    """A label of a form, without number and colon."""
    return rng.choice(LABELS)


def form_value(rng: random.Random) -> str:
    """What a citizen writes behind a label."""
    return _value(rng)


def _any_date(rng: random.Random) -> str:
    day = text.day_between(rng, date(1940, 1, 1), date(2027, 12, 31))
    plain = text.date_slash(day)
    place = rng.choice(text.places("2025")).province.removeprefix("Tỉnh ").removeprefix("Thành phố ")
    return rng.choice((
        plain, plain.replace("/", "-"), text.date_long(day), f"{place}, {text.date_long(day)}",
        f"{day.day}/{day.month}/{day.year}", f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d} {plain}",
    ))  # fmt: skip


def _value(rng: random.Random) -> str:
    sex = rng.choice(("Nam", "Nữ"))
    name = text.full_name(rng, sex)
    digits = "".join(rng.choice("0123456789") for _ in range(rng.choice((1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 12, 12))))
    born = date(rng.randint(1940, 2025), 1, 1)
    number = f"{rng.uniform(0, 9999):,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return rng.choice((
        name, name, name.upper(), name.upper(), sex, text.address_two_tier(rng), text.address_three_tier(rng),
        digits, digits, text.personal_id(rng, rng.choice(text.places("2024")).code, sex, born),
        text.phone(rng), f"0{rng.randint(20, 299)}.{rng.randint(3_000_000, 3_999_999)}", text.money(rng),
        text.document_number(rng), text.document_number(rng), text.agency(rng), _any_date(rng), _any_date(rng),
        f"{number} m²", f"{rng.randint(1, 100)}%",
        f"user{rng.randint(1, 9999)}@{rng.choice(('gmail.com', 'example.vn', 'moj.gov.vn'))}", number,
    ))  # fmt: skip


def _leaders(rng: random.Random) -> str:
    return rng.choice((".", ".", ".", "…", "_", ". ")) * rng.randint(4, 40)


def _form(rng: random.Random) -> str:
    label = rng.choice(LABELS)
    head = rng.choice(("", "", "", f"{rng.randint(1, 20)}. ", f"{rng.randint(1, 9)}.{rng.randint(1, 9)}. ", "- "))
    colon = rng.choice((": ", ": ", ": ", ": ", ": ", ": ", ":", " : "))
    body = rng.random()
    if body < 0.22:
        return f"{head}{label}{colon}{_leaders(rng)}"
    if body < 0.35:
        return f"{head}{label}{colon}{_leaders(rng)}{_value(rng)}{_leaders(rng)}"
    if body < 0.45:
        return f"{head}{label}{colon}{_leaders(rng)} {rng.choice(LABELS)}{colon}{_leaders(rng)}"
    if body < 0.55:
        box = rng.choice("☐☑☒")
        return f"{box} {label}" if rng.random() < 0.5 else f"{label} {box}"
    if body < 0.7:
        return f"{head}{label}{rng.choice(('', ':', ' (1)', ' (2):', '*'))}"
    return f"{head}{label}{colon}{_value(rng)}"


def _soup(rng: random.Random) -> str:
    """Syllables in no order and letters in no word, so that the eye learns more than the language."""
    if rng.random() < 0.75:
        words = rng.choices(syllables(), k=rng.randint(1, 7))
        return " ".join(rng.choice((w, w, w.upper(), w.capitalize())) for w in words)
    pool = rng.choice((VIETNAMESE_LETTERS, _PRINTED, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.&"))
    return " ".join("".join(rng.choices(pool, k=rng.randint(1, 8))) for _ in range(rng.randint(1, 5)))


def _short(rng: random.Random) -> str:
    roman = rng.choice(_ROMAN)
    number = rng.randint(1, 99)
    return rng.choice((
        str(number), f"{number}.", f"{rng.choice('abcdđeghiklm')})", f"{roman}.", f"Điều {number}.", f"Chương {roman}",
        f"Mục {number}", f"({number})", f"{number:02d}", f"{number}/{number + rng.randint(0, 30)}",
        rng.choice(VIETNAMESE_LETTERS), f"Trang {number}", f"Khoản {number} Điều {number + 2}", rng.choice(SET_PIECES),
    ))  # fmt: skip


def _quoted(rng: random.Random, held_out: bool) -> str:
    opening, closing = rng.choice(
        (("“", "”"), ('"', '"'), ("(", ")"), ("[", "]"), ("“", "”;"), ("- ", ";"), ("– ", "."), ("+ ", ";"))
    )
    return f"{opening}{_span(rng, held_out)}{closing}"


def _numbered(rng: random.Random) -> str:
    """A document's number; often its place was left wide and filled by a stamp: `Số:   148  /QĐ-UBND`."""
    number = text.document_number(rng)
    if rng.random() < 0.3:
        first, _, rest = number.partition("/")
        number = f"{' ' * rng.randint(0, 5)}{first}{' ' * rng.randint(0, 4)}/{rest}"
    return rng.choice(("Số: ", "Số ", "số ", "Quyết định số ", "Nghị định số ", "")) + number


def line_text(rng: random.Random, *, held_out: bool = False) -> str:
    """What one line shows, leaders and all; `transcription` of it is the label. Never empty, up to about 130 signs."""
    kind = rng.random()
    if kind < 0.36:
        printed = _span(rng, held_out)
    elif kind < 0.45:
        printed = _span(rng, held_out).upper()
    elif kind < 0.49:
        printed = _quoted(rng, held_out)
    elif kind < 0.62:
        printed = _form(rng)
    elif kind < 0.70:
        printed = _value(rng)
    elif kind < 0.74:
        printed = _numbered(rng)
    elif kind < 0.79:
        printed = _short(rng)
    elif kind < 0.87:
        printed = cell(rng)
    elif kind < 0.89:
        printed = contact(rng)
    elif kind < 0.91:
        printed = signature_mark(rng)
    elif kind < 0.94:
        printed = rng.choice(SET_PIECES)
    else:
        printed = _soup(rng)
    cut = printed[:130].strip()
    return cut if set(cut) <= _ALLOWED and transcription(cut) else line_text(rng, held_out=held_out)
