"""Small services as every page meets them, behind the one seam."""

from dataclasses import dataclass, field

from backend.errors import ReviewAppError
from backend.feedback.label_schemas import Question
from backend.identity import Viewer
from backend.reachability import Part
from backend.reviews.my_reviews import MyReviews


@dataclass
class FakeLabelSchemas:
    """Has the questions it was given, or raises."""

    asked: tuple[Question, ...] | ReviewAppError = ()

    def prepare(self, _viewer: Viewer, _endpoint: str) -> None:
        """Everything is known at once."""

    def questions(self, _viewer: Viewer, _endpoint: str) -> tuple[Question, ...]:
        if isinstance(self.asked, ReviewAppError):
            raise self.asked
        return self.asked


@dataclass
class FakeMyReviews:
    """Has the verdicts it was given, or raises."""

    content: MyReviews | ReviewAppError = field(default_factory=MyReviews)

    def mine(self, _viewer: Viewer) -> MyReviews:
        if isinstance(self.content, ReviewAppError):
            raise self.content
        return self.content


@dataclass
class FakeReachability:
    """Says what is away."""

    away: set[Part] = field(default_factory=set)
    times_looked: int = 0

    def missing(self) -> frozenset[Part]:
        return frozenset(self.away)

    def doubt(self) -> None:
        """Nothing is remembered here."""

    def look_again(self) -> frozenset[Part]:
        self.times_looked += 1
        return self.missing()
