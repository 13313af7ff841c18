"""What reviewers are told of a chain, and asked about its answers: tags on its endpoint.

Admins set them. Whatever they got wrong counts as not said: a slip of the pen breaks no page. A
long text is in several tags, see `tag_texts`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.serving import tag_texts

TITLE = "reviewapp.title"
INSTRUCTIONS = "reviewapp.instructions"
SUGGESTED_QUESTIONS = "reviewapp.suggested_questions"
REASONS_UP = "reviewapp.reasons_up"
REASONS_DOWN = "reviewapp.reasons_down"
QUESTIONS = "reviewapp.questions"
KEYS = (TITLE, INSTRUCTIONS, SUGGESTED_QUESTIONS, REASONS_UP, REASONS_DOWN, QUESTIONS)
# More than fit on a page are no suggestions any more.
SHOWN_QUESTIONS = 6
SHOWN_REASONS = 12
# Part of a rating's name, of which no store keeps more than 250 characters.
REASON_KEY_CHARACTERS = 100


@dataclass(frozen=True)
class ReviewerGuide:
    """A name for people, instructions in Markdown, and questions to begin with."""

    title: str = ""
    instructions: str = ""
    suggested_questions: tuple[str, ...] = ()
    # What may be good or wrong with an answer, by the key it is on record under; empty: the usual.
    reasons_up: Mapping[str, str] = field(default_factory=dict)
    reasons_down: Mapping[str, str] = field(default_factory=dict)
    # The label schemas that are asked, by name and in this order; None: all that ask for feedback.
    questions: tuple[str, ...] | None = None

    def tags(self) -> dict[str, str]:
        """Return the endpoint's tags that say this; what is empty has none."""
        questions = list(self.suggested_questions)
        texts = {
            TITLE: self.title,
            INSTRUCTIONS: self.instructions,
            SUGGESTED_QUESTIONS: _written(questions) if questions else "",
            REASONS_UP: _written_reasons(self.reasons_up),
            REASONS_DOWN: _written_reasons(self.reasons_down),
            QUESTIONS: "" if self.questions is None else _written(list(self.questions)),
        }
        tags: dict[str, str] = {}
        for key, text in texts.items():
            tags |= tag_texts.in_pieces(key, text)
        return tags


def guide_from(tags: Mapping[str, str]) -> ReviewerGuide:
    """Return what the tags say; whatever is not to be read counts as not said."""
    said = {key: tag_texts.whole(tags, key) for key in KEYS}
    return ReviewerGuide(
        title=" ".join(said[TITLE].split()),
        instructions=said[INSTRUCTIONS].strip(),
        suggested_questions=_texts(said[SUGGESTED_QUESTIONS])[:SHOWN_QUESTIONS],
        reasons_up=_reasons(said[REASONS_UP]),
        reasons_down=_reasons(said[REASONS_DOWN]),
        questions=_texts(said[QUESTIONS]) if _is_list(said[QUESTIONS]) else None,
    )


def _texts(written: str) -> tuple[str, ...]:
    """Return the texts of a JSON list, each once."""
    found = _read(written)
    listed = found if isinstance(found, list) else []
    texts = (each.strip() for each in listed if isinstance(each, str))
    return tuple(dict.fromkeys(text for text in texts if text))


def _reasons(written: str) -> dict[str, str]:
    """Return key and text of each reason in a JSON list of texts and objects, or in one object."""
    found: dict[str, str] = {}
    for key, text in _pairs(_read(written)):
        if isinstance(text, str) and text.strip() and key:
            found.setdefault(key[:REASON_KEY_CHARACTERS], " ".join(text.split()))
    return dict(list(found.items())[:SHOWN_REASONS])


def _pairs(found: Any) -> Iterator[tuple[str, Any]]:
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield from ((key.strip(), text) for key, text in each.items())
        elif isinstance(each, str):
            yield reason_key(each), each


def reason_key(text: str) -> str:
    """Return what a reason without a key of its own is on record under."""
    return re.sub(r"\W+", "_", text.casefold()).strip("_") or text.strip()


def _read(written: str) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None


def _is_list(written: str) -> bool:
    return isinstance(_read(written), list)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _written_reasons(reasons: Mapping[str, str]) -> str:
    return _written([{key: text} for key, text in reasons.items()]) if reasons else ""
