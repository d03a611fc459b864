"""Batches of lines, drawn on the way: synthetic ones, some cut from drawn pages, and a share of corrected ones. Batch
number k is always the same.

Lines are drawn in pools, sorted by width and cut into batches of about equal area, so that little is padding.
Corrected lines are taken from split `train` of their sets alone, in turns, a little worn each time they come round.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from models.charset import CHARSET
from models.datasets import load_crop, read_set
from models.protocols import Image
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.lines import BY_HAND, JOINED, sample_line
from models.synthesis.lines.blank import blank_line
from models.synthesis.lines.text import transcription
from models.synthesis.lines.wear import wear
from models.training.recogniser.cuts import MOST, cut_lines
from models.training.stream import pools

Lines = list[tuple[Image, str]]

_RARE = 0.1
"""Share of printed lines with what prose hardly ever holds: 0.05 µg/m³, a footnote's mark, Ẵ."""
_VARIED = 0.7
"""Share of written lines drawn as other hands than their face's would write them."""
_CUT = 0.3
"""Share of synthetic lines cut from whole pages, at most: a page gives twelve, so a small pool has none."""
_BLANK = 0.03
"""Share of drawn lines without a sign, besides what bare boxes pages give: their text is empty."""
CLASS_OF = {character: number for number, character in enumerate(CHARSET, start=1)}


@dataclass(frozen=True, slots=True)
class Batch:
    """`pixels` [n, 3, 48, w]; `labels` joined; `lengths` of the labels; `pool` and `place`: where in the stream."""

    pixels: torch.Tensor
    labels: torch.Tensor
    lengths: torch.Tensor
    pool: int
    place: int

    @property
    def size(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class LineSource:
    """Draws pool number k: `size` lines of which `share` come from the sets in `folders`, worn at `strength`; of those
    drawn alone `by_hand` are written by hand, and of these `joined` in letters that join; `narrowed`: to which share of
    their width lines are seen."""

    seed: int
    size: int
    widest: int
    folders: tuple[Path, ...] = ()
    share: float = 0.0
    strength: float = 0.0
    by_hand: float = BY_HAND
    joined: float = JOINED
    narrowed: float = 1.0

    def __call__(self, number: int) -> Lines:
        """The pool, scaled as a recogniser sees it and sorted by width; lines that do not fit are left out."""
        real = round(self.size * self.share) if self.folders else 0
        drawn = self._cut(number, self.size - real)
        for i in range(self.size - real - len(drawn)):
            place = number * self.size + i
            if place % round(1 / _BLANK) == 0:
                drawn.append((blank_line(self.seed, place), ""))
                continue
            hand, joined = self.by_hand, self.joined
            drawn.append(sample_line(self.seed, place, by_hand=hand, joined=joined, varied=_VARIED, rare=_RARE))
        drawn += [self._corrected(number * real + i) for i in range(real)]
        scaled = ((scale_to_height(image, self.narrowed), text) for image, text in drawn)
        # CTC needs a time step (8 px) for each sign and one more between two equal ones.
        fit = [(im, t) for im, t in scaled if im.shape[1] <= self.widest and im.shape[1] >= 8 * (len(t) + 2)]
        return sorted(fit, key=lambda pair: pair[0].shape[1])

    def _cut(self, number: int, size: int) -> Lines:
        pages = round(size * _CUT / MOST)
        return [line for page in range(number * pages, (number + 1) * pages) for line in cut_lines(self.seed, page)]

    def _corrected(self, turn: int) -> tuple[Image, str]:
        """Each line of the sets once in a round, the rounds in orders that the seed decides."""
        held = corrected(self.folders, "train")
        turns, place = divmod(turn, len(held))
        order = random.Random(f"{self.seed}/{turns}").sample(range(len(held)), len(held))  # noqa: S311 - order
        image, text = held[order[place]]
        noise = np.random.default_rng((self.seed, turn, 2))
        return wear(_recut(image, noise), noise, self.strength), text


@cache
def corrected(folders: tuple[Path, ...], split: str) -> Lines:
    """(crop, transcription) of one split of the sets. `DataSetInvalid`, `DataSetDamaged` as `read_set` raises them."""
    held = [line for folder in folders for line in read_set(folder).part(split)]
    return [(load_crop(line), transcription(line.text)) for line in held]


def _recut(image: Image, noise: np.random.Generator) -> Image:
    """The crop with its margins moved by up to a twelfth of its height, as another run of a detector would cut it."""
    height, width = image.shape[:2]
    reach = max(1, height // 12)
    top, bottom, left, right = (int(edge) for edge in noise.integers(-reach, reach + 1, 4))
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    cut = padded[reach + top : reach + height + bottom, reach + left : reach + width + right]
    return np.ascontiguousarray(cut)


def encode(text: str) -> list[int]:
    """Classes of the characters of `text` (blank is 0). `KeyError` outside the charset."""
    return [CLASS_OF[character] for character in text]


def batches(
    source: LineSource,
    *,
    area: int,
    most: int,
    pool: int = 0,
    skip: int = 0,
    step: int = 1,
    beside: int = 0,
) -> Generator[Batch, None, None]:
    """Endless batches from pool number `pool` on, its first `skip` left out (where a checkpoint stopped).

    `area`: pixels of width in a batch; `most`: lines in a batch; `step`: from pool to pool (how many workers share the
    stream); `beside`: processes that draw.
    """
    with closing(pools(source, pool, step, beside)) as drawn:
        for turn, held in enumerate(drawn):
            number = pool + turn * step
            for place, cut in enumerate(_cuts(held, source.seed, number, area, most), start=1):
                if not cut or (turn == 0 and place <= skip):
                    continue
                pixels, labels = stacked(cut)
                lengths = torch.tensor([len(one) for one in labels], dtype=torch.long)
                joined = torch.tensor([label for one in labels for label in one], dtype=torch.long)
                yield Batch(pixels, joined, lengths, number, place)


def stacked(lines: Sequence[tuple[Image, str]]) -> tuple[torch.Tensor, list[list[int]]]:
    """Pixels float32 [n, 3, 48, w] of lines 48 px high, padded to the bucket of the widest, and their classes."""
    width = bucket_width(max(image.shape[1] for image, _ in lines))
    pixels = np.stack([to_pixels(image, width) for image, _ in lines])
    return torch.from_numpy(pixels), [encode(text) for _, text in lines]


def _cuts(held: Lines, seed: int, number: int, area: int, most: int) -> list[Lines]:
    """A pool cut into batches, in an order that the seed decides."""
    cuts: list[Lines] = [[]]
    for image, text in held:
        if cuts[-1] and (len(cuts[-1]) >= most or bucket_width(image.shape[1]) * (len(cuts[-1]) + 1) > area):
            cuts.append([])
        cuts[-1].append((image, text))
    random.Random(f"{seed}/{number}").shuffle(cuts)  # noqa: S311 - order, not secrets
    return cuts
