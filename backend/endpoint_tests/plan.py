"""What a test run or a load test is to do, within its bounds; knows no store and asks nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from backend.errors import Refused

MOST_QUESTIONS = 500
MOST_CHARACTERS = 8000
# Of one test run: more would measure how the questions stand in each other's way.
MOST_AT_ONCE = 8
MOST_CONCURRENCY = 64
MOST_SECONDS = 300
# By these the ids of such requests are told apart in the workspace's logs.
TEST_PREFIX, LOAD_PREFIX = "test-", "load-"


@dataclass(frozen=True)
class _Plan:
    """Questions, and how they are put on record."""

    questions: tuple[str, ...]

    def parameters(self) -> dict[str, Any]:
        """Return it as it is put on record."""
        return asdict(self) | {"questions": list(self.questions)}

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Return what was put on record."""
        return cls(**{**parameters, "questions": tuple(parameters["questions"])})


@dataclass(frozen=True)
class RunPlan(_Plan):
    """Each question once; without a served version the endpoint's traffic decides who answers."""

    served_name: str = ""
    at_once: int = 1
    # Where the questions come from, in words.
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse what is out of bounds."""
        _check_questions(self.questions)
        _check("Questions at once", self.at_once, MOST_AT_ONCE)


@dataclass(frozen=True)
class LoadPlan(_Plan):
    """So many ask at once for so long, the questions in turns."""

    concurrency: int
    seconds: int
    served_name: str = ""

    def __post_init__(self) -> None:
        """Refuse what is out of bounds."""
        _check_questions(self.questions)
        _check("Questions at once", self.concurrency, MOST_CONCURRENCY)
        _check("Seconds", self.seconds, MOST_SECONDS)


@dataclass(frozen=True)
class Dataset:
    """An evaluation dataset; without an id it is found by its name, as on Databricks."""

    name: str
    id: str = ""


def distinct(questions: Iterable[str]) -> list[str]:
    """Return each question once, in their order, without empty ones."""
    return list(dict.fromkeys(said for each in questions if (said := each.strip())))


def _check_questions(questions: tuple[str, ...]) -> None:
    if not questions:
        raise Refused("There is no question to ask.")
    if len(questions) > MOST_QUESTIONS:
        raise Refused(
            f"These are {len(questions):,} questions; one run takes at most {MOST_QUESTIONS}."
        )
    if any(len(each) > MOST_CHARACTERS for each in questions):
        raise Refused(f"A question may have at most {MOST_CHARACTERS:,} characters here.")


def _check(what: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise Refused(f"{what} must be from 1 to {most}.")
