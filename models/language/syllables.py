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
_FAR, _MOST = -3.0, 4
"""Rivals less likely than a word by so much are none, and so many are looked at."""


class SyllableModel:
    """Log-chances of words, given the word before them."""

    def __init__(self, single: dict[str, int], pairs: dict[tuple[str, str], int]) -> None:
        self._single, self._pairs = single, pairs
        self._all = sum(n for word, n in single.items() if word != START)
        self._log_chance = lru_cache(maxsize=65536)(self._counted)
        self._rivals = lru_cache(maxsize=65536)(self._held_against)
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
        """How likely `word` is after `before`, both as printed: natural log, 0 for an ordinary word or for no word."""
        core = word.strip(_AROUND)
        if not core.isalpha():
            return 0.0
        return self._log_chance(core, self.context(before)) - _USUAL

    def knows(self, word: str) -> bool:
        """Whether `word` stands in the corpora."""
        return word.strip(_AROUND).lower() in self._single

    def rivals(self, word: str, before: str, after: str) -> list[tuple[str, float]]:
        """Words of the same letters with other tones or marks that are not much less likely than `word` between its
        neighbours, all as printed: each, and how much likelier it is; natural log."""
        core = word.strip(_AROUND)
        if not core.isalpha():
            return []
        last, follows = self._around(word, before, after)
        start = word.index(core)
        return [
            (f"{word[:start]}{other}{word[start + len(core) :]}", more)
            for other, more in self._rivals(core, last, follows)
        ]

    def rival(self, words: Sequence[str]) -> float:
        """How much likelier than a word of a line the likeliest of its rivals is, for the word where it is most; 0
        where no word has one that is likelier."""
        most = 0.0
        for word, before, after in zip(words, ["", *words], [*words[1:], ""], strict=False):
            core = word.strip(_AROUND)
            if core.isalpha():
                most = max([most, *(more for _, more in self._rivals(core, *self._around(word, before, after))[:1])])
        return most

    def _around(self, word: str, before: str, after: str) -> tuple[str, str]:
        """By what a word and its rivals are judged: the word before, and the one after ("" where none follows)."""
        follows = after.strip(_AROUND) if after and self.context(word) != START else ""
        return self.context(before), follows.lower() if follows.isalpha() else ""

    @staticmethod
    def context(before: str) -> str:
        """What the word after `before` is judged by."""
        if not before or before[-1] in _ENDS:
            return START
        core = before.strip(_AROUND)
        return core.lower() if core.isalpha() else START

    def _held_against(self, word: str, before: str, after: str) -> tuple[tuple[str, float], ...]:
        """Rivals of a word of letters, in its case, the likeliest first, and how much likelier each is."""
        small = word.lower()

        def chance(one: str) -> float:
            return self._counted(one, before) + (self._counted(after, one.lower()) if after else 0.0)

        own = chance(word)
        alike = (each for each in self._alike.get(fold(small), ()) if each != small and len(each) == len(word))
        others = [(each, chance(each) - own) for each in alike]
        near = sorted((pair for pair in others if pair[1] > _FAR), key=lambda pair: -pair[1])[:_MOST]
        return tuple((_in_case(each, word), more) for each, more in near)

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


def _in_case(word: str, like: str) -> str:
    return "".join(letter.upper() if other.isupper() else letter for letter, other in zip(word, like, strict=True))
