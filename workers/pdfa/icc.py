"""An sRGB output profile, made here so that its bytes never change: ICC version 2.1, matrix and tone curve.

Colorants are IEC 61966-2-1 primaries adapted to D50 (Bradford), the curve is the sRGB transfer function in 1024 steps.
"""

from __future__ import annotations

import struct
from functools import lru_cache

_COLORANTS = {
    b"wtpt": (0.9642, 1.0, 0.8249),
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_STEPS = 1024


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _transfer(x: float) -> float:
    return x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4


def _description(text: str) -> bytes:
    ascii_text = text.encode("ascii") + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """The profile's bytes: an RGB display profile with XYZ connection space."""
    curve = [round(65535 * _transfer(i / (_STEPS - 1))) for i in range(_STEPS)]
    curve_tag = b"curv" + bytes(4) + struct.pack(f">I{_STEPS}H", _STEPS, *curve)
    tags: dict[bytes, bytes] = {
        b"desc": _description("sRGB IEC61966-2.1"),
        b"cprt": b"text" + bytes(4) + b"No copyright, use freely\0",
        **{key: b"XYZ " + bytes(4) + b"".join(map(_fixed, xyz)) for key, xyz in _COLORANTS.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve_tag),
    }
    at = 128 + 4 + 12 * len(tags)
    table, body, placed = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for key, data in tags.items():
        if data not in placed:
            placed[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
        table += key + struct.pack(">II", placed[data], len(data))
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += b"".join(map(_fixed, (0.9642, 1.0, 0.8249)))
    return header + bytes(128 - len(header)) + table + body
