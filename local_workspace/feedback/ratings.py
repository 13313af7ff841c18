"""The ratings of one verdict: an open map of names, with one convention for some of them.

The thumb is `answer_correct`, a chip is `reason.<key>`, a preference between two answers is
`preference`; any other name is a question of somebody's own.
"""

from typing import Any

from local_workspace.feedback.body_fields import BodyField

THUMB = "answer_correct"
THUMB_VALUES = ("positive", "negative", "unknown")

# MLflow keeps no longer names.
MAX_NAME = 250
MAX_RATINGS = 100
MAX_COMMENT = 20_000

Rating = dict[str, Any]


def read_ratings(ratings: BodyField) -> dict[str, Rating]:
    """Return each rating as the assessment log keeps it: value, double_value, rationale."""
    found = {}
    for name, rating in ratings.members(MAX_RATINGS):
        _check_name(ratings, name)
        found[name] = _thumb(rating) if name == THUMB else _rating(rating)
    return found


def _check_name(ratings: BodyField, name: str) -> None:
    if not name.strip() or "\0" in name:
        raise ratings.refused("has a rating without a name")
    if len(name) > MAX_NAME:
        raise ratings.refused(
            f"has a rating whose name has {len(name)} characters; {MAX_NAME} are allowed"
        )


def _rating(rating: BodyField) -> Rating:
    rating.only("value", "double_value", "rationale")
    value, double = _value(rating.member("value"))
    given = rating.member("double_value").number()
    if value is None and given is None:
        raise rating.member("value").refused("is missing")
    double = given if given is not None else double
    return {
        "value": value if value is not None else _number_as_text(given),
        "double_value": double,
        "rationale": rating.member("rationale").text(MAX_COMMENT),
    }


def _thumb(rating: BodyField) -> Rating:
    """Read the one rating whose values everybody counts; it is a word and never a number."""
    read = _rating(rating) | {"double_value": None}
    value = rating.member("value")
    if isinstance(value.value, bool):
        read["value"] = THUMB_VALUES[0] if value.value else THUMB_VALUES[1]
    if read["value"] not in THUMB_VALUES:
        raise value.refused(f"must be one of {', '.join(THUMB_VALUES)}")
    return read


def _value(field: BodyField) -> tuple[str | None, float | None]:
    """Return a value as text, and as a number where it is one."""
    if isinstance(field.value, bool):
        return ("true", 1.0) if field.value else ("false", 0.0)
    if isinstance(field.value, int | float):
        return _number_as_text(field.value), float(field.value)
    if isinstance(field.value, dict | list):
        raise field.refused("must be a text, a number, true or false")
    return field.text(MAX_COMMENT), None


def _number_as_text(number: float | None) -> str:
    """Write 4.0 as `4`, which is how it was meant where a client knows floats only."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        return str(int(number))
    return str(number)
