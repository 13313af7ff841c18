"""How it went over time: plots of the same requests, releases as marks, a span looked at alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.errors import Unreachable
from backend.releases.record import Kind, Outcome, Page
from backend.request_logs.query import LogQuery
from backend.request_logs.record import Course
from components.request_logs import course_axes, course_charts
from components.request_logs.course_axes import OTHERS
from components.request_logs.release_marks import Mark
from tests.pages.deployed import ENDPOINT, release
from tests.pages.logged_requests import NOON, address_of, course, open_at, query_of, unfold

DAY = LogQuery(ENDPOINT, since=NOON - timedelta(hours=1), until=NOON + timedelta(hours=5))


ENDS = course_axes.ends_of(course(), DAY)


def at_course(visit, **address):
    return open_at(visit, view="course", **DAY.parameters(), **address)


def layers(chart):
    return chart.to_dict()["layer"]


def rows_of(chart, layer):
    drawn = chart.to_dict()
    data = drawn["layer"][layer].get("data") or drawn["data"]
    return drawn["datasets"][data["name"]]


def test_course_is_counted_once_and_the_list_not_read(visit, logs, shown):
    """Only what is shown is asked for."""
    at = at_course(visit)
    unfold(at, "log_more")

    assert [each[0] for each in logs.asked] == ["endpoints", "course"]
    assert logs.last("course")[1] == DAY
    metrics = {each.label: each.value for each in at.metric}
    assert metrics == {
        "Requests": "60",
        "Failed": "6 (10.0%)",
        "Called right": "18",
        "Called wrong": "6",
    }
    assert len(at.dataframe[0].value) == 6
    assert "Draw over a span of time" in shown(at)
    assert not at.exception


def test_switching_between_list_and_course_keeps_the_filters(visit, logs):
    """The address says which is shown, and nothing where it is the list."""
    at = open_at(visit, **DAY.parameters(), open="r1", columns="id")
    view = next(each for each in at.button_group if each.key == "log_view")
    view.set_value("course").run()
    assert address_of(at) == DAY.parameters() | {"view": "course", "columns": "id"}

    next(each for each in at.button_group if each.key == "log_view").set_value("list").run()

    assert address_of(at) == DAY.parameters() | {"columns": "id"}


def test_span_drawn_over_the_plot_becomes_the_time(visit, logs):
    """Of the plots, or of the list."""
    key = f"log_plot_{abs(hash(DAY))}"
    low, high = NOON + timedelta(minutes=10, milliseconds=500), NOON + timedelta(hours=2)
    drawn = {"selection": {"span": {"at": [low.timestamp() * 1000, high.timestamp() * 1000]}}}
    at = at_course(visit)
    at.session_state[key] = drawn
    at.run()
    assert "12:10 to 3 Mar 2026, 14:00" in at.button(key="log_zoom").label.replace(
        "\\", ""
    ).replace("\u2060", "")

    at.button(key="log_zoom").click().run()

    since, until = NOON + timedelta(minutes=10), NOON + timedelta(hours=2, seconds=1)
    assert query_of(at) == replace(DAY, since=since, until=until)
    assert address_of(at)["view"] == "course"
    assert logs.last("course")[1].since == since

    at = at_course(visit)
    at.session_state[key] = drawn
    at.run()
    at.button(key="log_zoom_list").click().run()
    assert "view" not in address_of(at)
    assert logs.last("page")[1].since == since


def test_figure_of_speed_is_chosen_where_there_are_several_versions(visit, logs):
    """Of one version all figures are drawn, and there is nothing to choose."""
    at = at_course(visit)
    figure = next(each for each in at.button_group if each.key == "log_figure")
    assert figure.value == "p95"
    figure.set_value("p99").run()
    assert address_of(at)["figure"] == "p99"

    whole = course()
    one = tuple(each for each in whole.buckets if each.version == "1")
    logs.over_time = replace(whole, buckets=one)
    at = at_course(visit)
    assert "log_figure" not in [each.key for each in at.button_group]


def test_nothing_and_problems_are_sentences(visit, logs, shown):
    """An empty plot says less than a sentence."""
    logs.over_time = Course(60, ())
    assert "Nothing was asked in this time" in shown(at_course(visit))
    assert "No request is like this" in shown(at_course(visit, version="2"))

    logs.error = None
    logs.over_time = course()
    visit.deployments.timeline = lambda *_: (_ for _ in ()).throw(Unreachable())
    assert "Releases cannot be shown now." in shown(at_course(visit))


def test_problem_with_the_course_is_told(visit, logs, shown):
    """With a way to try again; the filters stay."""
    at = at_course(visit)
    logs.error = Unreachable()
    at.button(key="log_refresh").click().run()

    assert "cannot be reached" in shown(at)


def test_releases_within_the_time_are_marks(visit, logs, monkeypatch):
    """Only what changed who answers, and only within the time that is looked at."""
    at_six = release(decided_at=NOON + timedelta(hours=6))
    quiet = release(kind=Kind.PREPARE)
    failed = release(outcome=Outcome.FAILED)
    visit.deployments.page = Page((at_six, release(), quiet, failed))
    seen = []
    monkeypatch.setattr(
        "components.request_logs.course_charts.requests",
        lambda found, ends, marks: (
            seen.extend(marks) or course_charts.called_wrong(found, ends, marks)
        ),
    )

    at = at_course(visit)

    assert [each.at for each in seen] == [NOON]
    assert seen[0].title == "From here: version 2"
    assert not at.exception


def test_versions_beyond_the_most_frequent_are_one(visit):
    """A plot of thirty colours tells nothing."""
    bucket = course().buckets[0]
    buckets = tuple(
        replace(bucket, version=str(number), requests=100 - number) for number in range(9)
    )
    many = Course(3600, buckets)

    assert course_charts.versions(many) == ["0", "1", "2", "3", "4", "5"]
    named = {each["version"] for each in rows_of(course_charts.requests(many, ENDS, ()), 0)}
    assert named == {f"Version {number}" for number in range(6)} | {OTHERS}


def test_plots_reach_over_the_whole_time_that_is_looked_at():
    """Where nothing was asked is to be seen as well; of picked requests no time is meant."""
    whole = course()
    assert course_axes.Ends(*DAY.moments()) == ENDS

    long_ago = course_axes.ends_of(whole, LogQuery(ENDPOINT, "1h"))
    assert long_ago.since == NOON
    assert datetime.now(UTC) - long_ago.until < timedelta(minutes=1)
    picked = course_axes.ends_of(whole, LogQuery(ENDPOINT, requests=("r1",)))
    assert picked == course_axes.Ends(NOON, NOON + timedelta(hours=3))


def test_version_keeps_its_colour_whatever_else_is_shown():
    """Who looks at fewer versions knows them again; those whose colours are taken get others."""
    alone = course_axes.color("of", ["Version 7"]).to_dict()["scale"]
    several = course_axes.color("of", ["Version 1", "Version 6", "Version 7", OTHERS]).to_dict()
    colours = dict(zip(several["scale"]["domain"], several["scale"]["range"], strict=True))

    assert colours["Version 1"] == alone["range"][0]
    assert len(set(colours.values())) == 4
    assert course_axes.color("of", ["Version 6"]).to_dict()["scale"]["range"] == [
        colours["Version 6"]
    ]


def test_share_called_wrong_comes_with_what_is_known_of_it():
    """Nobody's judgement is no share; few judgements are a wide band."""
    whole = course()
    none = replace(whole.buckets[0], up=0, down=0, version="3")
    chart = course_charts.called_wrong(replace(whole, buckets=(*whole.buckets, none)), ENDS, ())

    drawn = rows_of(chart, 0)
    assert {each["of"] for each in drawn} == {"Version 1", "Version 2"}
    assert {(each["share"], each["judged"]) for each in drawn} == {(0.0, 3), (0.25, 4), (0.4, 5)}
    assert all(each["low"] <= each["share"] <= each["high"] for each in drawn)
    assert max(each["high"] for each in drawn if each["share"] == 0) > 0.5


