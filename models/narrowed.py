"""To which share of its width a network sees what it reads, as the metadata of its weight file says.

Print may be squeezed a little without a sign being lost, and so much less is to be computed: weights are taught so and
note it (`narrowed`). A file that says nothing was taught at full width.
"""

from __future__ import annotations

from collections.abc import Mapping


def narrowed_in(metadata: Mapping[str, str]) -> float:
    """To which share of their width a weight file wants its lines or pages narrowed. `ValueError` when that is none."""
    share = float(metadata.get("narrowed", "1"))
    if not 0.5 <= share <= 1:
        raise ValueError(f"narrowed: {share}")
    return share
