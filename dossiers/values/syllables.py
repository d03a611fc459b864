"""Whether a word is spelt like a Vietnamese syllable: a cheap witness against misread letters.

The spelling rules of quốc ngữ (general knowledge): an initial from a closed list, one nucleus with at most one tone
mark, a final from a closed list; ngh, gh and k only before i, e, ê (y); a syllable that ends in c, ch, p or t has the
tone sắc or nặng. Names of ethnic minorities and foreign words do not follow them: this puts in doubt, it never refuses.
"""

from __future__ import annotations

import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
_STOPPED = ("c", "ch", "p", "t")
_INITIAL = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx]"
_SYLLABLE = re.compile(rf"({_INITIAL})?([aăâeêioôơuưy]{{1,3}})(ch|ng|nh|[cmnpt])?")
_LISTED = (
    "a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iê iu oa oă oe oi oo ôi ơi ua uâ ue uê ui uo uô uơ uy ưa ưi ươ "
    "ưu yê oai oay oao oeo uai uao uây iêu yêu uôi ươi ươu uya uyê uyu uêu uă ya"
)
_NUCLEI = frozenset(_LISTED.split())


def is_syllable(word: str) -> bool:
    """Whether `word` (any case) can be a Vietnamese syllable."""
    split = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in split if char in _TONES]
    bare = unicodedata.normalize("NFC", "".join(char for char in split if char not in _TONES))
    match = _SYLLABLE.fullmatch(bare)
    if match is None and bare.startswith("gi"):  # "gì", "gìn": the i is the nucleus too
        match = _SYLLABLE.fullmatch("gy" + bare[2:])
    if match is None or len(tones) > 1:
        return False
    initial, nucleus, final = match[1] or "", match[2], match[3] or ""
    if nucleus not in _NUCLEI:
        return False
    if initial in ("ngh", "gh", "k") and nucleus[0] not in "ieêy":
        return False
    if initial in ("ng", "c") and nucleus[0] in "ieêy":
        return False
    return not (final in _STOPPED and not ({"\u0301", "\u0323"} & set(tones)))
