"""Batches of synthetic lines, drawn on the way. Batch number k of a seed is always the same.

Lines are drawn in pools, sorted by width and cut into batches of about equal area, so that little is padding.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from models.charset import CHARSET
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.lines import sample_line

CLASS_OF = {character: number for number, character in enumerate(CHARSET, start=1)}


@dataclass(frozen=True, slots=True)
class Batch:
    """`pixels` [n, 3, 48, w]; `labels` joined; `lengths` of the labels; `lines` seen so far, this batch included;
    `pool` and `place` say where in the stream it stands."""

    pixels: torch.Tensor
    labels: torch.Tensor
    lengths: torch.Tensor
    lines: int
    pool: int
    place: int


def encode(text: str) -> list[int]:
    """Classes of the characters of `text` (blank is 0). `KeyError` outside the charset."""
    return [CLASS_OF[character] for character in text]


def _pool(seed: int, number: int, size: int, widest: int) -> list[tuple[np.ndarray, str]]:
    drawn = (sample_line(seed, number * size + i) for i in range(size))
    scaled = [(scale_to_height(image), text) for image, text in drawn]
    # CTC needs a time step (8 px) for each sign and one more between two equal ones.
    fit = [(im, t) for im, t in scaled if im.shape[1] <= widest and im.shape[1] >= 8 * (len(t) + 2)]
    return sorted(fit, key=lambda pair: pair[0].shape[1])


def batches(
    seed: int, *, pool_size: int, widest: int, area: int, most: int, pool: int = 0, skip: int = 0, lines: int = 0
) -> Iterator[Batch]:
    """Endless batches from pool number `pool` on, its first `skip` left out (where a checkpoint stopped).

    `area`: pixels of width in a batch; `most`: lines in a batch; `lines`: drawn before.
    """
    number, seen = pool, 0
    while True:
        cuts: list[list[tuple[np.ndarray, str]]] = [[]]
        for image, text in _pool(seed, number, pool_size, widest):
            if cuts[-1] and (len(cuts[-1]) >= most or bucket_width(image.shape[1]) * (len(cuts[-1]) + 1) > area):
                cuts.append([])
            cuts[-1].append((image, text))
        random.Random(f"{seed}/{number}").shuffle(cuts)  # noqa: S311 - order, not secrets
        for cut in cuts:
            seen += 1
            if seen > skip:
                lines += len(cut)
                width = bucket_width(max(image.shape[1] for image, _ in cut))
                labels = [encode(text) for _, text in cut]
                yield Batch(
                    torch.from_numpy(np.stack([to_pixels(image, width) for image, _ in cut])),
                    torch.tensor([label for one in labels for label in one], dtype=torch.long),
                    torch.tensor([len(one) for one in labels], dtype=torch.long),
                    lines,
                    number,
                    seen,
                )
        number, seen, skip = number + 1, 0, 0
