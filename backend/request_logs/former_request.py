"""A request as it is on record, to be asked again, compared or kept; knows no layout of tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.feedback.verdicts import Verdict


@dataclass(frozen=True)
class FormerRequest:
    """One request as the log has it; `body` is the whole of it, in the words of the interface."""

    request_id: str
    question: str = ""
    answer: str = ""
    # The questions before it in its conversation.
    before: tuple[str, ...] = ()
    model: str = ""
    version: str = ""
    asked_at: datetime | None = None
    asked_by: str = ""
    body: Mapping[str, Any] | None = None
    # Somebody's last word each, as far as whoever looks may know it.
    verdicts: tuple[Verdict, ...] = field(default=())
