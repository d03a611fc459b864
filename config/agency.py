"""The shape of `config/agencies/*.yaml`: an agency as it appears on documents and in codes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Officer(_Strict):
    """A person in an office. `signs_for` stands above the position, e.g. TM. ỦY BAN NHÂN DÂN or KT. CHỦ TỊCH."""

    name: str
    position: str
    position_en: str
    signs_for: str = ""


class Agency(_Strict):
    """One agency."""

    code: str
    fictitious: bool = Field(description="True for the demonstration")
    parent: str = Field("", description="Name of the superior agency as printed at the top left; may be empty")
    name: str = Field(description="Own name as printed at the top left")
    name_en: str
    short_name: str
    province: str
    place: str = Field(description="Place name before the date")
    symbol: str = Field(description="Agency part of the number's symbol, e.g. UBND in 15/GXN-UBND")
    address: str
    phone: str
    website: str = ""
    leader: Officer
    appraiser: Officer
    seal_keeper: Officer
