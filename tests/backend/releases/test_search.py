"""Finding releases on a real MLflow store, with the visitor's rights asked of the workspace."""

from datetime import timedelta

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound
from backend.releases.answers import Answered, Answers, Period, periods
from backend.releases.ledger import Releases
from backend.releases.query import ReleaseQuery
from backend.releases.record import Kind, Outcome
from backend.releases.search import ReleaseSearch
from tests.backend.judged import ADMIN, ANALYST, ANN
from tests.backend.released import MINUTE, NOON, asked, described, share
from tests.backend.releases.test_ledger import went_live

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def releases(experiment) -> Releases:
    return Releases()


@pytest.fixture
def chain(request, workspace) -> str:
    """An endpoint of the test's own, which the visitor may see."""
    name = request.node.name[:60]
    workspace.answers[f"GET /api/2.0/serving-endpoints/{name}"] = (200, {"name": name})
    return name


@pytest.fixture
def search(workspace, releases) -> ReleaseSearch:
    return ReleaseSearch(open_workspace(workspace.address, "token"), releases)


def reasons(page) -> list[str]:
    return [release.reason for release in page.releases]


def put(releases, endpoint, reason, minute=0, **more):
    usual = {"outcome": Outcome.LIVE, "decided_at": NOON + minute * MINUTE}
    release = asked(endpoint, share(minute), at=NOON + minute * MINUTE, **(usual | more))
    return releases.begin(
        type(release)(**{**vars(release), "reason": reason, "by": f"person{minute}@example.com"})
    )


def test_text_in_a_reason_is_found_whatever_it_is(search, releases, chain):
    """Quotes, wildcards and letters of any alphabet are looked for as they are."""
    for minute, reason in enumerate(["It's 50 % cheaper", "It is 500 cheaper", "Größere Preise"]):
        put(releases, chain, reason, minute)

    def found(text):
        return reasons(search.search(ADMIN, ReleaseQuery(chain, text=text)))

    assert found("it's 50 %") == ["It's 50 % cheaper"]
    assert found("50") == ["It is 500 cheaper", "It's 50 % cheaper"]
    assert found("größere preise") == ["Größere Preise"]
    assert found("' OR 'a' = 'a") == []


def test_everything_that_is_named_must_be_true(search, releases, chain):
    """Person, kind, outcome, version and time narrow down what is found."""
    put(releases, chain, "one", 1)
    put(releases, chain, "two", 2, kind=Kind.ROLL_BACK)
    put(releases, chain, "three", 3, outcome=Outcome.FAILED)

    def found(**named):
        return reasons(search.search(ADMIN, ReleaseQuery(chain, **named)))

    assert found() == ["three", "two", "one"]
    assert found(by="PERSON2") == ["two"]
    assert found(kind=Kind.DEPLOY, outcome=Outcome.LIVE) == ["one"]
    assert found(version="3") == ["three"]
    assert found(since=NOON + 2 * MINUTE, until=NOON + 3 * MINUTE) == ["two"]
    assert found(by="person2", version="1") == []


def test_page_is_not_empty_while_there_is_something_to_find(releases, chain):
    """What MLflow takes for a hit and is none does not fill a page."""
    put(releases, chain, "it's", 0)
    for minute in range(1, 9):
        put(releases, chain, "it is", minute)

    page = releases.search(ReleaseQuery(chain, text="it's"), 2)

    assert reasons(page) == ["it's"]
    assert page.next_token is None


def test_reviewer_may_not_search_and_analyst_not_everywhere(search, chain):
    """The ledger is read with the app's rights, so this asks for theirs."""
    with pytest.raises(NotAllowed):
        search.search(ANN, ReleaseQuery(chain))
    with pytest.raises(NotAllowed):
        search.search(ANALYST, ReleaseQuery())
    with pytest.raises(NotFound):
        search.search(ANALYST, ReleaseQuery("not-theirs"))

    assert search.search(ANALYST, ReleaseQuery(chain)).releases == ()


def test_what_an_endpoint_was_is_known_to_admins_when_it_is_gone(search, releases):
    """A deleted endpoint keeps its history."""
    put(releases, "deleted-long-ago", "was good")

    assert reasons(search.search(ADMIN, ReleaseQuery("deleted-long-ago"))) == ["was good"]


def test_link_to_a_release_leads_to_it_and_to_nothing_else(search, releases, chain, experiment):
    """Another run of MLflow is no release, whatever its tags say."""
    import mlflow  # noqa: PLC0415 - the fixture has led it to the store

    kept = put(releases, chain, "linked")
    stranger = mlflow.MlflowClient().create_run(experiment, tags=kept.tags()).info.run_id

    assert search.read(ADMIN, kept.id) == kept
    with pytest.raises(NotFound):
        search.read(ADMIN, stranger)
    with pytest.raises(NotAllowed):
        search.read(ANN, kept.id)


