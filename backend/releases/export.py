"""The ledger as a file: CSV for a spreadsheet, JSONL for a program; read page by page."""

import json
from collections.abc import Iterable, Iterator

from databricks.sdk import WorkspaceClient

from backend.identity import Viewer
from backend.releases.access import check_may_read
from backend.releases.ledger import Releases
from backend.releases.query import ReleaseQuery
from backend.releases.record import Release, Share
from backend.tables.sql import Row

RELEASES_PER_PAGE = 500
COLUMNS = (
    "requested_at",
    "decided_at",
    "endpoint",
    "kind",
    "outcome",
    "by",
    "reason",
    "before",
    "after",
    "problem",
    "model",
    "config_version",
    "seen_before",
    "proof",
    "facts",
    "id",
)


class ReleaseExport:
    """Writes the ledger, of one endpoint or without a name of all, for one visitor."""

    def __init__(self, workspace: WorkspaceClient, releases: Releases) -> None:
        self._workspace = workspace
        self._releases = releases

    def csv(self, viewer: Viewer, endpoint: str = "") -> Iterator[bytes]:
        """Return a CSV file in parts, the newest release first; no cell of it is a formula."""
        # It brings in Arrow, which nothing else needs before somebody exports.
        from backend.tables.table_export import csv_parts  # noqa: PLC0415 - see above

        check_may_read(self._workspace, viewer, endpoint)
        pages = ([_row(each) for each in page] for page in self._pages(endpoint))
        return csv_parts(COLUMNS, pages)

    def jsonl(self, viewer: Viewer, endpoint: str = "") -> Iterator[bytes]:
        """Return a file with one JSON document a line, in parts, the newest release first."""
        check_may_read(self._workspace, viewer, endpoint)
        return (_lines(page) for page in self._pages(endpoint))

    def _pages(self, endpoint: str) -> Iterator[list[Release]]:
        """Yield pages in which no release comes twice, though new ones may arrive meanwhile."""
        seen: set[str] = set()
        token: str | None = None
        while True:
            page = self._releases.search(ReleaseQuery(endpoint), RELEASES_PER_PAGE, token)
            yield [each for each in page.releases if each.id not in seen]
            seen |= {each.id for each in page.releases}
            token = page.next_token
            if not token:
                return


def _lines(releases: Iterable[Release]) -> bytes:
    lines = (json.dumps(_document(each), ensure_ascii=False) for each in releases)
    return "".join(f"{line}\n" for line in lines).encode()


def _document(release: Release) -> dict[str, object]:
    written: dict[str, object] = {**_row(release)}
    return written | {
        "before": [_share(each) for each in release.before],
        "after": [_share(each) for each in release.after],
        "config_version": release.config_version,
        "facts": dict(release.facts) if release.facts else None,
    }


def _share(share: Share) -> dict[str, object]:
    return {
        "name": share.name,
        "model": share.model,
        "version": share.version,
        "percentage": share.percentage,
    }


def _row(release: Release) -> Row:
    return {
        "requested_at": release.requested_at.isoformat(),
        "decided_at": release.decided_at.isoformat() if release.decided_at else None,
        "endpoint": release.endpoint,
        "kind": release.kind.value,
        "outcome": release.outcome.value,
        "by": release.by,
        "reason": release.reason,
        "before": _in_words(release.before),
        "after": _in_words(release.after),
        "problem": release.problem,
        "model": release.model,
        "config_version": str(release.config_version) if release.config_version else None,
        "seen_before": release.seen_before.isoformat() if release.seen_before else None,
        "proof": release.proof,
        "facts": json.dumps(dict(release.facts)) if release.facts else None,
        "id": release.id,
    }


def _in_words(served: Iterable[Share]) -> str:
    return "; ".join(f"{each.model} {each.version}: {each.percentage} %" for each in served)
