"""Putting on record what a person says of an answer, at the click; draws nothing.

Whatever is said stays on the page when it could not be saved, with the reason beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from backend.errors import ReviewAppError
from backend.feedback.feedback import Feedback
from backend.feedback.label_schemas import LabelSchemas, Question
from backend.feedback.verdicts import Choice, CustomAnswer, Preference, SourceRating, Thumb, Verdict
from backend.identity import Viewer
from backend.serving.reviewer_guide import ReviewerGuide
from backend.turns.answers import Source
from components.chat.chat_state import Entry, Judgement

T = TypeVar("T")

# What became of an answer that was compared, of which the other one is not said.
CHOICE_WORDS = {
    Choice.PREFERRED: "Better than another answer",
    Choice.REJECTED: "Not as good as another answer",
    Choice.TIE: "As good as another answer",
    Choice.BOTH_GOOD: "Good, and so is another answer",
    Choice.NEITHER: "Not good, and neither is another answer",
}
THUMB_WORDS = {
    Thumb.POSITIVE: ":material/thumb_up: Right",
    Thumb.NEGATIVE: ":material/thumb_down: Wrong",
    Thumb.UNKNOWN: ":material/question_mark: Don't know",
}
# What can be said of a source: its thumb, and what the thumb alone would not tell.
SOURCE_WORDS = {
    "Helpful": (Thumb.POSITIVE, ""),
    "Not helpful": (Thumb.NEGATIVE, ""),
    "Outdated": (Thumb.NEGATIVE, "Outdated"),
    "Wrong": (Thumb.NEGATIVE, "Wrong"),
}


@dataclass(frozen=True)
class Judge:
    """One person judging answers of one chain."""

    feedback: Feedback
    viewer: Viewer
    endpoint: str
    # What the endpoint's admins want to know; without schemas nothing is asked besides.
    guide: ReviewerGuide = field(default_factory=ReviewerGuide)
    label_schemas: LabelSchemas | None = None

    def save(self, entry: Entry, **changes: Any) -> None:
        """Put the verdict with these changes on record, or keep it with the reason why not."""
        self._put(entry, replace(self.verdict(entry), **changes))

    def take_back(self, entry: Entry) -> None:
        """Say nothing any more of this answer."""
        self._put(entry, self._nothing(entry))

    def _put(self, entry: Entry, verdict: Verdict) -> None:
        before = entry.judgement
        entry.judgement = judgement = Judgement(verdict)
        try:
            # The other one first: what is on record of this one then holds for both.
            for each in (*_of_the_other(entry, before, verdict), verdict):
                self.feedback.submit(self.viewer, self.endpoint, each)
        except ReviewAppError as problem:
            judgement.problem = problem
        else:
            judgement.is_saved = True

    def verdict(self, entry: Entry) -> Verdict:
        """Return what this person has said so far."""
        if entry.judgement:
            return entry.judgement.verdict
        return self._nothing(entry)

    def _nothing(self, entry: Entry) -> Verdict:
        request_id = entry.answer.request_id if entry.answer else None
        return Verdict(request_id or "", self.viewer.user_name)

    def prepare(self) -> None:
        """Begin to find out what is asked besides, long before anybody judges."""
        if self.label_schemas is not None:
            self.label_schemas.prepare(self.viewer, self.endpoint)

    def questions(self) -> tuple[Question, ...]:
        """Return what is asked besides; raise a `ReviewAppError` if nobody can say now."""
        if self.label_schemas is None:
            return ()
        return self.label_schemas.questions(self.viewer, self.endpoint)

    def answer_to(self, entry: Entry, question: Question) -> CustomAnswer | None:
        """Return what was answered so far."""
        return _answers(self.verdict(entry), question).get(question.name)

    def answer(self, entry: Entry, question: Question, said: CustomAnswer | None) -> None:
        """Answer a question of the admins' own; nothing, an empty text or list, takes it back."""
        verdict, name = self.verdict(entry), question.name
        place = "expectations" if question.is_expectation else "custom_answers"
        others = _without(name, _answers(verdict, question))
        if said is None or said in ("", ()):
            comments = _without(name, verdict.custom_comments)
            self.save(entry, **{place: others}, custom_comments=comments)
        else:
            self.save(entry, **{place: others | {name: said}})

    def comment_on(self, entry: Entry, question: Question, comment: str) -> None:
        """Say something beside the answer to a question."""
        others = _without(question.name, self.verdict(entry).custom_comments)
        said = {question.name: comment} if comment else {}
        self.save(entry, custom_comments=others | said)

    def rate_source(self, entry: Entry, source: Source, word: str | None) -> None:
        """Say how good one of the sources is; None takes it back."""
        others = tuple(
            each
            for each in self.verdict(entry).source_ratings
            if (each.step_id, each.position) != (source.step_id, source.position)
        )
        thumb, comment = SOURCE_WORDS[word] if word else (None, "")
        rating = SourceRating(source.position, thumb, comment, source.step_id)
        self.save(entry, source_ratings=(*others, rating))

    def word_for(self, entry: Entry, source: Source) -> str | None:
        """Return what was said of this source."""
        for each in self.verdict(entry).source_ratings:
            if (each.step_id, each.position) == (source.step_id, source.position):
                said = (each.thumb, each.comment)
                return next((word for word, means in SOURCE_WORDS.items() if means == said), None)
        return None


def _answers(verdict: Verdict, question: Question) -> Mapping[str, CustomAnswer]:
    return verdict.expectations if question.is_expectation else verdict.custom_answers


def _without(name: str, answers: Mapping[str, T]) -> dict[str, T]:
    return {each: answer for each, answer in answers.items() if each != name}


def _of_the_other(entry: Entry, before: Judgement | None, verdict: Verdict) -> Iterator[Verdict]:
    """Yield what a choice between two answers says of the one that is not for the record."""
    pair = entry.answer.pair if entry.answer else None
    was = before.verdict.preference if before else None
    is_on_record = before is None or before.is_saved
    chosen = verdict.preference
    if pair is None or (chosen == was and is_on_record):
        return
    preference = Preference(pair.id, chosen.choice.of_the_other) if chosen else None
    yield Verdict(pair.other.request_id or "", verdict.reviewer, preference=preference)


def is_said(verdict: Verdict) -> bool:
    """Tell whether the verdict says anything at all."""
    return bool(
        verdict.thumb
        or verdict.reasons
        or verdict.comment
        or verdict.corrected_answer
        or verdict.preference
        or verdict.custom_answers
        or verdict.expectations
        or any(each.thumb for each in verdict.source_ratings)
    )
