"""Whether a recogniser writes every Vietnamese letter: it is made to read lines in which each of them stands.

A charset says what a model could write; the class of a letter may still never win. So each of the 134 letters is drawn
in words and in syllables, small and capital, in faces that ship with Hoso: a machine in production has no others. They
look written, but plainly: print would be read more easily. The eye reads alone, because the language puts letters where
none were seen. A letter counts as written where it stands, and once is enough: only what no drawing at all brings out
is missing, so that no sound model is held up for a hard one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from models.charset import VIETNAMESE_LETTERS
from models.engines.network import Network
from models.evaluation.errors import alignment
from models.narrowed import narrowed_in
from models.protocols import Image
from models.recognition.ctc import decode
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.fonts import load_font

_WORDS = """\
nhà giá cả xã hạn năm bằng
bắt thẳng sẵn mặt dân cần cấp
phẩm mẫu luật đường bè bé trẻ
sẽ mẹ tên đề thế thể lễ việc
gì kí chỉ nghĩa đố kỵ thị
tòa có hỏi rõ họ công hồ số
tổ chỗ hộ đơn người với sở đỡ
hợp phù chú của cũ phụ tư từ
chứng cử chữ sự kỳ lý tỷ kỹ"""
_OTHER_WORDS = """\
ngày tháng giải đã hoạt trăm hằng
thắng chẳng chẵn tặng thân trần nhất
thẩm vẫn thật đến xè xét lẻ kẽ
nhẹ liên về biểu nguyễn bệnh tìm
tính tỉnh lĩnh trị vòng đó
nói bỏ võ mọi tôi nguồn phố phổ
hỗ một nơi tờ lớn hưởng nỡ chợ
mùa cúng chủ vũ mục như thừa mức
sử những tự ý mỳ thuỷ quỹ
Giáp Tỵ, Ất Tỵ"""
_SMALL = VIETNAMESE_LETTERS[: len(VIETNAMESE_LETTERS) // 2]
_FACES = (
    ("Playpen Sans", "bold"),
    ("Itim", "regular"),
    ("Mali", "regular"),
    ("Patrick Hand", "regular"),
    ("Playpen Sans", "regular"),
    ("Mali", "bold"),
)
_EM = 40  # pixels


def _syllables(onset: str) -> list[str]:
    """The small letters in rows of seven, each behind `onset`: as in a primer."""
    return [" ".join(onset + letter for letter in _SMALL[at : at + 7]) for at in range(0, len(_SMALL), 7)]


_TEXTS = tuple(
    [*small, *(line.upper() for line in small)]
    for small in (_WORDS.splitlines(), _OTHER_WORDS.splitlines(), _syllables("k"), _syllables(""))
)
TRIES = tuple(product(_FACES, _TEXTS))
"""(face, lines): in the lines of each stands every letter."""


def unwritten(network: Network, charset: Sequence[str]) -> str:
    """The Vietnamese letters that `network` never writes, in alphabetical order; empty when it writes them all.

    Each try reads only lines with a letter that is still missing: a sound model reads little more than the first.
    """
    left = set(VIETNAMESE_LETTERS)
    for face, lines in TRIES:
        for line in lines:
            if not left.isdisjoint(line):
                left -= written(network, charset, line, face)
    return "".join(letter for letter in VIETNAMESE_LETTERS if letter in left)


def written(network: Network, charset: Sequence[str], line: str, face: tuple[str, str]) -> set[str]:
    """The signs of `line`, drawn in `face` (family, style), that are read where they stand."""
    pixels = scale_to_height(_drawn(line, *face), narrowed_in(network.metadata))
    steps = network.run(to_pixels(pixels, bucket_width(pixels.shape[1]))[None])[0]
    return {stands for stands, read in alignment(line, decode(steps, charset).text) if stands == read}


def _drawn(line: str, family: str, style: str) -> Image:
    """Black on white, with about the margin that a detector leaves."""
    font = load_font(family, style, _EM)
    left, top, right, bottom = font.getbbox(line, anchor="ls")
    canvas = Picture.new("RGB", (int(right - left) + 16, int(bottom - top) + 10), "white")
    ImageDraw.Draw(canvas).text((8 - left, 5 - top), line, font=font, fill="black", anchor="ls")
    return np.asarray(canvas)
