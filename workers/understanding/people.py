"""Who is named on the papers of a dossier, and where the papers disagree about one person.

A person on one paper and a person on another are the same if their 12-digit number is the same, or if the name is the
same (tone-exact) and the numbers do not differ. Facts of one person are then held against each other, and against what
the number itself says about birth year and sex (`dossiers.values.identity`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.catalogue import Forms
from dossiers.document import Document, Field
from dossiers.values.dates import date_in_words
from dossiers.values.identity import read_personal_number
from dossiers.values.names import same_name

_WHOLE_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that one paper says about one person. `kind` is the form's `fact`."""

    kind: str
    value: str
    document: Document
    field: Field


@dataclass(frozen=True, slots=True)
class Person:
    """One person as named by one paper, or by several after joining."""

    facts: tuple[Fact, ...]

    def of(self, kind: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind == kind]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two facts about one person that cannot both be true; the second is where the officer is sent."""

    one: Fact
    other: Fact


def people_of(documents: Sequence[Document], forms: Forms) -> list[Person]:
    """Everyone named, each once."""
    people: list[Person] = []
    for document in documents:
        for person in _named_on(document, forms):
            match = next((n for n, known in enumerate(people) if _same(known, person)), None)
            if match is None:
                people.append(person)
            else:
                people[match] = Person((*people[match].facts, *person.facts))
    return people


def disagreements(person: Person) -> Iterator[Disagreement]:
    """Each fact against the first of its kind, and the number against birth and sex."""
    for kind in ("name", "birth", "gender", "id"):
        facts = person.of(kind)
        for other in facts[1:]:
            if not _agree(kind, facts[0].value, other.value):
                yield Disagreement(facts[0], other)
    for words in person.of("birth_words"):
        for birth in person.of("birth"):
            if birth.document is words.document and date_in_words(words.value) not in ("", birth.value):
                yield Disagreement(birth, words)
    for number in person.of("id")[:1]:
        said = read_personal_number(number.value)
        if said is None:
            continue
        for birth in person.of("birth")[:1]:
            if birth.value[:4].isdigit() and int(birth.value[:4]) != said.birth_year:
                yield Disagreement(birth, number)
        for gender in person.of("gender")[:1]:
            if gender.value != said.gender:
                yield Disagreement(gender, number)


def _named_on(document: Document, forms: Forms) -> list[Person]:
    form = forms.get(document.kind)
    if form is None:
        return []
    read = {field.key: field for field in document.fields}
    found: dict[str, list[Fact]] = {}
    for field in form.fields:
        value = read[field.key].value if field.key in read else ""
        if field.fact == "id" and field.type != "personal_id":  # a number inside a sentence
            inside = _WHOLE_NUMBER.search(value)
            value = inside[0] if inside else ""
        if field.person and field.fact and value:
            found.setdefault(field.person, []).append(Fact(field.fact, value, document, read[field.key]))
    return [Person(tuple(facts)) for facts in found.values()]


def _same(one: Person, other: Person) -> bool:
    numbers = {fact.value for fact in one.of("id")}, {fact.value for fact in other.of("id")}
    if all(numbers):
        return bool(numbers[0] & numbers[1])
    names = one.of("name"), other.of("name")
    return any(same_name(a.value, b.value) for a in names[0] for b in names[1])


def _agree(kind: str, one: str, other: str) -> bool:
    if kind == "name":
        return same_name(one, other)
    if kind == "birth":  # a year alone agrees with every day of it
        return one.startswith(other) or other.startswith(one)
    return one == other
