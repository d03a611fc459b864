"""Values as they stand on papers: parsing, normalising and judging them. Pure rules, no I/O but the place table.

`parse(kind, raw)` is the one door: the machine uses it on what it reads, the API on what an officer types.
"""

from dossiers.values.kinds import KINDS, ParsedValue, parse

__all__ = ["KINDS", "ParsedValue", "parse"]
