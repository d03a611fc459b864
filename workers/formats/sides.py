"""Straight sides of something brighter than what it lies on, however little brighter.

A few grey levels, a tint or a shadow are enough where they follow one line down the picture: gradients with their sign
are summed along lines, so that grain and texture cancel and a side adds up (a Radon transform of the gradient).
Everything here looks for upright sides; the picture is transposed to find level ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_ANGLES = np.arange(-12.0, 12.1, 0.75)  # degrees that a side may lean
_HELD = 60  # gradient that counts at most, so that one dark thing does not outweigh a whole side
_WIDE = 21  # pixels over which the gradient of light and shadow hardly changes
_LEAST = 4.0  # mean gradient along a line that is worth a look; flat paper gives 3 at most
_PLAIN = 10.0  # the same along a line that is plain to see
_KEPT, _APART = 3, 8  # lines looked at for each side, and pixels between them
_REACH = 4  # pixels around a found line in which the side itself is sought
_STEP = 0.018  # relative difference between sheet and ground, in the channel that shows it best
_STEADY = 0.7  # share of a side's length on which it must be seen
_PART = 0.25  # share of a line, corner to corner of the picture, on which a side's step is at the least
_ABRUPT = 0.6  # of the difference at nine pixels that must be there at four; the edge of a shadow fades
_GOES_ON = 0.3  # of the step that must still be there at the picture's edge

Picture = NDArray[np.uint8]
Gradient = NDArray[np.int16]
Float = NDArray[np.float32]
Line = tuple[float, float]
"""x at the picture's middle height, and how many pixels it moves to the right for each pixel down."""
HIDDEN, HINTED, SEEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Side:
    """A line that may be a side, and along it, for each row and channel (height x 3), by what share of the sheet's
    brightness it falls: `near` the line, a little farther across it, and to the picture's edge (`rim`)."""

    line: Line
    strength: float
    near: Float
    far: Float
    rim: Float

    @property
    def hopeful(self) -> bool:
        """Whether it is worth looking where it meets other sides."""
        return bool((self.near > _STEP / 2).mean(axis=0).max() >= _PART)

    def seen(self, start: float, end: float) -> int:
        """How well the side is seen between two rows, corners left out: SEEN, HINTED or HIDDEN."""
        margin = 0.08 * (end - start)
        part = slice(max(0, round(start + margin)), max(0, round(end - margin)))
        near = self.near[part]
        if len(near) < 20:
            return HIDDEN
        steps = np.median(near, axis=0)
        best = int(steps.argmax())
        step = float(steps[best])
        steady = float((near[:, best] > max(0.4 * step, 0.008)).mean())
        abrupt = step >= _ABRUPT * float(np.median(self.far[part, best]))
        goes_on = float(np.median(self.rim[part, best])) >= _GOES_ON * step
        if step >= _STEP and steady >= _STEADY and abrupt and goes_on:
            return SEEN
        return HINTED if step >= _STEP / 2 and steady >= 0.45 and self.strength >= _PLAIN else HIDDEN


def gradient(picture: Picture, dx: int, dy: int) -> Gradient:
    """Signed Sobel gradient of a BGR picture: that of the channel that changes most, doubled when all change alike."""
    channels = cv2.split(cv2.Sobel(picture, cv2.CV_16S, dx, dy, ksize=3))
    most = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
    least = cv2.min(cv2.min(channels[0], channels[1]), channels[2])
    return np.asarray(cv2.add(most, least), np.int16)


def candidates(picture: Picture, across: Gradient) -> tuple[list[Side], list[Side]]:
    """What may be the left and the right side, strongest first. `across` is the picture's gradient along x."""
    sums = _summed(across)
    # Means of three pixels across; 1 is added, so that black can be divided by.
    soft = np.asarray(cv2.blur(picture, (3, 1)), np.float32) + np.float32(1)
    left, right = ([_measured(soft, *peak, sign) for peak in _peaks(sums * sign)] for sign in (1, -1))
    return [side for side in left if side.hopeful], [side for side in right if side.hopeful]


def _summed(across: Gradient) -> Float:
    """Mean gradient along lines: a row for each angle, a column for each x at the middle height."""
    height, width = across.shape
    # Every other row: the gradient hardly changes from one to the next. The edge of a shadow is a wide slope, a side
    # a narrow one.
    few = np.ascontiguousarray(across[::2])
    held = np.clip(few - cv2.blur(few, (_WIDE, 1)), -_HELD, _HELD).astype(np.float32)
    sums = np.empty((len(_ANGLES), width), np.float32)
    for row, slope in enumerate(np.tan(np.radians(_ANGLES))):
        shear = np.array([[1, 2 * slope, -slope * (height - 1) / 2], [0, 1, 0]], np.float32)
        upright = cv2.warpAffine(held, shear, held.shape[::-1], flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
        sums[row] = cv2.reduce(upright, 0, cv2.REDUCE_AVG)[0]
    return sums


def _peaks(sums: Float) -> list[tuple[Line, float]]:
    left, found = sums.copy(), []
    for _ in range(_KEPT):
        row, at = divmod(int(left.argmax()), left.shape[1])
        strength = float(left[row, at])
        if strength < _LEAST:
            break
        found.append(((float(at), float(np.tan(np.radians(_ANGLES[row])))), strength))
        left[:, max(0, at - _APART) : at + _APART + 1] = 0
    return found


def _measured(soft: Float, line: Line, strength: float, sign: int) -> Side:
    width = soft.shape[1]
    rows, x = _along(line, len(soft))

    def tone(inward: int) -> Float:
        return np.asarray(soft[rows, (x + sign * inward).round().astype(int).clip(0, width - 1)], np.float32)

    sheet, rim = tone(4), soft[:, 2 if sign > 0 else width - 3]
    steps = (sheet - tone(-4), tone(9) - tone(-9), sheet - rim)
    near, far, to_rim = (np.asarray(step / sheet, np.float32) for step in steps)
    return Side(line, strength, near, far, to_rim)


def _along(line: Line, height: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    rows = np.arange(height)
    return rows, np.asarray(line[0] + line[1] * (rows - (height - 1) / 2), np.float64)


def refined(line: Line, across: Gradient, sign: int, least: int) -> Line:
    """The line through the steepest places near `line`. `sign`: 1 for a left side, -1 for a right one; `least`: the
    gradient that counts."""
    height, width = across.shape
    rows, x = _along(line, height)
    near = (x.round().astype(int)[:, None] + np.arange(-_REACH, _REACH + 1)).clip(0, width - 1)
    steep = across[rows[:, None], near] * sign
    best = steep.argmax(axis=1)
    value = steep[rows, best]
    clear = value >= max(least, float(np.median(value)) / 2)
    if int(clear.sum()) < 20:
        return line
    points = np.stack([near[rows, best][clear], rows[clear] - (height - 1) / 2], axis=1).astype(np.float32)
    vx, vy, at, row = cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel().tolist()
    return at - row * vx / vy, vx / vy
