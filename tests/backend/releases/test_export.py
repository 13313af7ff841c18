"""The ledger as a file, read from a real MLflow store."""

import csv
import io
import json
from dataclasses import replace

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed
from backend.releases import export as release_export
from backend.releases.export import COLUMNS, ReleaseExport
from backend.releases.ledger import Releases
from tests.backend.judged import ADMIN, ANALYST, ANN
from tests.backend.released import MINUTE, NOON, asked, share

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def chain(request, workspace) -> str:
    name = request.node.name[:60]
    workspace.answers[f"GET /api/2.0/serving-endpoints/{name}"] = (200, {"name": name})
    return name


@pytest.fixture
def export(workspace, experiment) -> ReleaseExport:
    return ReleaseExport(open_workspace(workspace.address, "token"), Releases())


def read(parts) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(parts).decode())))


def put(endpoint, version=1, **more):
    release = asked(endpoint, share(version), share(0, 0), at=NOON + version * MINUTE)
    return Releases().begin(replace(release, **more))


def test_csv_has_a_line_for_each_release_the_newest_first(export, chain):
    """All that is known of it, in words."""
    put(chain, 1)
    kept = put(chain, 2, facts={"up": 0.9})

    rows = read(export.csv(ADMIN, chain))

    assert tuple(rows[0]) == COLUMNS
    assert [row["requested_at"] for row in rows] == [
        "2026-03-03T12:02:00+00:00",
        "2026-03-03T12:01:00+00:00",
    ]
    assert rows[0]["after"] == "main.rag.chain 2: 100 %; main.rag.chain 0: 0 %"
    assert (rows[0]["id"], rows[0]["facts"]) == (kept.id, '{"up": 0.9}')


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","y")', "+1", "-1+1", "@SUM(1)"])
def test_no_cell_is_a_formula(export, chain, text):
    """A reason is what somebody typed, and a spreadsheet would carry it out."""
    put(chain, reason=text)

    (row,) = read(export.csv(ADMIN, chain))

    assert row["reason"] == f"'{text}"


def test_jsonl_has_a_document_a_line(export, chain):
    """With line breaks in a text, too."""
    put(chain, reason="One\ntwo")

    (line,) = b"".join(export.jsonl(ADMIN, chain)).decode().splitlines()

    document = json.loads(line)
    assert document["reason"] == "One\ntwo"
    assert document["after"][0] == {
        "name": "chain_1",
        "model": "main.rag.chain",
        "version": "1",
        "percentage": 100,
    }


def test_every_release_comes_once_however_many_pages(export, chain, monkeypatch):
    """Also one that arrives while the file is being made."""
    monkeypatch.setattr(release_export, "RELEASES_PER_PAGE", 2)
    kept = [put(chain, version).id for version in range(1, 6)]

    parts = export.jsonl(ADMIN, chain)
    first = next(parts)
    put(chain, 9)
    lines = [*first.splitlines(), *b"".join(parts).splitlines()]

    assert [json.loads(line)["id"] for line in lines] == kept[::-1]


def test_all_endpoints_together_are_for_admins(export, chain):
    """An analyst may know the endpoints they may see, one by one."""
    kept = put(chain)

    assert kept.id in b"".join(export.jsonl(ADMIN)).decode()
    assert kept.id in b"".join(export.csv(ANALYST, chain)).decode()
    for viewer, endpoint in ((ANALYST, ""), (ANN, chain)):
        with pytest.raises(NotAllowed):
            export.csv(viewer, endpoint)
        with pytest.raises(NotAllowed):
            export.jsonl(viewer, endpoint)
