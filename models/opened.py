"""Networks that are open, by the identity of their weights: each is opened once, and old ones are closed in time.

Guarantees that two threads that want the same weights get the same engine, that a caller never gets another identity
than the one it asked for, and that an engine in use lives until its last call has ended, whoever closes it here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from models.detection.detector import OnnxDetector
from models.engines import Hardware
from models.engines.memory import give_back_large_blocks
from models.orientation.orienter import OnnxOrienter
from models.paddle import paddle_detector, paddle_recogniser
from models.protocols import Detector, Recogniser
from models.recognition.recogniser import OnnxRecogniser
from models.weights import Weights
from models.weights.places import Place, shipped

Engine = TypeVar("Engine")


@dataclass(slots=True)
class _Opened:
    engine: Any
    used_at: float


class OpenModels:
    """Opens on `hardware` what lies at `place`; may be asked from several threads."""

    def __init__(self, hardware: Hardware, place: Place = shipped) -> None:
        give_back_large_blocks()
        self._hardware, self._place = hardware, place
        self._opened: dict[tuple[str, str], _Opened] = {}
        self._opening: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def detector(self, weights: Weights) -> Detector:
        """Raises `WeightsRejected`, `WeightsUnavailable`, `StoreUnavailable`, as the other two do."""
        kind: Callable[..., Detector] = paddle_detector if self._hardware.engine == "paddleocr" else OnnxDetector
        return self._get(weights, kind)

    def recogniser(self, weights: Weights) -> Recogniser:
        """Raises `CharsetIncomplete` too."""
        kind: Callable[..., Recogniser] = paddle_recogniser if self._hardware.engine == "paddleocr" else OnnxRecogniser
        return self._get(weights, kind)

    def orienter(self, weights: Weights) -> OnnxOrienter:
        return self._get(weights, OnnxOrienter)

    def is_open(self, weights: Weights) -> bool:
        """Whether asking for these weights returns at once."""
        return (weights.role, weights.sha256) in self._opened

    def close_unused(self, unused_s: float) -> None:
        """Forget engines that nobody asked for in `unused_s` seconds while another one of their role was used."""
        with self._lock:
            newest = {
                role: max(o.used_at for (r, _), o in self._opened.items() if r == role) for role, _ in self._opened
            }
            for (role, sha256), opened in list(self._opened.items()):
                if newest[role] - opened.used_at > unused_s:
                    del self._opened[role, sha256]
                    self._opening.pop((role, sha256), None)

    def _get(self, weights: Weights, kind: Callable[[Weights, Hardware, Path], Engine]) -> Engine:
        key = weights.role, weights.sha256
        with self._lock:
            if key in self._opened:
                self._opened[key].used_at = time.monotonic()
                return cast(Engine, self._opened[key].engine)
            opening = self._opening.setdefault(key, threading.Lock())
        with opening:
            with self._lock:
                if key in self._opened:
                    return cast(Engine, self._opened[key].engine)
            with self._place(weights) as folder:
                engine = kind(weights, self._hardware, folder)
            with self._lock:
                self._opened[key] = _Opened(engine, time.monotonic())
            return engine
