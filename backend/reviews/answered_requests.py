"""What stores have on record of the answers somebody judged; knows no store."""

from dataclasses import dataclass
from datetime import datetime

from backend.feedback.verdicts import Verdict
from backend.reviews.outcomes import JudgedAnswer, Version
from backend.turns.question_identity import QuestionIdentity

ANSWER_CHARACTERS = 400


@dataclass(frozen=True)
class AnsweredRequest:
    """One question of the reviewer's own and the beginning of its answer."""

    request_id: str
    conversation_id: str | None
    question: str
    answer: str
    asked_at: datetime
    version: Version | None
    # None where it cannot be told what was asked before.
    identity: QuestionIdentity | None
    # The questions before it in its conversation.
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class JudgedRecords:
    """All that one chain has of one reviewer, and what others said of the same questions."""

    verdicts: tuple[Verdict, ...] = ()
    requests: tuple[AnsweredRequest, ...] = ()
    judged: tuple[JudgedAnswer, ...] = ()
    # There is more than is read at once.
    is_cut: bool = False
