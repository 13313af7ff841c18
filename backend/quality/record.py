"""What there is to know of quality: sums, groups of questions, documents, two versions compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backend.quality.agreement import Agreement
from backend.quality.shares import Difference, Share

# So much of a question is read to put it beside others and to show it.
QUESTION_CHARACTERS = 300


@dataclass(frozen=True)
class Sum:
    """What was said in one group: of a version, by a reviewer, in a span of time."""

    name: str
    up: int = 0
    down: int = 0
    unknown: int = 0

    @property
    def wrong(self) -> Share:
        """Return the share called wrong of what was called right or wrong."""
        return Share(self.down, self.up + self.down)


@dataclass(frozen=True)
class Reason:
    """How often a reason was given with a thumb."""

    key: str
    up: int = 0
    down: int = 0


@dataclass(frozen=True)
class Overview:
    """What people say, each with their last word on each answer."""

    total: Sum
    by_version: tuple[Sum, ...] = ()
    by_reviewer: tuple[Sum, ...] = ()
    # By the moment a span of time begins, written in ISO; all spans are of the same length.
    by_time: tuple[Sum, ...] = ()
    reasons: tuple[Reason, ...] = ()
    days_per_span: int = 1


@dataclass(frozen=True)
class Judged:
    """One request with its question and the thumbs on its answer, as the last words stand."""

    request_id: str
    at: datetime
    version: str
    question: str
    up: int = 0
    down: int = 0
    conversation_id: str = ""


@dataclass(frozen=True)
class Topic:
    """Questions that have words in common."""

    words: tuple[str, ...]
    said: Sum
    # Of those called wrong, the newest first, and of all the others behind them.
    request_ids: tuple[str, ...] = ()
    # What was said by version, where the versions are compared.
    by_version: Mapping[str, Sum] = field(default_factory=dict)


@dataclass(frozen=True)
class Topics:
    """Judged questions in groups, the one with most wrong answers first."""

    topics: tuple[Topic, ...]
    # How many questions were looked at, and whether there are older ones.
    questions: int
    is_cut: bool = False


@dataclass(frozen=True)
class Document:
    """A document and how often it failed: by what was said of itself, or of answers over it."""

    name: str
    wrong: Share
    # The requests behind the wrong ones, the newest first.
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Documents:
    """The documents behind most bad answers."""

    # What reviewers said of the documents themselves.
    named: tuple[Document, ...] = ()
    # Those of answers that were called wrong: weaker, for the answer may be at fault.
    behind: tuple[Document, ...] = ()
    # So many requests were looked at for each, and whether there are older ones.
    named_requests: int = 0
    behind_requests: int = 0
    is_cut: bool = False
    # How many of them have no sources on record.
    without_sources: int = 0


@dataclass(frozen=True)
class Disputes:
    """Answers on which people differ, the newest first, and how far they agree elsewhere."""

    agreement: Agreement
    disputed: tuple[Judged, ...] = ()
    # Who said what of them, by request: person, thumb, comment.
    said: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Alike:
    """A question nobody judged that is like one whose answer was called wrong."""

    question: Judged
    like: Judged
    # The cosine of their words, from 0 to 1.
    likeness: float


@dataclass(frozen=True)
class Unjudged:
    """Questions to look at next."""

    alike: tuple[Alike, ...]
    # So many unjudged questions were compared with so many called wrong.
    compared: int = 0
    wrong: int = 0


@dataclass(frozen=True)
class VersionSide:
    """One version's figures in a comparison."""

    version: str
    said: Sum
    requests: int = 0
    errors: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> Share:
        """Return the share of requests that failed."""
        return Share(self.errors, self.requests)


@dataclass(frozen=True)
class Pair:
    """The same question, or one very much like it, asked of both versions."""

    new: Judged
    old: Judged
    is_same: bool


@dataclass(frozen=True)
class Versions:
    """Two versions side by side; differences are the new one's less the old one's."""

    new: VersionSide
    old: VersionSide
    topics: tuple[Topic, ...] = ()
    better: tuple[Pair, ...] = ()
    worse: tuple[Pair, ...] = ()
    # Asked of both, without verdicts that differ.
    others: tuple[Pair, ...] = ()

    @property
    def wrong(self) -> Difference:
        """Return how much more of the new version's answers is called wrong."""
        return Difference(self.new.said.wrong, self.old.said.wrong)

    @property
    def failed(self) -> Difference:
        """Return how much more of the new version's requests failed."""
        return Difference(self.new.failed, self.old.failed)

    def within(self, topic: Topic) -> Difference | None:
        """Return the same of one topic; None where only one version's answers were judged."""
        new, old = (topic.by_version.get(each.version) for each in (self.new, self.old))
        return Difference(new.wrong, old.wrong) if new and old else None

    def reasons(self) -> list[tuple[str, Difference]]:
        """Return each reason given for wrong answers, of the answers called wrong or right."""
        keys = {*self.new.reasons, *self.old.reasons}
        found = [
            (
                key,
                Difference(
                    Share(self.new.reasons.get(key, 0), self.new.said.wrong.total),
                    Share(self.old.reasons.get(key, 0), self.old.said.wrong.total),
                ),
            )
            for key in keys
        ]
        return sorted(found, key=lambda each: (-each[1].share.hits, each[0]))


@dataclass(frozen=True)
class Exchange:
    """A question and its answer, whole enough to be read beside another."""

    question: str
    answer: str
    # What was asked before it in the conversation.
    before: tuple[str, ...] = ()
