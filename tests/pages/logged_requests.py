"""Recorded requests as the page of request logs meets them, behind the one seam."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest

from backend.errors import NotFound, ReviewAppError
from backend.feedback.verdicts import SourceRating, Thumb, Verdict
from backend.identity import Role, Viewer
from backend.request_logs.query import LogQuery, Outcome, Said
from backend.request_logs.record import Bucket, Course, Cursor, Facet, LogDetail, LogPage, LogRow
from backend.turns.answers import Answer, Source
from backend.turns.recorded_turns import Asked, RecordedTurn
from tests.pages.deployed import ENDPOINT

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
OTHER = "agents_main-legal-contracts"
PER_PAGE = 50
HOSTILE = "<b>How</b> *many* days\u202e?\x00"
EVERYTHING = LogQuery(
    ENDPOINT,
    since=NOON,
    until=NOON + timedelta(hours=1),
    version="2",
    outcome=Outcome.FAILED,
    status=500,
    error_code="CHAIN_FAILED",
    min_ms=100,
    max_ms=2000,
    requester="rita@example.com",
    conversation="c1",
    said=Said.DOWN,
    said_by="ruth@example.com",
    with_comment=True,
    reasons=("made_up", "of_*ours*"),
    text="days *off*",
    request="r1",
    with_own=True,
)


def row(number: int, **more) -> LogRow:
    """Return a request; the higher its number, the older it is."""
    usual = {
        "request_id": f"r{number}",
        "at": NOON - timedelta(seconds=number),
        "status": 200,
        "latency_ms": 100 + number,
        "version": "2",
        "requester": "rita@example.com",
        "conversation_id": "c1",
        "client_request_id": f"own-{number}",
        "question": f"Question {number}",
    }
    return LogRow(**(usual | more))


def detail(known: LogRow, **more) -> LogDetail:
    """Return everything of a request."""
    asked = Asked(known.conversation_id, ENDPOINT, known.requester, known.at, known.question)
    source = Source("Everybody gets 30 days.", uri="https://example.com/leave", title="Leave")
    answer = Answer(
        "You get **30** days. <script>", known.request_id, trace_id="tr-1", sources=(source,)
    )
    early = Verdict(
        known.request_id, "rita@example.com", Thumb.POSITIVE, given_at=NOON + timedelta(minutes=1)
    )
    late = Verdict(
        known.request_id,
        "ruth@example.com",
        Thumb.NEGATIVE,
        frozenset({"made_up"}),
        "Nobody *gets* 30.",
        "You get 28 days.",
        (SourceRating(0, Thumb.NEGATIVE, "Outdated"),),
        {"tone": "harsh"},
        given_at=NOON + timedelta(minutes=2),
    )
    usual = {
        "row": known,
        "endpoint": ENDPOINT,
        "model": "main.hr.handbook_chain",
        "turn": RecordedTurn(asked, answer, client_request_id=known.client_request_id),
        "verdicts": (late, early),
        "history": (early, late),
        "request_body": '{"messages": [{"role": "user", "content": "it\'s <i>me</i>"}]}',
        "response_body": '{"choices": []}',
    }
    return LogDetail(**(usual | more))


def course() -> Course:
    """Return two versions over three hours."""
    buckets = [
        Bucket(NOON + timedelta(hours=hour), version, 10, 1, 90.0, 200.0, 400.0, 3, hour)
        for hour in range(3)
        for version in ("1", "2")
    ]
    return Course(3600, tuple(buckets), {"requests": 60})


@dataclass
class FakeRequestLogs:
    """Has the requests it was given, or raises; remembers what it was asked for."""

    names: list[str] = field(default_factory=lambda: [ENDPOINT, OTHER])
    rows: list[LogRow] = field(default_factory=lambda: [row(number) for number in range(120)])
    came: list[LogRow] = field(default_factory=list)
    facets: dict[str, list[Facet]] = field(
        default_factory=lambda: {
            "version": [Facet("2", 1204), Facet("1", 3)],
            "outcome": [Facet("answered", 1200), Facet("failed", 7)],
            "reasons": [Facet("made_up", 5), Facet("of_*ours*", 2)],
        }
    )
    over_time: Course = field(default_factory=course)
    changes: dict[str, object] = field(default_factory=dict)
    error: ReviewAppError | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def endpoints(self, _viewer: Viewer) -> list[str]:
        self._note("endpoints")
        return self.names

    def page(self, _viewer: Viewer, query: LogQuery, older: Cursor | None = None) -> LogPage:
        self._note("page", query, older)
        ids = [each.request_id for each in self.rows]
        begin = ids.index(older.request_id) + 1 if older else 0
        shown = self.rows[begin : begin + PER_PAGE]
        is_last = begin + PER_PAGE >= len(self.rows)
        last = None if is_last or not shown else Cursor(1, shown[-1].request_id)
        newest = Cursor(1, shown[0].request_id) if shown else None
        return LogPage(tuple(shown), last, newest)

    def newer(self, _viewer: Viewer, query: LogQuery, than: Cursor | None) -> tuple[LogRow, ...]:
        self._note("newer", query, than)
        return tuple(self.came)

    def count(self, _viewer: Viewer, query: LogQuery) -> int:
        self._note("count", query)
        return 12_034

    def facet(self, _viewer: Viewer, query: LogQuery, name: str) -> list[Facet]:
        self._note("facet", query, name)
        return self.facets.get(name, [])

    def course(self, _viewer: Viewer, query: LogQuery) -> Course:
        self._note("course", query)
        return self.over_time

    def open(self, _viewer: Viewer, endpoint: str, request_id: str) -> LogDetail:
        self._note("open", endpoint, request_id)
        known = next((each for each in self.rows if each.request_id == request_id), None)
        if known is None:
            raise NotFound("No request of this id is on record here.")
        return replace(detail(known), **self.changes)

    def times(self, name: str) -> int:
        """Return how often something was asked for."""
        return sum(each[0] == name for each in self.asked)

    def last(self, name: str) -> tuple[object, ...]:
        """Return what was asked for last."""
        return [each for each in self.asked if each[0] == name][-1]

    def _note(self, *what: object) -> None:
        self.asked.append(what)
        if self.error:
            raise self.error


def open_at(visit, **address: str) -> AppTest:
    """Bring an analyst to an address of the page."""
    visit.identity.roles = {Role.ANALYST}
    at = visit.open()
    for name, text in address.items():
        at.query_params[name] = text
    return at.switch_page("../pages/request_logs.py").run()


def unfold(at: AppTest, key: str) -> AppTest:
    """Open what is folded, as a click does."""
    at.session_state[key] = True
    return at.run()


def address_of(at: AppTest) -> dict[str, str]:
    """Return what the address says."""
    return {
        name: value if isinstance(value, str) else value[0]
        for name, value in at.query_params.items()
    }


def query_of(at: AppTest) -> LogQuery:
    """Return which requests the address names."""
    return LogQuery.from_parameters(address_of(at))


def questions(at: AppTest) -> list[str]:
    """Return what the list shows."""
    return list(at.dataframe[0].value["question"])