def test_request_leads_to_the_release_that_made_its_version_answer(search, releases, chain):
    """By the version's number or its name on the endpoint, and by when it was asked."""
    first = went_live(releases, chain, share(1), at=NOON)
    second = went_live(releases, chain, share(2), share(1, 0), at=NOON + 10 * MINUTE)

    def of(served, minute):
        return search.release_of(ADMIN, chain, served, NOON + minute * MINUTE)

    assert of("1", 5) == first
    assert of("chain_2", 15) == second
    # It is kept, and was asked by its name.
    assert of("1", 15) == second
    assert of("1", -5) is None
    assert of("9", 15) is None


def test_what_leaves_the_answers_as_they_are_divides_no_period(search, releases, chain):
    """Preparing a version ends no release; a question put to it by its name is its own."""
    first = went_live(releases, chain, share(1), at=NOON)
    prepared = went_live(
        releases, chain, share(1), share(2, 0), at=NOON + 5 * MINUTE, kind=Kind.PREPARE
    )
    last = went_live(releases, chain, share(2), share(1, 0), at=NOON + 9 * MINUTE)

    assert search.release_of(ADMIN, chain, "1", NOON + 7 * MINUTE) == first
    assert search.release_of(ADMIN, chain, "2", NOON + 7 * MINUTE) == prepared
    assert releases.answering(chain, NOON) == (first, last)


def test_request_answered_before_its_release_was_noticed_leads_to_it(search, releases, chain):
    """A change is noted a little after it has happened."""
    went_live(releases, chain, share(1), at=NOON)
    asked_for = asked(chain, share(2), at=NOON + 9 * MINUTE, outcome=Outcome.LIVE)
    late = releases.begin(type(asked_for)(**{**vars(asked_for), "decided_at": NOON + 20 * MINUTE}))

    assert search.release_of(ADMIN, chain, "2", NOON + 12 * MINUTE) == late


def test_release_ends_where_the_next_one_begins():
    """Each request belongs to one release: what went on answering is not counted twice."""
    first = asked("chain", share(1), at=NOON, decided_at=NOON + MINUTE)
    second = asked(
        "chain",
        share(1, 90),
        share(2, 10),
        before=(share(1),),
        at=NOON + 5 * MINUTE,
        decided_at=NOON + 6 * MINUTE,
    )

    (only,) = periods(first, second)
    kept, new = periods(second, None)

    assert (only.since, only.until) == (NOON, NOON + 6 * MINUTE)
    assert (kept.since, kept.until) == (NOON + 6 * MINUTE, None)
    # It may have answered before that was noticed.
    assert new.since == NOON + 5 * MINUTE


def test_link_to_the_requests_names_endpoint_time_and_version():
    """A page of request logs can show just these."""
    one = Answered(Period(share(1), NOON), 3, 0, NOON, NOON + MINUTE, "a", "b")
    two = Answered(Period(share(2), NOON), 1, 0, NOON - MINUTE, NOON - MINUTE, "c", "c")

    of_one = Answers("chain", (one,)).link_parameters()
    of_both = Answers("chain", (one, two)).link_parameters()

    assert of_one == {
        "endpoint": "chain",
        "from": NOON.isoformat(),
        # The last one included.
        "to": (NOON + MINUTE + timedelta(milliseconds=1)).isoformat(),
        "version": "1",
    }
    assert of_both["from"] == (NOON - timedelta(minutes=1)).isoformat()
    assert "version" not in of_both


def test_endpoint_without_a_log_says_so(search, releases, chain):
    """That is no count of none."""
    assert search.answers(ADMIN, went_live(releases, chain, share(1))) is None


def test_first_release_of_a_model_by_somebody_else_is_seen_at_once(releases, chain):
    """Another process made its experiment a moment ago; nothing is observed a second time."""
    from backend.releases import runs as release_runs  # noqa: PLC0415 - it imports MLflow
    from backend.releases.experiments import ReleaseExperiments  # noqa: PLC0415 - it imports MLflow

    releases.page(chain)
    mine, release_runs._experiments = release_runs._experiments, ReleaseExperiments()
    new = type(share(1))("new_1", f"main.rag.{chain}", "1", 100)
    went_live(releases, chain, new)
    release_runs._experiments = mine

    assert releases.observe(described(chain, new)) is None


def test_experiments_are_not_asked_for_with_every_look(releases, chain, monkeypatch):
    """There is one for each model, and a page looks at the ledger many times."""
    from mlflow import MlflowClient  # noqa: PLC0415 - seconds to import, and the fixture has led it

    asked_for = []
    really = MlflowClient.search_experiments

    def counted(self, **named):
        asked_for.append(named)
        return really(self, **named)

    monkeypatch.setattr(MlflowClient, "search_experiments", counted)
    served = described(chain, share(1), at=NOON)
    went_live(releases, chain, share(1), at=NOON)
    for _ in range(3):
        releases.catch_up(served)
        releases.version_before(chain)
        releases.page(chain)

    assert len(asked_for) <= 1
