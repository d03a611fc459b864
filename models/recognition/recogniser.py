"""Our line recogniser on ONNX Runtime: crops in, NFC text and confidence out.

Guarantees that a crop's text and confidence depend on that crop alone: its width bucket is its own, and a batch
always has the same number of places (one on the CPU, where larger batches gain nothing; `GPU_BATCH` on a GPU, the
empty places blank), so the arithmetic is the same whoever else is read. Weights whose charset cannot write
Vietnamese are refused when opened.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.charset import require_vietnamese
from models.engines import Hardware, open_network
from models.language.shipped import shipped
from models.narrowed import narrowed_in
from models.protocols import Image
from models.recognition.beam import Steps
from models.recognition.confidence import Confidence
from models.recognition.ctc import decode
from models.recognition.evidence import AROUND, NOTHING, Evidence, observations
from models.recognition.ink import ink_of
from models.recognition.prepare import (
    HEIGHT,
    STEP,
    Pixels,
    bucket_width,
    scale_to_height,
    scaled_width,
    to_pixels,
)
from models.weights import HERE, Weights, WeightsRejected

GPU_BATCH = 16
SHORT, ROOMY = 256, 1.125
"""Lines of so few columns, the cells of tables above all, are read so much wider: a list of numbers set tight
(`21, 24`) keeps its space then, and a page takes a hundredth longer."""
IN_DOUBT, UNREAD, WIDER = 0.3, 0.11, 1.0625
"""A line with less confidence than the first, or with a larger mark for which no sign was read than the second (the
height of a line is 1, a dot of a leader has 0.1), is read once more, so much wider: a narrow sign that lay between two
time steps then lies elsewhere. The reading that leaves less unread stands, then the surer one."""
PERHAPS_TURNED, SURELY_TURNED = 0.5, 0.9
"""A line with less confidence than the first is read upside down as well, and so it stands with the second. Of 300 worn
lines put upside down 221 were read right, of the same upright 289; of 416 lines of real pages none was turned, and 10
were read so."""
_TELLS = 4
"""Signs that a line needs for its direction to be told by: 16 is 91 upside down."""
_WORDS, _OF_LETTERS = 3, 0.5
"""So many known words with so large a share of a line's letters stand upright, however doubtful the rest is: of 413
worn lines read upside down none had them, of the lines of real pages in doubt every other one, all long ones."""

Read = tuple[str, float]
"""The text of a line and its confidence."""


class OnnxRecogniser:
    """A `Recogniser`. The ONNX file carries its own charset (metadata `charset`, a JSON list, blank left out)."""

    def __init__(self, weights: Weights, hardware: Hardware, folder: Path = HERE) -> None:
        self._network = open_network(weights.path(folder), hardware)
        metadata = self._network.metadata
        if "charset" not in metadata:
            raise WeightsRejected(f"{weights.file} carries no charset")
        self.charset: tuple[str, ...] = tuple(json.loads(metadata["charset"]))
        require_vietnamese(self.charset, weights.identity)
        self.identity = weights.identity
        self.language = shipped()
        try:
            self._confidence = Confidence.from_metadata(metadata)
            self._narrowed = narrowed_in(metadata)
        except ValueError as error:
            raise WeightsRejected(f"{weights.file}: {error}") from error
        self._places = GPU_BATCH if self._network.on_gpu else 1

    def bucket(self, crop: Image) -> int:
        """The padded width, in pixels, at which `crop` is read."""
        return bucket_width(scaled_width(crop, self._share(crop)))

    def _share(self, crop: Image) -> float:
        """The share of its width at which `crop` is read."""
        return self._narrowed * (ROOMY if scaled_width(crop, self._narrowed) <= SHORT else 1.0)

    def recognise(self, crops: Sequence[Image], *, again: bool = True) -> list[Read]:
        """(NFC text, confidence in 0..1 to four digits) of each crop, in order; an empty crop reads as ("", 0.0).

        `again`: a line in doubt is read a second time, a little wider, and one that makes no sense upside down as well.
        """
        seen = self.evidence(crops)
        read = list(map(self._judged, seen))
        if self._confidence is None or not again:
            return read
        return self._upright(crops, self._read_again(crops, seen, read))

    def _read_again(self, crops: Sequence[Image], seen: Sequence[Evidence], read: list[Read]) -> list[Read]:
        """`read`, which is what was `seen`, with what a second look at those in doubt reads better."""
        read = list(read)
        doubtful = [
            number
            for number, (evidence, (text, sure)) in enumerate(zip(seen, read, strict=True))
            if text and (sure < IN_DOUBT or evidence.unread > UNREAD)
        ]
        seconds = self.evidence([crops[number] for number in doubtful], WIDER)
        for number, second in zip(doubtful, seconds, strict=True):
            judged = self._judged(second)
            if judged[0] and _standing(second, judged) > _standing(seen[number], read[number]):
                read[number] = judged
        return read

    def _upright(self, crops: Sequence[Image], read: list[Read]) -> list[Read]:
        """`read`, with what makes sense only upside down read so."""
        read = list(read)
        doubtful = [n for n, (text, sure) in enumerate(read) if sure < PERHAPS_TURNED and self._perhaps_turned(text)]
        turned = self.evidence([np.ascontiguousarray(crops[number][::-1, ::-1]) for number in doubtful])
        for number, (text, sure) in zip(doubtful, map(self._judged, turned), strict=True):
            if sure >= SURELY_TURNED and len(text) >= _TELLS:
                read[number] = text, sure
        return read

    def _perhaps_turned(self, text: str) -> bool:
        """Whether a line that is in doubt may have been read upside down."""
        words = [word.strip(AROUND) for word in text.split()]
        known = [word for word in words if len(word) > 1 and word.isalpha() and self.language.syllables.knows(word)]
        upright = len(known) >= _WORDS and sum(map(len, known)) >= _OF_LETTERS * sum(map(str.isalpha, text))
        return len(text) >= _TELLS and not upright

    def evidence(self, crops: Sequence[Image], wider: float | None = None) -> list[Evidence]:
        """What each crop reads as and what speaks for it, in order; `wider`: so many times the width that the weights
        want, however short a line is."""
        results = [NOTHING] * len(crops)
        shares: dict[int, float] = {}
        buckets: dict[int, list[int]] = defaultdict(list)
        for number, crop in enumerate(crops):
            if crop.size:
                shares[number] = self._narrowed * wider if wider else self._share(crop)
                buckets[bucket_width(scaled_width(crop, shares[number]))].append(number)
        seen: list[tuple[int, Image, Steps]] = []
        for width, numbers in buckets.items():
            for start in range(0, len(numbers), self._places):
                batch = numbers[start : start + self._places]
                lines = [scale_to_height(crops[number], shares[number]) for number in batch]
                found = self._read([to_pixels(line, width) for line in lines], width)
                seen += zip(batch, lines, found, strict=True)
        # All decoding comes last: right after a network, which fills the processor's caches, it takes twice as long.
        for number, line, chances in seen:
            result = decode(chances, self.charset, self.language)
            if result.text:
                cut, unread = ink_of(line, [step * STEP for step in result.seen_at])
                results[number] = replace(result, cut=cut, unread=unread)
        return results

    def _read(self, pixels: list[Pixels], width: int) -> list[Steps]:
        """The chances [steps, classes] of each line."""
        if self._places == 1:  # nothing to be put together: fresh memory costs more than sums
            return list(self._network.run(pixels[0][np.newaxis]))
        batch = np.zeros((self._places, 3, HEIGHT, width), dtype=np.float32)
        batch[: len(pixels)] = pixels
        return list(self._network.run(batch)[: len(pixels)])

    def _judged(self, evidence: Evidence) -> Read:
        if not evidence.text or self._confidence is None:
            return evidence.text, round(evidence.chance, 4)
        return evidence.text, self._confidence.of(observations(evidence, self.language))


def _standing(evidence: Evidence, read: Read) -> tuple[bool, float]:
    """By what two readings of one line are weighed."""
    return evidence.unread <= UNREAD, read[1]
