"""How likely a word is after another in Vietnamese official prose: pairs and single counts of syllables, interpolated.

It judges only words made of letters; numbers, codes and signs are none of its business and score alike. A word that
it never counted may still be a syllable by the rules of spelling (`dossiers.values.syllables`), a name or an
abbreviation in capitals: it is unlikely, never impossible.
"""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from sys import intern

from dossiers.values.syllables import is_syllable
from dossiers.values.text import fold

FILE = Path(__file__).parent / "syllables.tsv.gz"
START = "^"
"""Stands for the start of a line and for whatever is not a word."""

_PAIR, _SINGLE = 0.75, 0.25
_UNKNOWN_SYLLABLE, _CAPITALS, _UNKNOWN = 3e-6, 1.5e-6, 1e-7
_AROUND = "“”\"'()[].,;:!?…-–"
_ENDS = frozenset(".,;:!?…)”\"'/-–]")
_USUAL = math.log(1e-3)
"""What an ordinary word scores: words are weighed against it, so that a reading in more words is not the poorer."""


class SyllableModel:
    """Log-chances of words, given the word before them."""

    def __init__(self, single: dict[str, int], pairs: dict[tuple[str, str], int]) -> None:
        self._single, self._pairs = single, pairs
        self._all = sum(n for word, n in single.items() if word != START)
        self._log_chance = lru_cache(maxsize=65536)(self._counted)
        self._rival = lru_cache(maxsize=65536)(self._likelier)
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for word in single:
            self._alike[fold(word)].append(word)

    @classmethod
    def load(cls, path: Path = FILE) -> SyllableModel:
        """The counts that `models.language.build` wrote."""
        single: dict[str, int] = {}
        pairs: dict[tuple[str, str], int] = {}
        for row in gzip.decompress(path.read_bytes()).decode().split("\n"):
            *words, count = row.split("\t")
            if len(words) == 1:
                single[intern(words[0])] = int(count)
            else:
                pairs[intern(words[0]), intern(words[1])] = int(count)
        return cls(single, pairs)

    def score(self, word: str, before: str) -> float:
        """How likely `word` is after `before`, both as printed: natural log, 0 for an ordinary word or for no word.

        Words that a stroke joins (`chức/cá`) are judged one by one, or the same without the stroke would be likelier
        whatever the eye sees; codes in capitals are not words.
        """
        core = word.strip(_AROUND)
        if core.isalpha():
            return self._log_chance(core, self.context(before)) - _USUAL
        first, *others = core.split("/")
        if not others or not all(part.isalpha() and not part.isupper() for part in (first, *others)):
            return 0.0
        return self.score(first, before) + sum(self._log_chance(part, START) - _USUAL for part in others)

    def knows(self, word: str) -> bool:
        """Whether `word` stands in the corpora."""
        return word.strip(_AROUND).lower() in self._single

    def rival(self, words: Sequence[str]) -> float:
        """How much likelier than a word of a line the likeliest word of the same letters with other tones or marks is,
        between its neighbours: natural log, for the word where it is most; 0 where no word has such a rival."""
        most = 0.0
        for number, word in enumerate(words):
            core = word.strip(_AROUND)
            if not core.isalpha():
                continue
            before = self.context(words[number - 1]) if number else START
            after = ""
            if number + 1 < len(words) and self.context(word) != START:
                after = words[number + 1].strip(_AROUND)
            most = max(most, self._rival(core, before, after.lower() if after.isalpha() else ""))
        return most

    @staticmethod
    def context(before: str) -> str:
        """What the word after `before` is judged by."""
        if not before or before[-1] in _ENDS:
            return START
        core = before.strip(_AROUND).rpartition("/")[2]
        return core.lower() if core.isalpha() else START

    def _likelier(self, word: str, before: str, after: str) -> float:
        small = word.lower()

        def chance(one: str) -> float:
            return self._counted(one, before) + (self._counted(after, one.lower()) if after else 0.0)

        others = [each for each in self._alike.get(fold(small), ()) if each != small]
        return max(0.0, max(map(chance, others), default=-math.inf) - chance(word))

    def _counted(self, word: str, before: str) -> float:
        small = word.lower()
        single = self._single.get(small, 0)
        follows = self._pairs.get((before, small), 0)
        leads = self._single.get(before, 0)
        chance = _PAIR * follows / (leads + 3) + _SINGLE * single / self._all
        if is_syllable(small):
            floor = _UNKNOWN_SYLLABLE
        else:  # abbreviations are written without marks: BCA, never BCẠ
            floor = _CAPITALS if word[0].isupper() and word.isascii() else _UNKNOWN
        return math.log(max(chance, floor))
