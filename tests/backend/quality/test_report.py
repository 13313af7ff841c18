"""The report as a file: complete, harmless, and needing nothing else."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from backend.quality import report_html, report_markdown
from backend.quality.agreement import Votes, agreement
from backend.quality.record import (
    Alike,
    Disputes,
    Document,
    Documents,
    Judged,
    Overview,
    Pair,
    Reason,
    Sum,
    Topic,
    Topics,
    Unjudged,
    Versions,
    VersionSide,
)
from backend.quality.report import Report
from backend.quality.shares import Share

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script>\u202e=1+1|\x00<img src="http://evil.example/x.png">'
QUESTION = Judged("r1", NOON, "2", HOSTILE, 1, 1)


@pytest.fixture
def report():
    """One with something in every section, all of it written by an enemy."""
    said = Sum(HOSTILE, 20, 10)
    sides = [VersionSide(each, Sum(each, 90, 10), 200, 2, 100, 400, {HOSTILE: 3}) for each in "21"]
    return Report(
        endpoint=HOSTILE,
        since=NOON - timedelta(days=7),
        until=NOON,
        overview=Overview(
            said,
            (said, Sum("1", 5, 9)),
            (said,),
            (Sum(NOON.isoformat(), 1, 2), Sum((NOON + timedelta(days=1)).isoformat(), 10, 2)),
            (Reason(HOSTILE, 1, 2),),
        ),
        before=Sum("", 50, 5),
        topics=Topics((Topic((HOSTILE, "days"), said),), 30),
        documents=Documents(
            (Document(HOSTILE, Share(3, 4)),), (Document("canteen", Share(1, 4)),), 4, 4
        ),
        disputes=Disputes(agreement([Votes(1, 1, 1), Votes(2, 0, 30)]), (QUESTION,)),
        unjudged=Unjudged((Alike(QUESTION, QUESTION, 0.9),), 5, 2),
        versions=Versions(
            sides[0],
            sides[1],
            (Topic((HOSTILE,), said, (), {"2": Sum("2", 30, 2), "1": Sum("1", 2, 30)}),),
            (Pair(QUESTION, QUESTION, False),),
            (Pair(QUESTION, QUESTION, True),),
        ),
    )


class Seen(HTMLParser):
    """Collects what a browser would build."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.open = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("meta", "line", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_has_no_script_and_loads_nothing(report):
    """Whatever people wrote is text in it; it is well-formed and forbids itself the rest."""
    text = report_html.written(report).decode()
    seen = Seen()
    seen.feed(text)

    assert seen.open == []
    assert not {"script", "img", "link", "iframe", "object"} & set(seen.tags)
    assert not {"src", "href", "onerror", "onload"} & seen.attributes
    assert "default-src 'none'" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not {"\x00", "\u202e"} & set(text)
    assert "svg" in seen.tags


def test_every_share_in_it_has_its_interval(report):
    """In sentences, tables and labels alike."""
    said = report_markdown.written(report).decode().replace("\\", "")

    bare = re.findall(r"\d %(?! \(| called wrong \(|\))[^|\n]{0,20}", said)
    assert not bare
    assert "33 % called wrong (19 to 51 %), 30 verdicts" in said
    assert "That is 24 points more" in said
    assert "88 points less" in next(row for row in said.splitlines() if row.startswith("| Topic: "))


def test_markdown_keeps_hostile_text_in_its_cell(report):
    """A bar is no new column, and an address no link."""
    text = report_markdown.written(report).decode()

    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().splitlines()}
        assert len(widths) == 1
    assert "<script" not in text.replace("\\<", "")
    assert "http://" not in text


def test_week_without_anything_says_so():
    """It is a report, too."""
    empty = Report(
        "chain", NOON - timedelta(days=7), NOON, Overview(Sum("")), Sum(""), Topics((), 0),
        Documents(), Disputes(agreement([])), Unjudged(()),
    )  # fmt: skip

    for written in (report_html.written(empty), report_markdown.written(empty)):
        text = written.decode()
        assert "Nobody has called an answer right or wrong in this time." in text
        assert "Too few judged questions" in text
    assert empty.file_name == "quality-chain-2026-03-03"
    assert "/" not in replace(empty, endpoint="../../etc").file_name
