"""What the doctor says of a machine, without an instance."""

from __future__ import annotations

import pytest

from hoso.doctor import machine
from models.engines import hardware


@pytest.mark.parametrize(("integers", "lines", "health"), [(True, "openvino", "ok"), (False, "onnxruntime", "warning")])
def test_the_doctor_says_on_what_the_models_run_and_warns_of_a_slow_processor(
    integers: bool, lines: str, health: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "cpu_has_integers", lambda: integers)
    found = machine.engine()
    assert found.health == health and bool(found.remedy) == (health == "warning")
    assert "openvino, " in found.said and f": {lines}" in found.said
    assert "engine" in [name for name, _, _ in machine.checks(machine.ROOT)]