def test_speed_is_all_figures_of_one_version_or_one_of_several():
    """Figures of several versions cannot be put together."""
    whole = course()
    one = replace(whole, buckets=tuple(each for each in whole.buckets if each.version == "1"))

    together = {each["of"] for each in rows_of(course_charts.speed(one, ENDS, (), ""), 0)}
    beside = {each["of"] for each in rows_of(course_charts.speed(whole, ENDS, (), "p99"), 0)}

    assert together == set(course_charts.FIGURES.values())
    assert beside == {"Version 1", "Version 2"}
    assert {each["ms"] for each in rows_of(course_charts.speed(whole, ENDS, (), "p99"), 0)} == {
        400.0
    }


def test_all_plots_have_the_same_axis_of_time_and_the_marks():
    """So that they can be read one below the other."""
    whole, marks = course(), (Mark(NOON + timedelta(hours=1), "From here: version 2"),)
    for chart in (
        course_charts.requests(whole, ENDS, marks),
        course_charts.speed(whole, ENDS, marks, "p95"),
        course_charts.called_wrong(whole, ENDS, marks),
    ):
        for layer in layers(chart):
            first, last = layer["encoding"]["x"]["scale"]["domain"]
            # Mere numbers would not be taken for moments.
            assert (first["utc"], first["date"], first["hours"]) == (True, NOON.day, NOON.hour - 1)
            assert (last["utc"], last["date"], last["hours"]) == (True, NOON.day, NOON.hour + 5)
        assert {each["mark"]["type"] for each in layers(chart)} >= {"rule", "point"}
        (mark,) = rows_of(chart, len(layers(chart)) - 1)
        assert mark["what"] == "From here: version 2"
        assert datetime.fromisoformat(mark["at"]).astimezone(UTC) == marks[0].at
