"""The gates of the file itself: what it can write and does write, that it is the registered one, and its size."""

from __future__ import annotations

from models.charset import missing_letters
from models.promotion.verdict import Candidate, Verdict

LARGEST = 50_000_000
"""Bytes of a weight file."""


def file_gates(candidate: Candidate) -> list[Verdict]:
    """The verdicts on what the store gave."""
    verdicts = [_hash(candidate), _size(candidate)]
    if candidate.unwritten is not None:
        verdicts.insert(0, _letters(candidate.unwritten))
    if candidate.charset is not None:
        verdicts.insert(0, _charset(candidate.charset))
    return verdicts


def _charset(charset: tuple[str, ...]) -> Verdict:
    lacking = missing_letters(charset)
    if not lacking:
        return Verdict("charset", True, "all 134 Vietnamese letters", "đủ 134 chữ cái tiếng Việt", forcible=False)
    return Verdict(
        "charset",
        False,
        f"cannot write {lacking}: train with the charset of models/charset.py",
        f"không viết được {lacking}: hãy huấn luyện với bộ ký tự của models/charset.py",
        forcible=False,
    )


def _letters(unwritten: str) -> Verdict:
    if not unwritten:
        return Verdict("letters", True, "read each of them in drawn lines", "đọc được từng chữ trên dòng vẽ", False)
    return Verdict(
        "letters",
        False,
        f"never wrote {unwritten} where drawn lines have it: train longer, with lines that hold it, or start from the "
        "shipped model (`hoso train recogniser --from champion`)",
        f"không lần nào viết {unwritten} ở chỗ dòng vẽ có chữ đó: hãy huấn luyện thêm với các dòng có chữ đó, hoặc bắt "
        "đầu từ mô hình đang dùng (`hoso train recogniser --from champion`)",
        forcible=False,
    )


def _hash(candidate: Candidate) -> Verdict:
    if candidate.sha256 == candidate.stored_sha256:
        return Verdict("sha256", True, candidate.sha256, candidate.sha256, forcible=False)
    return Verdict(
        "sha256",
        False,
        f"the store holds {candidate.stored_sha256 or 'damaged bytes'}, registered is {candidate.sha256}: "
        "restore the object from a copy, or register the file again",
        f"kho giữ {candidate.stored_sha256 or 'dữ liệu hỏng'}, đã đăng ký {candidate.sha256}: "
        "hãy khôi phục từ bản sao hoặc đăng ký lại",
        forcible=False,
    )


def _size(candidate: Candidate) -> Verdict:
    said = f"{candidate.size / 1e6:.1f} MB ≤ {LARGEST / 1e6:.0f} MB"
    if candidate.size <= LARGEST:
        return Verdict("size", True, said, said)
    said = said.replace("≤", ">")
    return Verdict(
        "size", False, f"{said}: quantise it or train a smaller one", f"{said}: hãy lượng tử hóa hoặc thu nhỏ"
    )
