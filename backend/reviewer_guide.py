"""What reviewers are told of a chain before they ask it: tags on its endpoint, set by admins."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

TITLE = "reviewapp.title"
INSTRUCTIONS = "reviewapp.instructions"
SUGGESTED_QUESTIONS = "reviewapp.suggested_questions"
# More than fit on a page are no suggestions any more.
SHOWN_QUESTIONS = 6


@dataclass(frozen=True)
class ReviewerGuide:
    """A name for people, instructions in Markdown, and questions to begin with."""

    title: str = ""
    instructions: str = ""
    suggested_questions: tuple[str, ...] = ()

    def tags(self) -> dict[str, str]:
        """Return the endpoint's tags that say this; what is empty has none."""
        questions = list(self.suggested_questions)
        tags = {
            TITLE: self.title,
            INSTRUCTIONS: self.instructions,
            SUGGESTED_QUESTIONS: json.dumps(questions, ensure_ascii=False) if questions else "",
        }
        return {key: value for key, value in tags.items() if value}


def guide_from(tags: Mapping[str, str]) -> ReviewerGuide:
    """Return what the tags say; whatever is not to be read counts as not said."""
    return ReviewerGuide(
        title=" ".join(tags.get(TITLE, "").split()),
        instructions=tags.get(INSTRUCTIONS, "").strip(),
        suggested_questions=_questions(tags.get(SUGGESTED_QUESTIONS, "")),
    )


def _questions(written: str) -> tuple[str, ...]:
    """Return the questions of a JSON list, each once."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list):
        return ()
    texts = (each.strip() for each in found if isinstance(each, str))
    return tuple(dict.fromkeys(text for text in texts if text))[:SHOWN_QUESTIONS]
