"""Confidence weighs what was noticed, with the coefficients that the weight file carries."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.language.shipped import shipped
from models.recognition.confidence import Confidence
from models.recognition.evidence import MORE_IS_BETTER, NAMES, Evidence, observations
from models.training.recogniser.monotone import fit


def _network() -> Confidence:
    count = len(NAMES)
    rng = np.random.default_rng(3)
    return Confidence(0.5, rng.normal(size=count), rng.random(2), rng.normal(size=(2, count)), rng.normal(size=2))


def test_coefficients_travel_in_the_metadata() -> None:
    made = _network()
    held = Confidence.from_metadata({"confidence": made.to_metadata()})
    assert held is not None and held.to_metadata() == made.to_metadata()
    assert held.of((0.5,) * len(NAMES)) == made.of((0.5,) * len(NAMES))
    assert Confidence.from_metadata({"charset": "[]"}) is None
    known = json.loads(made.to_metadata())
    for other in (
        {"bias": 1},
        {**known, "guess": 1},
        {**known, "steps": [{"height": 1}]},
        {**known, "steps": [1]},
        [1],
    ):
        with pytest.raises(ValueError, match="another version"):
            Confidence.from_metadata({"confidence": json.dumps(other)})


def test_what_is_no_number_is_in_doubt() -> None:
    assert _network().of((float("nan"),) * len(NAMES)) == 0
    known = json.loads(_network().to_metadata())
    for broken in (
        {**known, "signs": float("nan")},
        {**known, "steps": [{**known["steps"][0], "height": float("inf")}]},
    ):
        with pytest.raises(ValueError, match="no number"):
            Confidence.from_metadata({"confidence": json.dumps(broken)})


@pytest.mark.parametrize("count", [7, 12])
def test_coefficients_of_before_the_last_observations_weigh_as_they_did(count: int) -> None:
    former = {"bias": 0.5, **{name: 0.1 * n for n, name in enumerate(NAMES[:count])}}
    held = Confidence.from_metadata({"confidence": json.dumps(former)})
    assert held is not None
    score = 0.5 + sum(0.1 * n * n for n in range(count))
    assert held.of(range(len(NAMES))) == pytest.approx(1 / (1 + np.exp(-min(30, score))), abs=1e-4)


def test_steps_of_before_the_last_observation_weigh_as_they_did() -> None:
    made = json.loads(_network().to_metadata())
    former = {name: value for name, value in made.items() if name != NAMES[14]}
    former["steps"] = [{name: value for name, value in step.items() if name != NAMES[14]} for step in made["steps"]]
    held, now = (Confidence.from_metadata({"confidence": json.dumps(one)}) for one in (former, made))
    assert held is not None
    assert now is not None
    seen = [0.3] * len(NAMES)
    assert held.of(seen) == now.of([*seen[:14], 0.0]) != now.of(seen)
    with pytest.raises(ValueError, match="another version"):
        Confidence.from_metadata({"confidence": json.dumps({**former, "steps": made["steps"]})})


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
        "số tiền 4:401",
        "Khóm Đóài, phường Ô Chợ Dừa",
    ],
)
def test_what_nobody_prints_is_odd(text: str) -> None:
    assert _seen(text, "odd_writing") > 0


@pytest.mark.parametrize(
    "text",
    [
        "Số: 12/QĐ-UBND",
        "1.250.000 đồng",
        "TP.HCM, ngày 01/07/2025;",
        "a) “Hộ tịch (mới);",
        "08:44:47 +07:00",
        "rơ moóc, Krông Năng",
    ],
)
def test_usual_writing_is_not_odd(text: str) -> None:
    assert _seen(text, "odd_writing") == 0


def test_hazy_signs_and_ink_at_an_end_speak_against_a_line() -> None:
    clear = observations(Evidence("dân,", 0.99, 0.99, 0, (0.0, 0.0, 1e-6), 1e-6, cut=0.2), shipped())
    dim = observations(Evidence("dân,", 0.99, 0.99, 0, (0.0, 0.02, 1e-6), 0.02, cut=0.9, unread=0.2), shipped())
    for name in ("weakest_sign", "hazy_signs", "weakest_mark", "cut_ink", "unread_ink"):
        place = NAMES.index(name)
        assert dim[place] > clear[place] + 0.5
        assert clear[place] < 0.1


def test_a_comma_before_a_capital_is_noticed() -> None:
    assert _seen("phường An Hòa, thành phố Huế", "commas_before_capitals") == 0
    assert _seen("kể từ ngày ký, Các thành viên", "commas_before_capitals") == 1


def test_fitted_chances_are_the_shares_of_right_lines() -> None:
    """Also where two things that are harmless alone are not so together."""
    rng = np.random.default_rng(4)
    seen = np.zeros((6000, len(NAMES)))
    seen[:, 0] = rng.normal(3, 2, 6000)
    seen[:, 3] = rng.integers(0, 3, 6000)
    seen[:, 9] = rng.integers(0, 2, 6000)
    together = (seen[:, 3] > 1) * seen[:, 9]
    true = 1 / (1 + np.exp(-(1.4 + 0.8 * seen[:, 0] - 0.7 * seen[:, 3] - 3 * together)))
    fitted = fit(seen, rng.random(6000) < true)
    found = np.array([fitted.of(row) for row in seen.tolist()])
    assert np.abs(found - true).mean() < 0.03


def test_more_doubt_never_makes_a_line_surer() -> None:
    rng = np.random.default_rng(5)
    seen = np.abs(rng.normal(1, 1, (2000, len(NAMES))))
    right = rng.random(2000) < 1 / (1 + np.exp(-(seen[:, 0] + 2 * seen[:, 3])))
    fitted = fit(seen, right)
    for row in (*seen[:40], 50 * seen[0]):
        for place, name in enumerate(NAMES):
            doubted = row.copy()
            doubted[place] += -2.0 if name in MORE_IS_BETTER else 2.0
            assert fitted.of(doubted) <= fitted.of(row), name


def test_lines_of_one_kind_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="one kind"):
        fit(np.zeros((3, len(NAMES))), np.array([True, True, True]))
