"""The card of a trained model: what it is, what it was made of, how to make it again, and what was measured of it.

A figure stands in a card only if this run measured it; where nothing was measured the card says so.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from models.training.config import Training
from models.training.export import Exported
from models.training.loop import PROGRESS, notes_in

_TEMPLATE = """\
# {name} {version}

{what} File `{file}`, sha256 `{sha256}`.

- **Licence**: Apache-2.0, as its parent.
- **Parent**: {parent}, sha256 `{parent_sha256}`.
- **Data**: {seen} in all, {share}. No real page was read{but}.
{sets}- **How it was made**: seed {seed}, commit `{commit}`, configuration `{config}`:

```sh
{command}
```

- **Scores**:
{scores}
- **Not measured by this run**: real pages, other suites, speed, memory. `hoso evaluate {file} --against champion` does.
- **Limits**: whatever the data above does not show. No real handwriting was measured.

## Configuration

```yaml
{yaml}```
"""
_WHAT = {
    "recogniser": "Reads a line of Vietnamese: PP-OCRv6 small backbone and neck, a head for `models/charset.py`, CTC.",
    "detector": "Finds lines on a page: PP-OCRv6 small, the head for text chances.",
}
_SAID = {
    "cer": "character error rate on {n} synthetic held-out lines (prose and fonts kept out of training)",
    "own_cer": "character error rate on the lines of split `test` of the sets",
    "recall": "share of the lines of {n} synthetic held-out pages that were found (IoU 0.5)",
    "precision": "share of what was found that is a line (IoU 0.5)",
}


def held_out(run: Path) -> list[dict[str, float]]:
    """The checks of a run in order, as `progress.jsonl` in its folder has them."""
    path = run / PROGRESS
    if not path.exists():
        return []
    return [note["held_out"] for note in notes_in(path.read_bytes()) if "held_out" in note]


def write_card(config: Training, exported: Exported, command: str) -> Path:
    """The card beside the exported file, `NAME.md`."""
    notes = exported.notes
    sets = json.loads(notes["sets"])
    unit = "lines" if config.role == "recogniser" else "crops"
    share = getattr(config, "set_share", 0.0) if sets else 0.0
    card = _TEMPLATE.format(
        **{key: notes[key] for key in ("name", "version", "parent", "parent_sha256", "seed", "commit")},
        config=notes["config"][:16], what=_WHAT[config.role], file=exported.path.name, sha256=exported.sha256,
        seen=f"{notes[unit]} {unit}",
        share=f"{share:.0%} of them from the sets below, the others synthetic" if sets else "all of them synthetic",
        but=" but the corrected lines of the sets" if sets else "",
        sets="".join(
            f"- **Set** {one['set']}: {one['train']} lines trained on, {one['test']} kept for testing, "
            f"digest `{one['digest']}`.\n" for one in sets
        ),
        command=command, scores=_scores(config), yaml=yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False),
    )  # fmt: skip
    path = exported.path.with_suffix(".md")
    path.write_text(card, encoding="utf-8")
    return path


def _scores(config: Training) -> str:
    checks = held_out(config.run)
    if not checks:
        return "  - not measured"
    first, last = checks[0], checks[-1]
    return "\n".join(
        f"  - {_SAID[key].format(n=config.checked)}: {last[key]:.2%}"
        + (f" (before: {first[key]:.2%})" if key in first and len(checks) > 1 else "")
        for key in last
    )
