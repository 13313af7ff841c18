"""Whose words stand in a record of an evaluation dataset, as the record's tags say it.

Who has asked is in the names of tags, because the same question is one record: MLflow puts the
tags of a record that is there and of one that is added together, and none of them is lost. An
expectation of a record is replaced by one of the same name, and so is the tag that goes with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

# Goes on with a person's name; says the id of that person's request.
ASKED_BY = "reviewapp.asked_by."
# Goes on with the name of the expectation; says who has said what is right.
EXPECTED_BY = "reviewapp.expected_by."


def tags_of(
    request_id: str, asked_by: Iterable[str], expected_by: Mapping[str, str]
) -> dict[str, str]:
    """Return the tags that say whose question it is, and whose word on what is right."""
    asked = {ASKED_BY + person.strip(): request_id for person in asked_by if person.strip()}
    return asked | {EXPECTED_BY + name: person for name, person in expected_by.items() if person}


def is_asked_by(tags: Mapping[str, Any], person: str) -> bool:
    """Tell whether this person has asked it, alone or as others have."""
    return any(
        name.startswith(ASKED_BY) and is_same(name.removeprefix(ASKED_BY), person) for name in tags
    )


def expected_by(tags: Mapping[str, Any], person: str) -> set[str]:
    """Return the names of the expectations that are this person's word."""
    return {
        name.removeprefix(EXPECTED_BY)
        for name, said_by in tags.items()
        if name.startswith(EXPECTED_BY) and is_same(str(said_by), person)
    }


def is_same(name: str, person: str) -> bool:
    """Tell whether two user names are one person's: in any case of letters."""
    return name.strip().lower() == person.strip().lower()
