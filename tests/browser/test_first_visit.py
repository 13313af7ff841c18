"""From the sign-in link to the first verdict, and what stands in the way of those without one."""

import time

from tests.browser.conftest import MODEL
from tests.browser.looking import look_at

LOG = f"{MODEL}_payload_assessment_logs"


def assessments(place, user):
    """Return what the workspace has on record of this person's verdicts."""
    (warehouse,) = place.api("GET", "/api/2.0/sql/warehouses")["warehouses"]
    statement = f"SELECT * FROM {LOG} WHERE source.id = '{user}'"
    body = {"statement": statement, "warehouse_id": warehouse["id"], "wait_timeout": "30s"}
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = place.api("POST", "/api/2.0/sql/statements", json=body)
        rows = answer.get("result", {}).get("data_array") or []
        if rows:
            return rows
        time.sleep(0.2)
    return []


def test_from_the_link_to_a_verdict_on_record(place, visit):
    """Whoever opens the link, asks and clicks a thumb has said something that stays."""
    reviewer = visit(place.invite("Reviewer"))
    reviewer.page.get_by_text("Ask it anything").wait_for()
    look_at(reviewer.page, "chat-empty")

    reviewer.ask("cite **Five** days of leave for each child.")
    reviewer.answer().get_by_text("days of leave").first.wait_for()
    reviewer.thumb("Right").click()
    reviewer.page.get_by_text("Your verdict is saved").wait_for()
    for folded in ("1 source", "Comment, or give a better answer"):
        reviewer.page.get_by_text(folded).click()
    reviewer.page.get_by_role("textbox", name="I would have answered").wait_for()
    look_at(reviewer.page, "chat-verdict")

    assert "positive" in str(assessments(place, "reviewer@example.com"))
    assert reviewer.complaints == []


def test_without_a_session_the_page_says_how_to_get_in(place, visit):
    """Nobody is left before a closed door without knowing who has the key."""
    stranger = visit(place.app)
    stranger.page.get_by_text("Open your personal sign-in link.").wait_for()
    look_at(stranger.page, "sign-in")

    assert not stranger.page.get_by_placeholder("Ask a question").count()


def test_a_used_link_says_so(place, visit):
    """A link that worked once tells its second visitor what to do."""
    link = place.invite("Bob")
    visit(link).page.get_by_text("Sign out").wait_for()
    second = visit(link)

    second.page.get_by_role("heading", name="You are not signed in").wait_for()
    look_at(second.page, "link-used")


def test_a_reviewer_without_a_chain_sees_when_there_will_be_one(place, visit):
    """No access to any chain is no error."""
    carl = visit(place.invite("Carl", may_ask=False))
    carl.page.get_by_text("There is no chain for you yet").wait_for()

    look_at(carl.page, "no-chain")
    assert not carl.page.get_by_placeholder("Ask a question").count()
