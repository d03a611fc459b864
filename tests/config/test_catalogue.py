"""The catalogue as installed, and what a wrong file says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from config.catalogue import (
    CONFIG,
    CatalogueError,
    agencies,
    forms,
    load_agencies,
    load_forms,
    load_procedures,
    procedures,
)
from config.settings import Settings
from dossiers.values import KINDS
from dossiers.values.kinds import _PARSERS

READ = {"to_khai_dang_ky_khai_sinh", "ct01_thay_doi_thong_tin_cu_tru", "don_de_nghi_cap_gpxd", "van_ban_hanh_chinh"}


def test_four_kinds_are_read_end_to_end_and_all_say_how_sure_they_are() -> None:
    assert {form.id for form in forms() if form.fields} == READ
    assert all(form.source_confidence and form.legal_basis and form.title_en for form in forms())


def test_no_two_forms_share_a_title() -> None:
    titles = [title for form in forms() for title in (form.title, *form.aliases)]
    assert len(titles) == len(set(titles))


def test_every_kind_of_value_that_yaml_may_name_has_a_parser() -> None:
    assert set(KINDS) == set(_PARSERS) | {"enum"}


def test_procedures_and_the_default_agency_are_there() -> None:
    assert set(procedures()) == {"khai-sinh", "cu-tru", "xay-dung", "chung"}
    assert Settings().agency in agencies()
    assert procedures()["chung"].requires == ()


def test_sentences_of_results_name_fields_that_exist() -> None:
    for procedure in procedures().values():
        for sentence in (*procedure.result.sentences, *procedure.result.sentences_en):
            for place in sentence.split("{")[1:]:
                kind, key = place.split("}")[0].split(".")
                assert forms().by_id[kind].field(key) is not None, (procedure.code, place)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(CONFIG / "forms" / "giay_chung_sinh.yaml", tmp_path)
    return tmp_path


def changed(path: Path, **keys: object) -> None:
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8")) | keys), encoding="utf-8")


FIELD = {"key": "name", "label": "Tên:", "label_en": "Name"}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"titel": "X"}, "titel"),
        ({"fields": [FIELD | {"lable": "X"}]}, "fields.0.lable"),
        ({"fields": [FIELD | {"type": "cccd"}]}, "fields.0.type"),
        ({"fields": [FIELD, FIELD]}, "named twice: name"),
        ({"fields": [FIELD | {"type": "enum"}]}, "options"),
        ({"fields": [FIELD | {"find": [{"start": "("}]}]}, "fields.0.find.0.start"),
        ({"id": "other"}, "other.yaml"),
    ],
)
def test_a_wrong_form_is_refused_by_file_and_key(folder: Path, keys: dict[str, object], said: str) -> None:
    changed(folder / "giay_chung_sinh.yaml", **keys)
    with pytest.raises(CatalogueError) as error:
        load_forms(folder)
    assert "giay_chung_sinh.yaml" in str(error.value)
    assert said in str(error.value)


def test_broken_yaml_is_refused_by_file(folder: Path) -> None:
    (folder / "giay_chung_sinh.yaml").write_text("id: [", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"giay_chung_sinh\.yaml"):
        load_forms(folder)


def test_a_procedure_cannot_require_a_form_that_is_not_there(folder: Path) -> None:
    shutil.copy(CONFIG / "procedures" / "cu-tru.yaml", folder)
    (folder / "giay_chung_sinh.yaml").unlink()
    with pytest.raises(CatalogueError, match="ct01_thay_doi_thong_tin_cu_tru"):
        load_procedures(folder, load_forms(folder / "none"))


def test_an_agency_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    shutil.copy(CONFIG / "agencies" / "H49.01.yaml", tmp_path)
    changed(tmp_path / "H49.01.yaml", fax="1")
    with pytest.raises(CatalogueError, match="fax"):
        load_agencies(tmp_path)
