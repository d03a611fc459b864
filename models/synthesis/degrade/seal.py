"""Seals over text: laid on a composed sheet before it is captured, so that the ink of both mixes as on paper."""

from __future__ import annotations

import random

from models.synthesis.pages.layout import Sheet
from models.synthesis.pages.stamps import seal

_RINGS = (
    "ỦY BAN NHÂN DÂN PHƯỜNG AN HÒA ★ THÀNH PHỐ HUẾ",
    "SỞ XÂY DỰNG ★ TỈNH BÌNH AN",
    "CÔNG TY TNHH THƯƠNG MẠI ĐÔNG HẢI ★ M.S.D.N 0300000000",
    "TRƯỜNG TRUNG HỌC PHỔ THÔNG TÂN LẬP ★ T. PHÚ MỸ",
)


def seal_over_text(rng: random.Random, sheet: Sheet, count: int = 3) -> Sheet:
    """Put `count` red seals on printed lines of `sheet`, their centres near the words, and return it; none where no
    line is wide enough.

    The truth of the lines stays as it is: a seal is ink without text."""
    printed = [line.box for line in sheet.lines if line.box and line.box.width > 60]
    for _ in range(count if printed else 0):
        box = rng.choice(printed)
        x = rng.uniform(box.left + 20, box.right)
        y = (box.top + box.bottom) / 2 + rng.uniform(-30, 30)
        sheet.stamps.append(("seal", seal(rng, x, y, rng.choice(_RINGS), rng.choice(("", "CHỦ TỊCH", "GIÁM ĐỐC")))))
    return sheet
