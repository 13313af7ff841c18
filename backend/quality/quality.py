"""What reviewers say of an endpoint's answers, for those who may read its logs.

Everything is read by SQL with the visitor's own token, within the time that is looked at; each
method asks only for what its part of the page shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from backend.errors import NotAllowed
from backend.identity import SEES_ALL, Viewer
from backend.quality import (
    asked_of_both,
    documents,
    judged_requests,
    topics,
    verdict_sums,
)
from backend.quality.agreement import Votes, agreement
from backend.quality.looked import Looked
from backend.quality.record import (
    Disputes,
    Documents,
    Exchange,
    Judged,
    Overview,
    Topics,
    Unjudged,
    Versions,
)
from backend.quality.report import Report
from backend.request_logs.log_tables import tables_of
from backend.request_logs.query import LogQuery

# More questions would take longer to put into groups than a person waits.
MOST_QUESTIONS = 5_000
MOST_WRONG = 500
MOST_SOURCE_VERDICTS = 2_000
# Traces are long; of so many each is read.
MOST_TRACES = 400
MOST_DISPUTED = 50
MOST_ASKED = 2_000


class Quality:
    """Answers an analyst's questions about an endpoint."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def overview(self, viewer: Viewer, query: LogQuery) -> Overview:
        """Return what people say, by version, reviewer, reason and time."""
        return verdict_sums.overview(self._looked(viewer, query))

    def versions_asked(self, viewer: Viewer, query: LogQuery) -> list[str]:
        """Return which versions were asked something in this time, the newest first."""
        return verdict_sums.versions_asked(self._looked(viewer, replace(query, version="")))

    def topics(self, viewer: Viewer, query: LogQuery) -> Topics:
        """Return the judged questions in groups."""
        return _topics(self._looked(viewer, query))

    def documents(self, viewer: Viewer, query: LogQuery) -> Documents:
        """Return the documents behind most bad answers."""
        looked = self._looked(viewer, query)
        verdicts = judged_requests.source_verdicts(looked, MOST_SOURCE_VERDICTS)
        named = list(dict.fromkeys(each.request_id for each in verdicts))[:MOST_TRACES]
        judged = judged_requests.judged(looked, MOST_TRACES)
        behind = [each.request_id for each in judged]
        read = judged_requests.sources(looked, list(dict.fromkeys([*named, *behind])))
        among = set(named)
        return Documents(
            named=documents.named((each for each in verdicts if each.request_id in among), read),
            behind=documents.behind(
                {each.request_id: (each.up, each.down) for each in judged}, read
            ),
            named_requests=len(named),
            behind_requests=len(behind),
            is_cut=MOST_TRACES in (len(named), len(behind)),
            without_sources=sum(not read.get(each) for each in behind),
        )

    def disputes(self, viewer: Viewer, query: LogQuery) -> Disputes:
        """Return the answers on which people differ, and how far they agree elsewhere."""
        looked = self._looked(viewer, query)
        counted = [Votes(*each) for each in verdict_sums.votes(looked)]
        found = agreement(counted)
        if not found.disputed:
            return Disputes(found)
        disputed = judged_requests.judged(looked, MOST_DISPUTED, "up > 0 AND down > 0")
        said = judged_requests.words_on(looked, [each.request_id for each in disputed])
        return Disputes(found, tuple(disputed), said)

    def unjudged(self, viewer: Viewer, query: LogQuery) -> Unjudged:
        """Return the questions nobody has judged that are like some whose answers were wrong."""
        looked = self._looked(viewer, query)
        wrong = judged_requests.judged(looked, MOST_WRONG, "down > up")
        if not wrong:
            return Unjudged(())
        others = judged_requests.unjudged(looked, MOST_QUESTIONS)
        return Unjudged(topics.alike(wrong, others), len(others), len(wrong))

    def versions(self, viewer: Viewer, query: LogQuery, new: str, old: str) -> Versions:
        """Return two versions side by side."""
        looked = self._looked(viewer, replace(query, version=""))
        sides = verdict_sums.sides(looked, (new, old))
        judged = judged_requests.judged(looked, MOST_ASKED, versions=(new, old))
        better, worse, others = asked_of_both.pairs(
            *(
                judged_requests.with_others(
                    looked,
                    [each for each in judged if each.version == version],
                    version,
                    MOST_ASKED,
                )
                for version in (new, old)
            )
        )
        return Versions(sides[new], sides[old], topics.topics_of(judged), better, worse, others)

    def questions(
        self, viewer: Viewer, query: LogQuery, request_ids: Sequence[str]
    ) -> Mapping[str, Judged]:
        """Return these requests by id, those that are still on record."""
        return judged_requests.of_ids(self._looked(viewer, query), request_ids)

    def exchanges(
        self, viewer: Viewer, query: LogQuery, request_ids: Sequence[str]
    ) -> Mapping[str, Exchange]:
        """Return question and answer of each of these requests, whole."""
        looked = self._looked(viewer, replace(query, version=""))
        return judged_requests.exchanges(looked, request_ids)

    def report(self, viewer: Viewer, query: LogQuery) -> Report:
        """Return all of it for a person to keep, with the same length of time before beside it."""
        looked = self._looked(viewer, query)
        since, until = query.moments(looked.now)
        end = until or looked.now
        now = replace(query, since=since, until=end)
        before = replace(query, since=since - (end - since), until=since)
        found = self.overview(viewer, now)
        judged = [each.name for each in found.by_version if each.wrong.total and each.name]
        return Report(
            endpoint=query.endpoint,
            since=since,
            until=end,
            overview=found,
            before=verdict_sums.total(self._looked(viewer, before)),
            topics=self.topics(viewer, now),
            documents=self.documents(viewer, now),
            disputes=self.disputes(viewer, now),
            unjudged=self.unjudged(viewer, now),
            versions=self.versions(viewer, now, *judged[:2]) if len(judged) > 1 else None,
        )

    def _looked(self, viewer: Viewer, query: LogQuery) -> Looked:
        if not viewer.has_any(SEES_ALL):
            raise NotAllowed
        tables = tables_of(self._workspace, query.endpoint)
        return Looked(self._workspace, tables, query, datetime.now(UTC))


def _topics(looked: Looked) -> Topics:
    judged = judged_requests.judged(looked, MOST_QUESTIONS)
    return Topics(topics.topics_of(judged), len(judged), len(judged) >= MOST_QUESTIONS)
