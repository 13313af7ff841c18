"""Writes the weekly report from a notebook or a schedule, without the app.

from databricks.sdk import WorkspaceClient
from backend.quality import weekly

weekly.write(WorkspaceClient(), "agents_main-support-chain", "/Volumes/main/support/reports")
"""

from os import PathLike
from pathlib import Path

from databricks.sdk import WorkspaceClient

from backend.identity import Role, Viewer
from backend.quality import report_html, report_markdown
from backend.quality.quality import Quality
from backend.request_logs.query import LogQuery

LAST_WEEK = "7d"
# What may be read is decided by the tables' own permissions, with the rights of whoever runs this.
_READER = Viewer("", "", frozenset({Role.ANALYST}))


def write(
    workspace: WorkspaceClient, endpoint: str, folder: str | PathLike[str], span: str = LAST_WEEK
) -> tuple[Path, Path]:
    """Write the report of the last week as HTML and as Markdown; return where they are.

    `span` is one of 15m, 1h, 24h, 7d, 30d and 90d.
    """
    report = Quality(workspace).report(_READER, LogQuery(endpoint, span))
    found = []
    for suffix, written in (
        (".html", report_html.written(report)),
        (".md", report_markdown.written(report)),
    ):
        path = Path(folder) / f"{report.file_name}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
        found.append(path)
    return found[0], found[1]
