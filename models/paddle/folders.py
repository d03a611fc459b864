"""The folders that PaddleOCR wants, made from registered weights: `inference.onnx` and `inference.yml` in each.

    python -m models.paddle.folders --out DIR

writes DIR/detector and DIR/recogniser from the weights that ship with Hoso, for a PaddleOCR installation elsewhere.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from models.detection.boxes import BoxRules
from models.detection.detector import LONG_SIDE
from models.recognition.prepare import HEIGHT
from models.weights import HERE, registry

DETECTOR = "PP-OCRv6_small_det"
RECOGNISER = "PP-OCRv6_small_rec"
"""The architectures under which PaddleOCR knows our two networks."""


def detection_arguments(rules: BoxRules | None = None) -> dict[str, Any]:
    """How pages are scaled and boxes made, as arguments of `TextDetection`: as our own detector does it. They stand in
    `inference.yml` too, but PaddleOCR has defaults of its own for this architecture, which win over that file."""
    rules = rules or BoxRules()
    scaled = {"limit_side_len": LONG_SIDE, "limit_type": "max"}
    return {**scaled, "thresh": rules.core, "box_thresh": rules.sure, "unclip_ratio": rules.grow}


def detector_config(rules: BoxRules | None = None) -> dict[str, Any]:
    """`inference.yml` of the detector: pages and boxes as our own detector takes them."""
    rules = rules or BoxRules()
    # Numbers, not the text "1./255." that Paddle's own files have: it would be evaluated as code.
    normalise = {"mean": [0.5] * 3, "std": [0.5] * 3, "scale": 1 / 255, "order": "hwc"}
    post = {"name": "DBPostProcess", "thresh": rules.core, "box_thresh": rules.sure, "unclip_ratio": rules.grow}
    return {
        "Global": {"model_name": DETECTOR},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetResizeForTest": {"limit_side_len": LONG_SIDE, "limit_type": "max"}},
                {"NormalizeImage": normalise},
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape"]}},
            ]
        },
        "PostProcess": {**post, "max_candidates": 3000},
    }


def recogniser_config(charset: Sequence[str]) -> dict[str, Any]:
    """`inference.yml` of a recogniser that writes `charset` (blank left out).

    PaddleOCR adds the space at the end of the dictionary itself. A charset that has it elsewhere is given whole: what
    is added then is a class that the network does not have.
    """
    signs = list(charset)
    return {
        "Global": {"model_name": RECOGNISER},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, HEIGHT, 320]}},
                {"KeepKeys": {"keep_keys": ["image"]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": signs[:-1] if signs[-1:] == [" "] else signs},
    }


def write_folder(network: Path, config: dict[str, Any], out: Path) -> Path:
    """Write one folder and return it; `network` is copied, its checksum is the caller's to verify."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(network, out / "inference.onnx")
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (out / "inference.yml").write_text(text, encoding="utf-8")
    return out


def main() -> None:
    """Write both folders. Raises `WeightsRejected` when the installation's files are not the registered ones."""
    from models.engines import Hardware
    from models.recognition.recogniser import OnnxRecogniser

    parser = argparse.ArgumentParser(description="Hoso's weights as model folders for PaddleOCR.")
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    held = registry()
    charset = OnnxRecogniser(held["recogniser"], Hardware(threads=1, engine="onnxruntime")).charset
    write_folder(held["detector"].path(HERE), detector_config(), out / "detector")
    write_folder(held["recogniser"].path(HERE), recogniser_config(charset), out / "recogniser")


if __name__ == "__main__":
    main()
