"""The documents point at things that exist: files, headings, settings, commands, addresses of the API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from api.app import create_app
from config.settings import Settings
from hoso.cli.app import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("docs/*.md"), ROOT / "CHANGELOG.md", ROOT / "k8s" / "README.md"])
SECTIONS = {name: type(f.default) for name, f in Settings.model_fields.items() if isinstance(f.default, BaseModel)}


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_settings_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for section, key in re.findall(rf"`({'|'.join(SECTIONS)})\.(\w+)`", text):
        assert key in SECTIONS[section].model_fields or key == "py", f"{section}.{key}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    known |= {group.name for group in app.registered_groups if group.name}
    for command in re.findall(r"`hoso ([a-z]+)", document.read_text(encoding="utf-8")):
        assert command in known, command


def test_addresses_in_the_integration_guide_exist() -> None:
    nowhere = Settings.model_validate({"database": {"url": "postgresql+psycopg://nobody@127.0.0.1:9/none"}})
    paths = {re.sub(r"\{\w+\}", "{}", path) for path in create_app(nowhere).openapi()["paths"]}
    text = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]+)", text))
    assert named
    for path in named:
        assert re.sub(r"\{\w+\}", "{}", path) in paths, path
    for tail in re.findall(r"`(?:…)?(/[a-z][\w./{}-]+)`", text):
        wanted = re.sub(r"\{\w+\}", "{}", tail)
        assert any(path.endswith(wanted) for path in paths) or tail in {"/docs", "/errors", "/openapi.json"}, tail
