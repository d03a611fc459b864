"""Batches of synthetic lines, drawn on the way. Batch number k of a seed is always the same.

Lines are drawn in pools, sorted by width and cut into batches of about equal area, so that little is padding. The
next pools are drawn by a process beside, so that the learner does not wait; which process draws changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context

import numpy as np
import torch

from models.charset import CHARSET
from models.recognition.prepare import bucket_width, scale_to_height, to_pixels
from models.synthesis.lines import sample_line

Pool = list[tuple[np.ndarray, str]]

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


def _pool(seed: int, number: int, size: int, widest: int) -> Pool:
    drawn = (sample_line(seed, number * size + i) for i in range(size))
    scaled = [(scale_to_height(image), text) for image, text in drawn]
    # CTC needs a time step (8 px) for each sign and one more between two equal ones.
    fit = [(im, t) for im, t in scaled if im.shape[1] <= widest and im.shape[1] >= 8 * (len(t) + 2)]
    return sorted(fit, key=lambda pair: pair[0].shape[1])


def _pools(seed: int, first: int, size: int, widest: int, beside: int) -> Generator[Pool, None, None]:
    """Pool after pool from number `first` on; `beside` processes draw ahead (0: drawn here)."""
    if not beside:
        yield from (_pool(seed, number, size, widest) for number in count(first))
        return
    with ProcessPoolExecutor(beside, mp_context=get_context("spawn")) as drawers:
        ahead = [drawers.submit(_pool, seed, first + k, size, widest) for k in range(beside + 1)]
        try:
            for number in count(first + beside + 1):
                yield ahead.pop(0).result()
                ahead.append(drawers.submit(_pool, seed, number, size, widest))
        finally:
            for drawing in ahead:
                drawing.cancel()


def batches(
    seed: int,
    *,
    pool_size: int,
    widest: int,
    area: int,
    most: int,
    pool: int = 0,
    skip: int = 0,
    lines: int = 0,
    beside: int = 0,
) -> Iterator[Batch]:
    """Endless batches from pool number `pool` on, its first `skip` left out (where a checkpoint stopped).

    `area`: pixels of width in a batch; `most`: lines in a batch; `lines`: drawn before; `beside`: processes that draw.
    """
    with closing(_pools(seed, pool, pool_size, widest, beside)) as drawn:
        for number, held in enumerate(drawn, start=pool):
            for seen, cut in enumerate(_cuts(held, seed, number, area, most), start=1):
                if number == pool and seen <= skip:
                    continue
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


def _cuts(held: Pool, seed: int, number: int, area: int, most: int) -> list[Pool]:
    """A pool cut into batches, in an order that the seed decides."""
    cuts: list[Pool] = [[]]
    for image, text in held:
        if cuts[-1] and (len(cuts[-1]) >= most or bucket_width(image.shape[1]) * (len(cuts[-1]) + 1) > area):
            cuts.append([])
        cuts[-1].append((image, text))
    random.Random(f"{seed}/{number}").shuffle(cuts)  # noqa: S311 - order, not secrets
    return cuts
