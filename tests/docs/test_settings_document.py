"""docs/settings.md says what config/settings.py says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel

from config.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_table_of_settings_is_up_to_date() -> None:
    script = ROOT / "scripts" / "settings_table.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_setting_says_what_it_means() -> None:
    def undescribed(model: type[BaseModel]) -> list[str]:
        found = []
        for name, field in model.model_fields.items():
            if isinstance(field.default, BaseModel):
                found += [f"{name}.{inner}" for inner in undescribed(type(field.default))]
            elif not field.description:
                found.append(name)
        return found

    assert undescribed(Settings) == []
