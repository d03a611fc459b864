"""A configuration is checked before anything is loaded, and told apart by what it makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.synthesis.lines import BY_HAND, JOINED
from models.training.config import DetectorTraining, RecogniserTraining, TrainingConfigInvalid, read_config
from tests.models.training.conftest import CONFIGS, tiny_recogniser


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("recogniser", RecogniserTraining),
        ("recogniser_polish", RecogniserTraining),
        ("recogniser_narrow", RecogniserTraining),
        ("finetune", RecogniserTraining),
        ("detector", DetectorTraining),
        ("detector_narrow", DetectorTraining),
    ],
)
def test_the_configurations_that_ship_are_valid(name: str, kind: type) -> None:
    assert read_config(CONFIGS / f"{name}.yaml", kind).samples > 100


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((CONFIGS / "recogniser.yaml").read_text(encoding="utf-8") + "\nlearning_rat: 1\n")
    with pytest.raises(TrainingConfigInvalid, match="learning_rat"):
        read_config(wrong, RecogniserTraining)


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingConfigInvalid, match="not there"):
        read_config(tmp_path / "none.yaml", RecogniserTraining)
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(TrainingConfigInvalid, match="no YAML mapping"):
        read_config(tmp_path / "list.yaml", RecogniserTraining)


def test_the_digest_knows_what_is_made_not_where(tmp_path: Path) -> None:
    one, moved = tiny_recogniser(tmp_path / "a"), tiny_recogniser(tmp_path / "b", threads=2, drawers=1)
    assert one.digest == moved.digest
    assert one.digest != tiny_recogniser(tmp_path / "a", seed=1).digest
    shared = [tiny_recogniser(tmp_path, sets=(name,), start=f"{name}.onnx") for name in ("here", "there")]
    assert shared[0].digest == shared[1].digest, "what lies there is told by its content, not by its path"


@pytest.mark.parametrize("share", [0.0, 0.02])
def test_sets_of_which_no_line_would_be_drawn_are_refused(tmp_path: Path, share: float) -> None:
    tiny_recogniser(tmp_path, set_share=share)
    with pytest.raises(TrainingConfigInvalid, match=r"write set_share: 0\.3"):
        tiny_recogniser(tmp_path, sets=("own",), set_share=share)
    assert tiny_recogniser(tmp_path, set_share=0.3).sets == (), "a share without sets is fine"
    assert tiny_recogniser(tmp_path, sets=("own",), set_share=0.3).sets


def test_a_run_that_names_no_shares_draws_hands_as_lines_are_drawn_elsewhere() -> None:
    fields = RecogniserTraining.model_fields
    assert (fields["by_hand"].default, fields["joined"].default) == (BY_HAND, JOINED)
