"""The page of quality: every number with how sure it is, and the rows behind it a click away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import NotOffered, Unreachable
from backend.identity import Role
from backend.quality import report_markdown
from backend.quality.agreement import agreement
from backend.quality.record import Disputes, Documents, Overview, Reason, Sum, Topics, Unjudged
from backend.request_logs.query import LogQuery
from components.quality import words
from tests.pages.conftest import SHELL
from tests.pages.deployed import ENDPOINT
from tests.pages.rated import HOSTILE, NOON


@pytest.fixture
def quality(visit):
    """An analyst, and what reviewers have said."""
    visit.identity.roles = {Role.ANALYST}
    return visit.quality


def open_at(visit, **address):
    """Open the page under an address."""
    at = AppTest.from_file(str(SHELL), default_timeout=20)
    for name, value in ({"endpoint": ENDPOINT} | address).items():
        at.query_params[name] = value
    return at.run().switch_page("../pages/quality.py").run()


def links(at):
    """Return label and address of every link on the page itself."""
    found = at.main.get("page_link")
    return {each.proto.label: each.proto.query_string for each in found}


def test_shares_are_told_with_interval_and_number_and_lead_to_their_rows(visit, quality, shown):
    """No bare percentage, and a few verdicts are called too few."""
    at = open_at(visit)

    text = shown(at)
    assert "33 % called wrong (21 to 48 %), 45 verdicts" in text
    assert "20 % called wrong (9 to 39 %), 25 verdicts" in text
    assert "0 % called wrong (0 to 79 %), 1 verdict, too few to tell" in text
    assert "2 times somebody said they do not know" in text
    addresses = {each.proto.query_string for each in at.main.get("page_link")}
    assert f"endpoint={ENDPOINT}&said=down" in addresses
    assert f"endpoint={ENDPOINT}&version=1&said=up" in addresses
    assert f"endpoint={ENDPOINT}&said=down&reviewer=rita%40example.com" in addresses
    assert "reasons=outdated" in links(at)["9 wrong"]
    assert not at.exception


def test_day_leads_to_the_requests_of_that_day(visit, quality):
    """From its beginning to its end, and not beyond the time that is looked at."""
    since = NOON.replace(hour=6).isoformat()
    midnight = NOON.replace(hour=0)
    days = (Sum(midnight.isoformat(), 1, 3), Sum((midnight + timedelta(days=1)).isoformat(), 2, 4))
    quality.found = Overview(Sum("", 3, 7), by_time=days)
    at = open_at(visit, **{"from": since})

    address = links(at)["3 wrong"]
    assert "from=2026-03-03T06" in address
    assert "to=2026-03-04T00" in address


def test_a_single_day_is_no_course(visit, quality, shown):
    """Its figures are the whole, which stands above already."""
    quality.found = Overview(Sum("", 1, 3), by_time=(Sum(NOON.isoformat(), 1, 3),))

    at = open_at(visit)

    assert "By day" not in shown(at)
    assert not at.get("vega_lite_chart")


def test_version_is_looked_at_alone_in_every_view(visit, quality, shown):
    """What people dislike about it is two clicks away; so is the way back."""
    at = open_at(visit)
    (choose,) = [each for each in at.button if "Version 1" in each.label]

    choose.click().run()
    assert quality.queries[-1][1].version == "1"
    assert "Only version 1" in shown(at)
    next(each for each in at.segmented_control if each.key == "quality_view").set_value(
        "topics"
    ).run()
    name, query = quality.queries[-1]
    assert (name, query.version) == ("topics", "1")

    at.button(key="quality_all_versions").click().run()
    assert quality.queries[-1][1].version == ""


def test_share_is_drawn_beside_its_words(visit, quality):
    """Nobody need read it: the bar is for eyes that compare."""
    plots = [each.value for each in open_at(visit).get("html") if "share-plot" in each.value]

    # Version 2: 20 %, between 9 and 39 %.
    (drawn,) = [each for each in plots if '<i style="left: 9%; width: 30%"></i>' in each]
    assert '<b style="left: 20%"></b>' in drawn
    assert 'aria-hidden="true"' in drawn


def test_nothing_judged_yet_says_how_it_comes_about(visit, quality, shown):
    """Each view has a sentence of its own for that."""
    quality.found, quality.grouped = Overview(Sum("")), Topics((), 3)
    quality.rested_on, quality.differing = Documents(), Disputes(agreement([]))
    quality.next_ones, quality.asked = Unjudged(()), ["2"]
    sentences = {
        "said": "Nobody has judged an answer in this time",
        "topics": "there are 3",
        "documents": "No document is behind a bad answer",
        "differ": "No answer was judged by two people",
        "unjudged": "No answer was called wrong in this time",
        "versions": "Only one version was asked in this time",
    }

    for view, sentence in sentences.items():
        at = open_at(visit, view=view)
        assert sentence in shown(at), view
        assert not at.exception


def test_view_asks_only_for_its_own_numbers_and_once(visit, quality):
    """Clicking within it asks nobody again; looking again does."""
    at = open_at(visit, view="topics", span="30d", version="2")

    assert [name for name, _ in quality.queries] == ["topics"]
    (_, query) = quality.queries[0]
    assert (query.endpoint, query.span, query.version) == (ENDPOINT, "30d", "2")
    at.button(key="quality_open_topic_0").click().run()
    assert [name for name, _ in quality.queries] == ["topics", "questions"]
    at.button(key="quality_again").click().run()
    assert [name for name, _ in quality.queries].count("topics") == 2


def test_topic_shows_its_questions_where_they_can_be_opened(visit, quality, shown):
    """Which topic is open is in the address; what is gone is said."""
    at = open_at(visit, view="topics", group="leave days")

    text = shown(at)
    assert HOSTILE in text
    assert "Some of these questions are no longer on record" in text
    addresses = [each.proto.query_string for each in at.main.get("page_link")]
    assert any("open=r1" in each for each in addresses)
    assert any("conversation=c1" in each for each in addresses)
    at.button(key="quality_open_topic_0").click().run()
    assert HOSTILE not in shown(at)
    assert "group" not in at.query_params
    assert any("requests=" in each for each in addresses)


def test_documents_named_and_documents_behind_are_told_apart(visit, quality, shown):
    """Evidence against the document itself is not that against an answer over it."""
    at = open_at(visit, view="documents")

    text = shown(at)
    assert "x.example/*leave*" in text
    assert "89 % called wrong (57 to 98 %), 9 verdicts" in text
    assert "Weaker evidence" in text
    assert "1 answer had no sources on record" in text
    at.button(key="quality_open_named_0").click().run()
    assert HOSTILE in shown(at)


def test_disputed_answer_says_who_said_what(visit, quality, shown):
    """And how far they agree elsewhere, with the interval."""
    text = shown(open_at(visit, view="differ"))

    assert "They agree well" in text
    assert "31 answers judged by two or more people" in text
    assert "Too *old*." in text
    assert "Right" in text


def test_unjudged_question_can_be_picked_for_review(visit, quality, shown):
    """What it is like is said in words; picking offers what can be done."""
    at = open_at(visit, view="unjudged")

    assert "About the same as" in shown(at)
    assert not [each for each in at.button if each.key == "picked_queue"]
    at.checkbox(key="quality_picked_r4").check().run()
    assert [each for each in at.button if each.key == "picked_queue"]


def test_two_versions_are_compared_with_examples(visit, quality, shown):
    """The address names both, differences have their interval, and answers stand side by side."""
    at = open_at(visit, view="versions", version="2", other="1")

    text = shown(at)
    assert ("versions 2 1") in [name for name, _ in quality.queries]
    assert "Called wrong: 40 points less (28 to 51)" in text.replace("**", "")
    assert "Failed: 16 points less" in text.replace("**", "")
    assert "Answer r1 *x*" in text
    assert "Something else was asked before" in text
    assert "outcome=failed" in links(at)["30 failed"]
    assert "parking: 80 points less" in text.replace("**", "")
    at.button(key="quality_open_topic_both_0").click().run()
    assert any("open=r5" in each.proto.query_string for each in at.main.get("page_link"))
    at.selectbox(key="quality_other").select("2").run()
    assert "Choose two different versions" in shown(at)

    view = next(each for each in at.segmented_control if each.key == "quality_view")
    view.set_value("topics").run()
    name, query = quality.queries[-1]
    assert (name, query.version) == ("topics", "")


def test_same_answer_of_both_versions_is_called_so(visit, quality, shown):
    """People may still have judged it otherwise; nobody has to compare it by eye."""
    said = "Both gave the same answer, word for word."
    assert said not in shown(open_at(visit, view="versions"))

    quality.answer = "Five  days."

    assert said in shown(open_at(visit, view="versions"))


def test_report_is_made_on_demand_and_offered_in_two_forms(visit, quality, shown):
    """Nothing is asked for before."""
    at = open_at(visit, view="report")
    assert quality.queries == []

    at.button(key="quality_report").click().run()

    assert [name for name, _ in quality.queries] == ["report"]
    assert "Before, in the same length of time" in shown(at)
    labels = {each.proto.label for each in at.get("download_button")}
    assert labels == {"Download as HTML", "Download as Markdown"}


def test_report_calls_reasons_as_the_chat_does(quality):
    """Keys are for stores."""
    report = quality.report(None, LogQuery(ENDPOINT))
    given = replace(report.overview, reasons=(Reason("not_asked", 0, 3), Reason("own_reason", 1)))

    told = words.with_words_for_reasons(replace(report, overview=given))

    written = report_markdown.written(told).decode()
    assert "| Not what I asked | 3 | 0 |" in written
    assert "| Own reason | 0 | 1 |" in written
    assert "Reason: Outdated" in written
    assert words.with_words_for_reasons(replace(report, versions=None)).versions is None


def test_chain_without_tables_and_a_workspace_that_is_away_say_so(visit, quality, shown):
    """With a way to try again, and the rest of the page still there."""
    quality.error = NotOffered("This endpoint keeps no record of its requests.")
    assert "keeps no record of its requests" in shown(open_at(visit))

    quality.error = Unreachable()
    at = open_at(visit, view="topics")
    assert "cannot be reached" in shown(at)
    assert at.selectbox(key="quality_time")


def test_only_analysts_and_admins_come_here(visit, shown):
    """It names reviewers and what they said."""
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_at(visit)
