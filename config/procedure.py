"""The shape of `config/procedures/*.yaml`: what a procedure needs, who decides, by when, and what the result says."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Requirement(_Strict):
    """One of the papers that the dossier must hold (thành phần hồ sơ)."""

    any_of: tuple[str, ...] = Field(min_length=1, description="Form ids; one of them is enough")
    name: str
    name_en: str
    required: bool = Field(True, description="False: expected, but it may be replaced by data already held")
    note: str = ""
    note_en: str = ""


class Person(_Strict):
    """Who acts at a step: the office, not a name."""

    position: str
    position_en: str


class Result(_Strict):
    """The text of the result. `{kind.key}` in a sentence is the value of that field; a sentence whose fields are not
    all there is left out."""

    type: str = Field(description="Kind of document, e.g. GIẤY XÁC NHẬN")
    type_en: str
    symbol: str = Field(description="Kind part of the number's symbol, e.g. GXN in 15/GXN-UBND")
    abstract: str
    abstract_en: str
    sentences: tuple[str, ...] = Field(min_length=1)
    sentences_en: tuple[str, ...] = ()


class Procedure(_Strict):
    """One administrative procedure (thủ tục hành chính)."""

    code: str = Field(pattern=r"^[a-z0-9-]+$", description="Short slug of the API")
    national_code: str = Field(description="Code in the national database of procedures (MaTTHC)")
    national_code_is_sample: bool = Field(description="True: not verified, must be set before the portal is connected")
    name_vi: str
    name_en: str
    field_vi: str = Field(description="Lĩnh vực")
    field_en: str
    legal_basis: str
    source_confidence: str
    deadline_working_days: int = Field(ge=0)
    requires: tuple[Requirement, ...] = ()
    applicant: tuple[str, ...] = Field((), description="`kind.key` of the applicant's name; the first that is there")
    appraiser: Person
    approver: Person
    result: Result
