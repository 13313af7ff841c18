"""Whether the pages of admins stay quick after a year: 2,000 releases, 200 versions of one model.

Each page is opened in a browser that was never there, before a process that has served pages
before. It is interactive when what is looked for, at its far end, is on the screen and can be
clicked. The peer is MLflow's own page of the same model, in the same browser.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

import psutil
import requests

from benchmarks.chat.browser import Chromium, chromium
from benchmarks.chat.sides import Side, our_app
from benchmarks.finding import Finding, Floor
from benchmarks.ledger.process import drive, write_a_year
from benchmarks.registration import registered_name
from benchmarks.run import Run
from benchmarks.workspace import BenchmarkWorkspace, benchmark_workspace
from local_workspace.client import LocalClient

_ENDPOINT = "administered"
_MODEL = "trivial"
_VERSIONS, _RELEASES = 200, 2000
_FEW_VERSIONS, _FEW_RELEASES = 20, 100
_ADMIN = "admin@example.com"
_VISITS = 5
_BOUND = Floor("at most", 2.0)
_PEER = "MLflow's own page of the same model, in the same browser"


@dataclass(frozen=True)
class _Stage:
    """A running workspace, and the admin who comes to it."""

    folder: Path
    environment: dict[str, str]
    client: LocalClient
    token: str


@dataclass(frozen=True)
class _Page:
    """A page, where it is, and what is on it when it is complete."""

    name: str
    address: str
    seen: str


def measure(run: Run) -> Iterator[Finding]:
    """Put a year on record, then open the pages in turn."""
    versions = _VERSIONS if run.is_long else _FEW_VERSIONS
    releases = _RELEASES if run.is_long else _FEW_RELEASES
    with benchmark_workspace(run.folder / "admin_pages") as workspace:
        _fill(run.folder / "admin_pages" / "workspace", workspace, versions, releases)
        stage = _stage(run.folder / "admin_pages", workspace)
        with chromium() as browser, our_app(stage) as side:
            yield from _pages(run, stage, browser, side, versions, releases)


def _fill(data_dir: Path, workspace: BenchmarkWorkspace, versions: int, releases: int) -> None:
    workspace.register(_MODEL, versions=versions)
    drive("put", _ENDPOINT, _MODEL, versions - 1, workspace.environment)
    # Into the database itself: through the server it would take minutes.
    database = data_dir / "mlflow" / "mlflow.db"
    into = {"MLFLOW_TRACKING_URI": f"sqlite:///{database.resolve()}"}
    write_a_year(_ENDPOINT, _MODEL, versions - 1, releases, workspace.environment | into)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ANALYZE")
    drive("put", _ENDPOINT, _MODEL, versions, workspace.environment)


def _pages(
    run: Run, stage: _Stage, browser: Chromium, side: Side, versions: int, releases: int
) -> Iterator[Finding]:
    pages = _our_pages(versions)
    peer = _Page("peer", f"/#/models/{registered_name(_MODEL)}", f"text=Version {versions}")
    visits = _VISITS if run.is_long else 1
    theirs: list[float] = []
    ours: dict[str, list[float]] = {page.name: [] for page in pages}
    # The first visit brings in what is imported when it is first needed, on both sides.
    for _ in range(1 + visits):
        theirs.append(_open_mlflow(browser, stage, peer))
        for page in pages:
            ours[page.name].append(_open(browser, side, page))
    for name, (_, *own) in ours.items():
        yield Finding(
            measured=f"{name} with {releases:,} releases and {versions} versions, until one can "
            "click",
            unit="s",
            ours=median(own),
            peer=median(theirs[1:]),
            floor=_BOUND,
            beside=_PEER,
            details={"our_rounds": own, "peer_rounds": theirs[1:]},
        )


def _our_pages(versions: int) -> list[_Page]:
    def at(page: str, **named: str) -> str:
        return f"/{page}?{urlencode(named)}" if named else f"/{page}"

    button = "[data-testid=stButton] button:not([disabled])"
    row = "[class*=st-key-release_] [data-testid=stCaptionContainer]"
    model = registered_name(_MODEL)
    return [
        _Page(
            "Deployments",
            at("deployments", endpoint=_ENDPOINT),
            f"{button}:has-text('Roll back to version {versions - 1}')",
        ),
        _Page("Releases", at("deployments", endpoint=_ENDPOINT, view="releases"), row),
        _Page("Models", at("models"), f"text={model}"),
        _Page("Model", at("models", model=model), f"text=Version {versions}"),
    ]


def _open(browser: Chromium, side: Side, page: _Page) -> float:
    with browser.tab(side) as tab:
        return tab.visit(side.address + page.address, page.seen) / 1000


def _open_mlflow(browser: Chromium, stage: _Stage, page: _Page) -> float:
    """Sign in to MLflow's own pages, then open the one of the model."""
    link = stage.client.mlflow_link()
    parts = urlsplit(link)
    host = f"{parts.scheme}://{parts.netloc}"
    answer = requests.get(link, timeout=30, allow_redirects=False)
    side = Side(host, "/", "", dict(answer.cookies), psutil.Process())
    with browser.tab(side) as tab:
        return tab.visit(host + page.address, page.seen) / 1000


def _stage(folder: Path, workspace: BenchmarkWorkspace) -> _Stage:
    host = workspace.environment["DATABRICKS_HOST"]
    client = LocalClient(host, workspace.environment["DATABRICKS_TOKEN"])
    client.ensure_user(_ADMIN, "Admin", "admins")
    form = {"grant_type": "authorization_code", "code": client.sign_in_code(_ADMIN)}
    answer = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30)
    answer.raise_for_status()
    return _Stage(folder, workspace.environment, client, str(answer.json()["access_token"]))
