"""Confidence weighs what was noticed, with the coefficients that the weight file carries."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.language.shipped import shipped
from models.recognition.confidence import NAMES, Confidence, Evidence, observations
from models.training.recogniser.confidence import fit


def test_coefficients_travel_in_the_metadata() -> None:
    made = Confidence(0.5, tuple(float(n) for n in range(len(NAMES))))
    assert Confidence.from_metadata({"confidence": made.to_metadata()}) == made
    assert Confidence.from_metadata({"charset": "[]"}) is None
    for other in ({"bias": 1}, {**json.loads(made.to_metadata()), "guess": 1}):
        with pytest.raises(ValueError, match="another version"):
            Confidence.from_metadata({"confidence": json.dumps(other)})


def test_what_is_no_number_is_in_doubt() -> None:
    assert Confidence(0.5, (1.0,) * len(NAMES)).of((float("nan"),) * len(NAMES)) == 0
    broken = {**json.loads(Confidence(0.5, (1.0,) * len(NAMES)).to_metadata()), "signs": float("nan")}
    with pytest.raises(ValueError, match="no number"):
        Confidence.from_metadata({"confidence": json.dumps(broken)})


def test_coefficients_of_before_the_last_observations_weigh_as_they_did() -> None:
    former = {"bias": 0.5, **{name: float(n) for n, name in enumerate(NAMES[:7])}}
    held = Confidence.from_metadata({"confidence": json.dumps(former)})
    assert held == Confidence(0.5, (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0))


def test_a_word_that_nobody_writes_speaks_against_a_line() -> None:
    usual, odd = (observations(Evidence(text, 0.99, 0.99, 0), shipped()) for text in ("quy định về", "qụy định về"))
    place = NAMES.index("unknown_words")
    assert (usual[place], odd[place]) == (0.0, 1.0)


def _seen(text: str, name: str) -> float:
    return observations(Evidence(text, 0.99, 0.99, 0), shipped())[NAMES.index(name)]


@pytest.mark.parametrize(
    ("right", "misread"),
    [
        ("địa chỉ số nhà 12", "địa chi số nhà 12"),
        ("Ý KIẾN CỦA CHA, MẸ", "Ý KIẾN CỦA CHẠ, MẸ"),
        ("thay đổi", "thày đổi"),
    ],
)
def test_a_word_that_other_marks_make_likelier_speaks_against_a_line(right: str, misread: str) -> None:
    assert _seen(misread, "likelier_marks") > _seen(right, "likelier_marks") + 0.3


@pytest.mark.parametrize(
    "text",
    [
        ". Ủy ban nhân dân",
        "Dân tộc; Kinh",
        "Ông Trần.Ngọc Toàn",
        "ngày 17/1 1/2023",
        "NÔNG DIễM MY",
        "số O006",
        "19, Người đại diện:",
    ],
)
def test_what_nobody_prints_is_odd(text: str) -> None:
    assert _seen(text, "odd_writing") > 0


@pytest.mark.parametrize(
    "text", ["Số: 12/QĐ-UBND", "1.250.000 đồng", "TP.HCM, ngày 01/07/2025;", "a) “Hộ tịch (mới);", "08:44:47 +07:00"]
)
def test_usual_writing_is_not_odd(text: str) -> None:
    assert _seen(text, "odd_writing") == 0


def test_hazy_signs_and_ink_at_an_end_speak_against_a_line() -> None:
    clear = observations(Evidence("dân", 0.99, 0.99, 0, (0.0, 0.0, 1e-6), 0.2), shipped())
    dim = observations(Evidence("dân", 0.99, 0.99, 0, (0.0, 0.02, 1e-6), 0.9), shipped())
    for name in ("weakest_sign", "hazy_signs", "cut_ink"):
        place = NAMES.index(name)
        assert dim[place] > clear[place] + 0.5
        assert clear[place] < 0.1


def test_fitted_chances_are_the_shares_of_right_lines() -> None:
    rng = np.random.default_rng(4)
    seen = np.zeros((6000, len(NAMES)))
    seen[:, 0] = rng.normal(3, 2, 6000)
    seen[:, 3] = rng.integers(0, 3, 6000)
    true = 1 / (1 + np.exp(-(0.4 + 0.8 * seen[:, 0] - 1.5 * seen[:, 3])))
    right = rng.random(6000) < true
    fitted = fit(seen, right)
    found = np.array([fitted.of(row) for row in seen.tolist()])
    assert np.abs(found - true).mean() < 0.02
    assert fitted.weights[1] == 0.0, "what does not vary carries no weight"


def test_more_doubt_never_makes_a_line_surer() -> None:
    rng = np.random.default_rng(5)
    seen = np.zeros((2000, len(NAMES)))
    seen[:, 0] = rng.normal(0, 2, 2000)
    seen[:, 3] = rng.integers(0, 2, 2000)
    right = rng.random(2000) < 1 / (1 + np.exp(-(seen[:, 0] + 2 * seen[:, 3])))
    assert fit(seen, right).weights[3] == 0.0


def test_lines_of_one_kind_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="one kind"):
        fit(np.zeros((3, len(NAMES))), np.array([True, True, True]))
