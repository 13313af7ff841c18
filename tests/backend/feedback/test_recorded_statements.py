"""How what is on record in two stores adds up to one last verdict of each reviewer."""

from backend.feedback.recorded_statements import ANSWER, Place, Statement, last_verdicts
from backend.feedback.verdicts import Rating, SourceRating, Thumb

UP, DOWN = Rating("positive"), Rating("negative")


def _posted(at, place=ANSWER, reviewer="ann", **said):
    return Statement("r1", reviewer, at, place, _named(said), is_whole=True)


def _copied(at, place=ANSWER, **said):
    return Statement("r1", "ann", at, place, _named(said), is_whole=True, is_copy=True)


def _clicked(at, place=ANSWER, **said):
    return Statement("r1", "ann", at, place, _named(said), is_whole=False)


def _named(said):
    return {name.replace("__", "."): rating for name, rating in said.items()}


def _last(tables=(), mlflow=()):
    (verdict,) = last_verdicts(tables, mlflow)["r1"]
    return verdict


def test_second_thought_takes_the_place_of_the_first():
    """Chips of the first are gone although the second does not mention them."""
    first = _posted(1, answer_correct=DOWN, reason__too_long=Rating(True))

    verdict = _last([first, _posted(2, answer_correct=UP)])

    assert (verdict.thumb, verdict.reasons) == (Thumb.POSITIVE, frozenset())


def test_copy_that_lags_does_not_win_over_the_log():
    """MLflow still has the first verdict when the log has the second."""
    tables = [_posted(1, answer_correct=DOWN), _posted(2, answer_correct=UP)]

    assert _last(tables, [_copied(1, answer_correct=DOWN)]).thumb is Thumb.POSITIVE


def test_half_of_a_copy_does_not_hide_the_other_half():
    """The copy of a verdict is written piece by piece; the log has it whole."""
    posted = _posted(1, answer_correct=DOWN, reason__too_long=Rating(True))

    assert _last([posted], [_copied(1, answer_correct=DOWN)]).reasons == {"too_long"}


def test_copies_count_where_there_is_no_log():
    """With SQL out of reach MLflow alone gives the same verdict."""
    copies = [
        _copied(1, answer_correct=DOWN, reason__too_long=Rating(True)),
        _copied(2, answer_correct=UP),
    ]

    verdict = _last([], copies)

    assert (verdict.thumb, verdict.reasons) == (Thumb.POSITIVE, frozenset())


def test_click_on_mlflow_s_page_changes_what_it_names():
    """Somebody corrects one rating there: the rest of the verdict stays."""
    posted = _posted(1, answer_correct=DOWN, reason__too_long=Rating(True))

    verdict = _last([posted], [_clicked(2, answer_correct=UP)])

    assert (verdict.thumb, verdict.reasons) == (Thumb.POSITIVE, {"too_long"})


def test_click_before_a_verdict_is_replaced_by_it():
    """What counts is the time, not the store."""
    assert (
        _last([_posted(2, answer_correct=UP)], [_clicked(1, answer_correct=DOWN)]).thumb
        == "positive"
    )


def test_rating_that_was_taken_back_is_none():
    """A rating without a value leaves nothing behind."""
    verdict = _last([], [_clicked(1, answer_correct=UP), _clicked(2, answer_correct=Rating(None))])

    assert verdict.thumb is None


def test_sources_are_judged_one_by_one():
    """A later word on one source leaves those on the others alone."""
    first, second = Place("span", 0), Place("span", 1)
    tables = [
        _posted(1, answer_correct=UP),
        _posted(1, first, answer_correct=UP),
        _posted(1, second, answer_correct=DOWN, comment=Rating("old")),
        _posted(2, second, answer_correct=UP),
    ]

    verdict = _last(tables)

    assert set(verdict.source_ratings) == {
        SourceRating(0, Thumb.POSITIVE, "", "span"),
        SourceRating(1, Thumb.POSITIVE, "", "span"),
    }
    assert verdict.thumb is Thumb.POSITIVE


def test_each_reviewer_has_a_verdict_and_the_latest_comes_first():
    """People disagree; nobody's verdict replaces another's."""
    tables = [_posted(1, answer_correct=UP), _posted(2, reviewer="bob", answer_correct=DOWN)]

    given = last_verdicts(tables, [])["r1"]

    assert [(each.reviewer, each.thumb) for each in given] == [
        ("bob", "negative"),
        ("ann", "positive"),
    ]
