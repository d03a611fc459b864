"""What prose and forms hold too seldom to be learnt from them: marks of footnotes, units, and the rarer letters.

Of 1,000 lines a hundred are fewer than the 134 letters need: Ẵ, Ữ or Ỷ stand in one line of some hundreds.
"""

from __future__ import annotations

import random
from functools import cache

from models.charset import VIETNAMESE_LETTERS
from models.synthesis import text
from models.synthesis.lines.text import line_text, syllables

_UNITS = text.words(
    "m² m³ km² cm² ha m³/s m³/ngày °C km/h kW kWh kVA V Hz kg/m³ kN/m² mg/l µg/m³ µm mm cm lít dB(A) ‰ ₫ đ đồng/m² "
    "₫/m² tấn/năm người/km² l/s ppm"
)
_PERCENT = 0.3
"""Share of quantities in per cent: a reader that saw ‰ as often would write it for a blurred %."""
_MOST = 110
"""Signs of a line; a mark that did not fit would be cut in two."""


def rare_text(rng: random.Random, *, held_out: bool = False) -> str:
    """What one such line shows, as `line_text` does; raised marks as `text.RAISED` finds them."""
    kind = rng.random()
    if kind < 0.3:
        return _footnoted(rng, held_out)
    if kind < 0.55:
        return _measured(rng)
    return _lettered(rng)


def _mark(rng: random.Random) -> str:
    number = rng.randint(1, 9) if rng.random() < 0.7 else rng.randint(10, 120)
    return f"\ue000{rng.choices(('{}', '({})', '[{}]', '*'), (12, 3, 3, 1))[0].format(number)}\ue001"


def _footnoted(rng: random.Random, held_out: bool) -> str:
    """A line with the mark of a footnote behind a word, or the footnote itself, which begins with it."""
    words = line_text(rng, held_out=held_out)[:_MOST].split()
    if rng.random() < 0.3:
        return f"{_mark(rng)}{rng.choice(('', ' '))}{' '.join(words)}"
    at = rng.randrange(len(words))
    bare = words[at].rstrip(".,;:")
    words[at] = rng.choice((words[at] + _mark(rng), bare + _mark(rng) + words[at][len(bare) :]))
    return " ".join(words)


def _measured(rng: random.Random) -> str:
    """Quantities with their units, alone or behind a word or two."""
    parts = []
    for _ in range(rng.randint(1, 3)):
        whole = rng.choice((rng.randint(0, 9), rng.randint(10, 999), rng.randint(1000, 99_999)))
        number = rng.choice((f"{whole:,}".replace(",", "."), f"{whole},{rng.randint(0, 99)}", str(whole)))
        unit = "%" if rng.random() < _PERCENT else rng.choice(_UNITS)
        parts.append(f"{number}{rng.choice((' ', ' ', ''))}{unit}")
    before = " ".join(rng.choices(syllables(), k=rng.randint(0, 3)))
    return f"{before} {rng.choice(('; ', ', ', ' - ', ' x ')).join(parts)}".strip()


@cache
def _words_with(letter: str) -> tuple[str, ...]:
    """Words that hold `letter`; where it is a capital, in capitals."""
    cased = (word.upper() if letter.isupper() else word for word in syllables())
    return tuple(sorted({word for word in cased if letter in word}))


def _lettered(rng: random.Random) -> str:
    """Words that hold letters of which each is as likely as the others."""
    words = []
    for _ in range(rng.randint(1, 5)):
        letter = rng.choice(VIETNAMESE_LETTERS)
        words.append(rng.choice(_words_with(letter) or (letter,)))
    return " ".join(words)
