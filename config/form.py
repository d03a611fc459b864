"""The shape of `config/forms/*.yaml`: how a kind of paper is recognised and what stands where on it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.vocabulary import ValueKind


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Regex = Annotated[str, AfterValidator(_compiles)]
Span = tuple[float, float]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Find(_Strict):
    """A place on the page, for papers without labels. Fractions are of the page's width and height.

    Lines are taken whose centre lies in `columns` x `rows`, from the one that matches `start` (its group `value` if
    it has one, else from the next line) up to the one that matches `stop`; those that match `keep` and not `skip`.
    Lines that `glue` matches belong to the line before them. Of what is left `pick` chooses. `value` says what the
    field's value is when the place is found, where the paper does not write it out. All patterns are held against the
    text without tones and marks, so that a reader's slip in a mark does not hide a place; case counts.
    """

    pages: Literal["first", "last", "any"] = "first"
    columns: Span = (0.0, 1.0)
    rows: Span = (0.0, 1.0)
    start: Regex = ""
    stop: Regex = ""
    keep: Regex = ""
    skip: Regex = ""
    glue: Regex = ""
    pick: Literal["all", "first", "last", "but_last"] = "all"
    max_lines: int = Field(12, ge=1)
    max_gap: float = Field(2.5, gt=0, description="In line heights: a larger gap between two lines ends the place")
    aligned: float = Field(0, ge=0, le=1, description="Lines must be centred on the first one, to this fraction")
    join: str = " "
    strip: Regex = ""
    value: str = ""


class Column(_Strict):
    """One column of a table, by its printed heading."""

    key: str
    heading: str
    aliases: tuple[str, ...] = ()
    type: ValueKind = "text"


class FormField(_Strict):
    """One value on the paper. Fields stand in the order of the paper: repeated labels are told apart by it."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(description="As printed, Vietnamese")
    label_en: str
    aliases: tuple[str, ...] = Field((), description="Other printings of the label")
    type: ValueKind = "text"
    required: bool = False
    section: str = Field("", description="Printed heading that comes before this field")
    section_en: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""
    multiline: bool = Field(False, description="The value may go on in the rows below")
    suffix: str = Field("", description="What the form prints behind the value")
    columns: tuple[Column, ...] = Field((), description="Of a table, left to right")
    person: str = Field("", description="Whose: fields of one person are checked against each other")
    fact: Literal["", "name", "birth", "birth_words", "id", "gender", "phone"] = ""
    date_of: Literal["", "signing"] = Field("", description="`signing`: must not lie in the future")
    pattern: Regex = Field(
        "", description="The value's own look, where it has no label; letters without marks, lower case"
    )
    find: tuple[Find, ...] = Field((), description="Places tried in turn; with it the label is for people only")
    basis: str = Field("", description="How sure the source of this label is, where it differs from the form's")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.type == "enum") != bool(self.options):
            raise ValueError(f"field {self.key}: `options` go with type enum, and enum with options")
        if (self.type == "table") != bool(self.columns):
            raise ValueError(f"field {self.key}: `columns` go with type table, and table with columns")
        return self


class Form(_Strict):
    """One kind of paper."""

    id: str
    title: str
    title_en: str
    aliases: tuple[str, ...] = Field((), description="Other printings of the title")
    legal_basis: str
    source_confidence: str = Field(description="How sure it is that labels and order are those of the official form")
    sources: tuple[str, ...] = ()
    note: str = ""
    signs: tuple[Regex, ...] = Field((), description="For papers without one title: patterns of lines, marks left out")
    min_signs: int = Field(0, ge=0, description="So many of `signs` make it this kind")
    doubt_below: float = Field(0.85, ge=0, le=1, description="A field of lower confidence asks for an officer's eye")
    stops: tuple[str, ...] = Field((), description="Printed texts that end the area of values: declaration, signatures")
    fields: tuple[FormField, ...] = Field((), description="Empty: the kind is recognised, its fields are not read")

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        keys = [field.key for field in self.fields]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"fields: key named twice: {', '.join(sorted(twice))}")
        return self

    def field(self, key: str) -> FormField | None:
        """The field of that key."""
        return next((field for field in self.fields if field.key == key), None)
