"""An erasure goes on where one place fails, can be stopped, and leaves a protocol or nothing."""

from types import SimpleNamespace

import pytest

from backend.erasure import erasable_tables
from backend.erasure import erasures as erasure
from backend.erasure.erasable_traces import FoundTraces
from backend.erasure.erasures import Erasures, Plan, Progress
from backend.erasure.protocol import Kind, Outcome
from backend.errors import Failed, NotAllowed, Refused, Unavailable
from backend.identity import Role, Viewer

ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
BOB = "bob@example.com"


class FakeTable:
    """A table with some rows of the person."""

    def __init__(self, text, rows, events, fails_at=""):
        self.text, self.rows, self.events, self.fails_at = text, rows, events, fails_at

    def count(self, _workspace, _person):
        self._do("count")
        return self.rows

    def delete(self, _workspace, _person):
        self._do("delete")
        self.rows = 0

    def clean(self, _workspace):
        self._do("clean")
        return ""

    def _do(self, what):
        self.events.append((what, self.text))
        if what == self.fails_at:
            raise Failed("The disk is full.")


class FakeTraces:
    """One experiment with a trace of the person, and a verdict on another's."""

    def __init__(self, events):
        self.events = events
        self.found = FoundTraces(["tr-1"], [("tr-2", "a-1")])

    def experiments(self):
        return [SimpleNamespace(id="7", name="chain")]

    def find(self, _experiment, _person):
        return self.found

    def delete(self, experiment, _found):
        self.events.append(("delete", experiment))
        self.found = FoundTraces()


class FakeLedger:
    """Keeps protocols, or cannot."""

    def __init__(self):
        self.error = None
        self.closed = []

    def open_(self, begun):
        if self.error:
            raise self.error
        return begun

    def close(self, protocol):
        self.closed.append(protocol)


@pytest.fixture
def events():
    return []


@pytest.fixture
def tables(events):
    return [FakeTable("verdicts", 2, events), FakeTable("requests", 3, events)]


@pytest.fixture
def ledger(monkeypatch, events, tables):
    """Everything an erasure works on, in memory."""
    kept = FakeLedger()
    traces = FakeTraces(events)
    monkeypatch.setattr(erasure, "_ledger", lambda: kept)
    monkeypatch.setattr(erasure, "_traces", lambda: traces)
    monkeypatch.setattr(erasure, "_replays", lambda: FakeTable("replays", 1, events))
    monkeypatch.setattr(erasure, "_datasets", lambda: [FakeTable("datasets", 4, events)])
    sets = [SimpleNamespace(tables=tables)]
    monkeypatch.setattr(erasable_tables, "table_sets", lambda _workspace: sets)
    return kept


def service(groups=("admins",)):
    named = [SimpleNamespace(display=group) for group in groups]
    me = SimpleNamespace(user_name="admin@example.com", id="1", display_name="Admin", groups=named)
    return Erasures(SimpleNamespace(current_user=SimpleNamespace(me=lambda: me)))


def test_plan_counts_and_changes_nothing(ledger, events):
    """Place by place, in the order in which they would be erased."""
    *progress, plan = service().plan(ADMIN, f" {BOB} ")

    assert isinstance(plan, Plan)
    assert plan.person == BOB
    assert [(part.kind, part.found) for part in plan.found] == [
        (Kind.ROWS, 2),
        (Kind.ROWS, 3),
        (Kind.ROWS, 1),
        (Kind.ROWS, 4),
        (Kind.TRACES, 1),
        (Kind.VERDICTS, 1),
    ]
    assert [each.done for each in progress] == [0, 1, 2, 3, 4]
    assert {what for what, _ in events} == {"count"}


def test_everything_is_deleted_cleaned_and_counted_again(ledger, events):
    """First all that is deleted, then what is left of it; the protocol is kept."""
    *progress, protocol = service().erase(ADMIN, BOB, "Case  1")

    assert protocol.outcome is Outcome.COMPLETE
    assert ledger.closed == [protocol]
    assert (protocol.reference, protocol.erased_by) == ("Case 1", "admin@example.com")
    assert [each for each in events if each[0] != "count"] == [
        ("delete", "verdicts"),
        ("delete", "requests"),
        ("delete", "replays"),
        ("delete", "datasets"),
        ("delete", "7"),
        ("clean", "verdicts"),
        ("clean", "requests"),
        ("clean", "replays"),
        ("clean", "datasets"),
    ]
    assert all(isinstance(each, Progress) and each.total == 15 for each in progress)


@pytest.mark.parametrize("step", ["count", "delete", "clean"])
def test_place_that_fails_is_named_and_the_others_are_erased(ledger, tables, step):
    """The reason stands in the protocol, with its code."""
    tables[0].fails_at = step

    *_, protocol = service().erase(ADMIN, BOB, "Case 1")

    failed, fine, *_ = protocol.parts
    assert protocol.outcome is Outcome.INCOMPLETE
    assert failed.problem == "The disk is full. (WORKSPACE_FAILED)"
    assert fine.is_clean
    assert tables[1].rows == 0


def test_what_is_there_again_is_not_complete(ledger, tables, monkeypatch):
    """Somebody who goes on asking is not gone."""
    monkeypatch.setattr(tables[1], "delete", lambda *_: None)

    *_, protocol = service().erase(ADMIN, BOB, "Case 1")

    assert protocol.outcome is Outcome.INCOMPLETE
    assert [part.left for part in protocol.parts] == [0, 3, 0, 0, 0, 0]


def test_erasure_that_is_stopped_keeps_a_protocol_and_goes_no_further(ledger, tables):
    """Between two steps; the next erasure finds the rest."""
    steps = service().erase(ADMIN, BOB, "Case 1")
    next(steps)
    next(steps)

    steps.close()

    (protocol,) = ledger.closed
    assert protocol.outcome is Outcome.STOPPED
    assert [table.rows for table in tables] == [0, 3]


def test_without_a_protocol_nothing_is_erased(ledger, events):
    """MLflow is away: it is said, and every row stays."""
    ledger.error = Unavailable()

    with pytest.raises(Unavailable):
        list(service().erase(ADMIN, BOB, "Case 1"))

    assert events == []


@pytest.mark.parametrize("groups", [("analysts",), ("reviewers",), ()])
def test_who_is_no_admin_any_more_erases_nothing(ledger, events, groups):
    """What the workspace says at this moment counts, not what the page remembers."""
    with pytest.raises(NotAllowed):
        list(service(groups).erase(ADMIN, BOB, "Case 1"))

    assert events == []


@pytest.mark.parametrize("ask", ["people", "former"])
def test_nobody_but_admins_sees_anything(ledger, ask):
    """Lists of people, and that somebody was erased, are for admins."""
    analyst = Viewer("a@example.com", "A", frozenset({Role.ANALYST}))

    with pytest.raises(NotAllowed):
        getattr(service(), ask)(analyst)
    with pytest.raises(NotAllowed):
        service().protocol(analyst, "run1")
    with pytest.raises(NotAllowed):
        next(service().plan(analyst, BOB))


@pytest.mark.parametrize(
    ("person", "reference"), [("", "Case 1"), ("a\nb", "Case 1"), (BOB, " "), (BOB, "x" * 201)]
)
def test_nobody_in_particular_is_not_erased(ledger, events, person, reference):
    """A name and a reference are needed, and the refusal says which."""
    with pytest.raises(Refused):
        list(service().erase(ADMIN, person, reference))

    assert events == []
