"""The parts of a report: headings, sentences, tables, shares to draw; not how they are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.quality.record import Alike, Judged, Pair, Sum, Versions
from backend.quality.report import LISTED, Report, cell
from backend.quality.shares import Share


@dataclass(frozen=True)
class Part:
    """One section: sentences, maybe a table, maybe shares to draw."""

    title: str
    sentences: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    # Drawn as points with their intervals, in this order.
    shares: Mapping[str, Share] = field(default_factory=dict)


def parts(report: Report) -> Iterator[Part]:
    """Yield the sections in their order; one that has nothing to tell says so or is left out."""
    yield _course(report)
    yield _sums("By version", "Version", report.overview.by_version)
    yield _reasons(report)
    yield _sums("By reviewer", "Reviewer", report.overview.by_reviewer)
    yield _topics(report)
    yield _named(report)
    yield _behind(report)
    yield _disputes(report)
    yield _unjudged(report)
    if report.versions:
        yield from _versions(report.versions)


def _course(report: Report) -> Part:
    spans = report.overview.by_time
    length = "day" if report.overview.days_per_span == 1 else "week"
    return Part(
        "Over time",
        (f"The share called wrong, by {length}, with its interval.",)
        if spans
        else ("Nothing yet.",),
        (length.capitalize(), "Called wrong", "Verdicts"),
        tuple((_date(each.name), cell(each.wrong), f"{each.wrong.total:,}") for each in spans),
        {_date(each.name): each.wrong for each in spans if each.wrong.total},
    )


def _sums(title: str, column: str, sums: Sequence[Sum]) -> Part:
    listed = sums[: 3 * LISTED]
    return Part(
        title,
        () if listed else ("Nothing yet.",),
        (column, "Called wrong", "Right", "Wrong", "Don't know"),
        tuple(
            (
                each.name or "not known",
                cell(each.wrong),
                *(f"{number:,}" for number in (each.up, each.down, each.unknown)),
            )
            for each in listed
        ),
        {each.name or "not known": each.wrong for each in listed if each.wrong.total},
    )


def _reasons(report: Report) -> Part:
    rows = tuple(
        (each.key.replace("_", " "), f"{each.down:,}", f"{each.up:,}")
        for each in report.overview.reasons[: 2 * LISTED]
    )
    nothing = () if rows else ("Nobody gave a reason.",)
    return Part("Reasons", nothing, ("Reason", "With wrong", "With right"), rows)


def _topics(report: Report) -> Part:
    found = report.topics
    said = f"{found.questions:,} judged questions, put into groups by their words."
    if found.is_cut:
        said = f"The newest {found.questions:,} judged questions, put into groups by their words."
    return Part(
        "Topics",
        (said,) if found.topics else ("Too few judged questions to put into groups.",),
        ("Topic", "Called wrong", "Verdicts"),
        tuple(
            (", ".join(each.words), cell(each.said.wrong), f"{each.said.wrong.total:,}")
            for each in found.topics
        ),
    )


def _named(report: Report) -> Part:
    rows = tuple(
        (each.name, cell(each.wrong), str(each.wrong.hits)) for each in report.documents.named
    )
    said = (
        "What reviewers said of the documents themselves."
        if rows
        else "No document was called wrong."
    )
    return Part(
        "Documents called wrong", (said,), ("Document", "Called wrong", "Times wrong"), rows
    )


def _behind(report: Report) -> Part:
    rows = tuple(
        (each.name, cell(each.wrong), str(each.wrong.hits)) for each in report.documents.behind
    )
    said = (
        "How often an answer over it was called wrong. The document need not be at fault."
        if rows
        else "No document is behind an answer that was called wrong."
    )
    return Part(
        "Documents behind wrong answers",
        (said,),
        ("Document", "Answers wrong", "Times wrong"),
        rows,
    )


def _disputes(report: Report) -> Part:
    return Part(
        "Answers on which reviewers differ",
        (str(report.disputes.agreement),),
        ("Question", "Right", "Wrong", "Request"),
        tuple(
            (each.question, str(each.up), str(each.down), each.request_id)
            for each in report.disputes.disputed[:LISTED]
        ),
    )


def _unjudged(report: Report) -> Part:
    found = report.unjudged.alike[:LISTED]
    said = "Nobody has judged these. They are like questions whose answers were called wrong."
    return Part(
        "To be judged next",
        (said,) if found else ("No unjudged question is like one whose answer was called wrong.",),
        ("Question", "Like", "Request"),
        tuple(map(_alike, found)),
    )


def _alike(each: Alike) -> tuple[str, ...]:
    return each.question.question, each.like.question, each.question.request_id


def _versions(found: Versions) -> Iterator[Part]:
    new, old = found.new, found.old
    rows = [
        ("Called wrong", cell(new.said.wrong), cell(old.said.wrong), str(found.wrong)),
        ("Failed", cell(new.failed), cell(old.failed), str(found.failed)),
        ("Half answered within", _ms(new.p50_ms), _ms(old.p50_ms), ""),
        ("95 of 100 answered within", _ms(new.p95_ms), _ms(old.p95_ms), ""),
    ]
    rows += [
        (f"Reason: {key.replace('_', ' ')}", cell(each.share), cell(each.before), str(each))
        for key, each in found.reasons()[:LISTED]
    ]
    rows += [
        (f"Topic: {', '.join(topic.words)}", cell(each.share), cell(each.before), str(each))
        for topic in found.topics[:LISTED]
        if (each := found.within(topic))
    ]
    yield Part(
        f"Version {new.version} beside version {old.version}",
        (),
        ("", f"Version {new.version}", f"Version {old.version}", "Difference"),
        tuple(rows),
    )
    for title, then, now, pairs in (
        ("What got better", "wrong", "right", found.better),
        ("What got worse", "right", "wrong", found.worse),
    ):
        nothing = f"No question was answered {then} then and {now} now, as far as both were judged."
        yield _examples(f"{title} with version {new.version}", pairs, nothing)


def _examples(title: str, pairs: Sequence[Pair], nothing: str) -> Part:
    return Part(
        title,
        () if pairs else (nothing,),
        ("Question", "Then", "Now"),
        tuple((_asked(each), _thumbs(each.old), _thumbs(each.new)) for each in pairs[:LISTED]),
    )


def _asked(pair: Pair) -> str:
    if pair.is_same:
        return pair.new.question
    return f"{pair.new.question} (then: {pair.old.question})"


def _thumbs(each: Judged) -> str:
    return f"{each.up} right, {each.down} wrong"


def _ms(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.0f} ms"


def _date(written: str) -> str:
    return f"{datetime.fromisoformat(written):%-d %b %Y}"
