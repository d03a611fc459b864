"""Who is measured."""

from __future__ import annotations

from pathlib import Path

from benchmarks.readers.running import Peer

PEERS = ".venv-peers"
PADDLE = ".venv-paddleocr"


def catalogue(asterocr: Path | None) -> dict[str, Peer]:
    """Every reader by the short name that `--only` takes, Hoso first."""
    aster = {"folder": str(asterocr.resolve())} if asterocr else {}
    return {
        "hoso": Peer("Hoso", "hoso_reader", shares_process=True),
        "hoso-onnxruntime": Peer(
            "Hoso, ONNX Runtime", "hoso_reader", options={"engine": "onnxruntime"}, shares_process=True
        ),
        "hoso-paddleocr": Peer("Hoso's weights in PaddleOCR's pipeline", "paddle", PADDLE),
        "asterocr": Peer("PP-OCRv6 detector + asterocr", "aster", PEERS, aster),
        "det-trueocr": Peer("PP-OCRv6 detector + trueocr", "true", PEERS, {"detector": "rapid"}),
        "trueocr": Peer("trueocr", "true", PEERS),
        "tesseract": Peer("Tesseract 5, vie", "tesseract", PEERS),
        "rapidocr": Peer("PP-OCRv6 stock (rapidocr)", "rapid", PEERS),
    }


def chosen(names: str, asterocr: Path | None) -> dict[str, Peer]:
    """The readers of `names`, comma between them; all when it is empty. Exits when a name is not known."""
    known = catalogue(asterocr)
    wanted = names.split(",") if names else list(known)
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no such reader: {', '.join(unknown)}; known: {', '.join(known)}")
    return {name: known[name] for name in wanted}
