"""What the demonstration leaves in its folder for each dossier, and the row of the closing table."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoso.cli.words import say
from hoso.client import Client
from hoso.demo.samples import Score, score
from hoso.demo.travel import Journey

FILES = {
    "package": "ho-so-tim-kiem-duoc.pdf",
    "fields.json": "truong-du-lieu.json",
    "result": "ket-qua-da-ky.pdf",
    "result/validation": "kiem-tra-chu-ky.json",
    "manifest": "danh-muc.json",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finished dossier. `seconds_a_page`: from the upload to the officer's turn, beside the other dossiers."""

    name: str
    code: str
    state: str
    folder: Path
    pages: int
    kinds: tuple[str, ...]
    fields: int
    in_doubt: int
    score: Score
    seconds_a_page: float
    level: str
    verdict: str
    pdfsig: str


def collect(client: Client, journey: Journey, folder: Path) -> Outcome:
    """Fetch everything of a dossier into `folder` (made anew) and sum it up."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in journey.sample.files:
        shutil.copy(file, folder / f"goc-{file.name}")
    for what, name in FILES.items():
        client.download(journey.code, what, folder / name)
    view = client.show(journey.code)
    documents, fields = client.documents(journey.code), client.fields(journey.code)
    report = json.loads((folder / FILES["result/validation"]).read_text(encoding="utf-8"))
    second = pdfsig(folder / FILES["result"])
    (folder / "kiem-tra-chu-ky.txt").write_text(human_report(journey.code, report, second), encoding="utf-8")
    return Outcome(
        name=journey.sample.name,
        code=journey.code,
        state=view["state"],
        folder=folder,
        pages=view["pages"],
        kinds=tuple(document["kind"] for document in documents),
        fields=len(fields),
        in_doubt=sum(bool(one["in_doubt"]) for one in fields),
        score=score(journey.sample, documents, fields),
        seconds_a_page=round(journey.read_seconds / max(1, view["pages"]), 2),
        level=str(report.get("level", "")),
        verdict=str(report.get("verdict", "")),
        pdfsig=_in_short(second),
    )


def pdfsig(pdf: Path) -> str:
    """What poppler's `pdfsig` prints about the signatures; empty without poppler.

    It does not know the demonstration's root, so it finds the *certificates* untrusted; the *signatures* it checks."""
    program = shutil.which("pdfsig")
    if program is None:
        return ""
    done = subprocess.run([program, "-nocert", str(pdf)], capture_output=True, text=True, timeout=60)
    return done.stdout


def _in_short(said: str) -> str:
    verdicts = re.findall(r"Signature Validation: (.+)", said)
    valid = sum("is Valid" in verdict for verdict in verdicts)
    return f"{valid}/{len(verdicts)} {say('valid', 'hợp lệ')}" if verdicts else "–"


def human_report(code: str, report: dict[str, Any], second: str) -> str:
    """The validation report in words, Vietnamese and English."""
    lines = [
        f"BÁO CÁO KIỂM TRA CHỮ KÝ SỐ / SIGNATURE VALIDATION REPORT    {code}",
        "",
        f"Kết luận / Verdict:  {report.get('verdict')}    Mức / Level:  PAdES {report.get('level')}",
        f"Thời điểm kiểm tra / Checked at:  {report.get('moment')}",
        "CHỮ KÝ MẪU, KHÔNG CÓ GIÁ TRỊ PHÁP LÝ / DEMONSTRATION PKI, NO LEGAL VALUE",
    ]
    for number, signature in enumerate(report.get("signatures", []), 1):
        lines += ["", f"{number}. {signature.get('role')}: {signature.get('signer')}"]
        lines += [f"   {key}: {_plain(value)}" for key, value in signature.items() if key not in ("role", "signer")]
    if second:
        lines += ["", "pdfsig (poppler):", *(f"   {line}" for line in second.splitlines())]
    return "\n".join(lines) + "\n"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
