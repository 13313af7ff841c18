"""An export is the filter as a file, whole or recognisably not."""

import csv
import hashlib
import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest

from backend.errors import (
    NotAllowed,
    NotFound,
    Refused,
    TooManyRequests,
    Unreachable,
)
from backend.log_export.exports import Stopped
from backend.log_export.record import Kind, State
from backend.request_logs.query import LogQuery
from tests.backend.judged import ADMIN, ANALYST, ANN, row, text_assessment
from tests.backend.log_export.warehoused import ENDPOINT, cells, downloaded, wanted


def test_csv_has_every_request_once_and_a_manifest_that_fits(exports, filled):
    """Whoever re-reads the file has what the filter has, and can tell that it is whole."""
    filled.verdicts = [row("r00007", 1, text_assessment("negative", "Too *old*.", "Six."))]

    export, archive = downloaded(exports, wanted())

    text = archive.read("requests.csv")
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    assert [each["request_id"] for each in rows] == [each["id"] for each in filled.requests]
    assert (rows[7]["thumbs_down"], rows[7]["comments"]) == ("1", "Too *old*.")
    assert rows[7]["corrected_answers"] == "Six."
    assert rows[0]["time"] == "2026-01-02T12:00:00+00:00"
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["sha256"] == hashlib.sha256(text).hexdigest()
    assert (manifest["complete"], manifest["bytes"]) == (True, len(text))
    assert manifest["counts"]["requests"] == len(filled.requests) == export.done
    assert list(manifest["columns"]) == list(rows[0])
    assert manifest["by"] == ANALYST.user_name
    assert "FROM `main`.`rag`.`chain_payload_request_logs`" in manifest["sql"]["statement"]
    assert export.state is State.DONE
    assert export.manifest == manifest


def test_jsonl_has_each_persons_verdict_by_itself(exports, warehouse):
    """A program needs no parsing of joined texts, and numbers are numbers."""
    warehouse.requests = [cells(1, question="line\nbreak \0 null")]
    warehouse.verdicts = [
        row("r00001", 1, text_assessment("negative")),
        row("r00001", 2, text_assessment("positive"), by="lee@example.com"),
    ]

    _, archive = downloaded(exports, wanted(Kind.JSONL))

    (line,) = archive.read("requests.jsonl").decode().splitlines()
    document = json.loads(line)
    assert document["question"] == "line\nbreak \0 null"
    assert (document["latency_ms"], document["thumbs_up"]) == (12, 1)
    assert [each["thumb"] for each in document["verdicts"]] == ["positive", "negative"]


def test_parquet_can_be_read_with_its_types(exports, filled):
    """What comes out is a table; every page is a part of it."""
    _, archive = downloaded(exports, wanted(Kind.PARQUET))

    table = pq.read_table(io.BytesIO(archive.read("requests.parquet")))
    assert table.num_rows == len(filled.requests)
    assert str(table.schema.field("time").type) == "timestamp[us, tz=UTC]"
    assert table.column("trace").null_count == table.num_rows


def test_without_bodies_none_is_read(exports, filled):
    """What is left out of the file is not asked of the warehouse either."""
    _, archive = downloaded(exports, wanted(with_bodies=False))

    assert "request_body" not in archive.read("requests.csv").decode().splitlines()[0]
    assert all("request_raw`" not in text.partition(" FROM ")[0] for text in filled.pages)


def test_filter_of_the_last_days_has_the_same_end_on_every_page(exports, filled):
    """What arrives while it is read does not make it endless."""
    downloaded(exports, wanted(query=LogQuery(ENDPOINT, span="24h")))

    ends = {given["log_until"] for text, given in filled.asked if " LIMIT " in text}
    assert len(filled.pages) >= 3
    assert len(ends) == 1


def test_refusal_in_the_middle_is_no_whole_file(exports, filled):
    """What was sent until then opens as no archive, and the page says what happened."""
    filled.refuses = lambda rows: "Out of order." if len(filled.pages) > 1 else None
    export = exports.prepare(ANALYST, wanted())
    download = exports.begin(ANALYST, export.id)
    sent = []

    with pytest.raises(Refused):
        sent.extend(download.parts)

    assert sent
    assert not zipfile.is_zipfile(io.BytesIO(b"".join(sent)))
    now = exports.read(ANALYST, export.id)
    assert (now.state, now.manifest) == (State.FAILED, {})
    assert "Out of order." in now.problem


def test_workspace_that_dies_in_the_middle_is_no_whole_file(exports, filled):
    """Nobody answers any more, and that is what the page says."""

    def dies(_rows):
        if len(filled.pages) > 1:
            raise ConnectionAbortedError("The process is gone.")

    filled.refuses = dies
    export = exports.prepare(ANALYST, wanted(Kind.PARQUET))
    download = exports.begin(ANALYST, export.id)

    with pytest.raises(Unreachable):
        list(download.parts)

    now = exports.read(ANALYST, export.id)
    assert (now.state, now.problem) == (State.FAILED, Unreachable.usual_sentence)


def test_what_the_workspace_refuses_is_said_before_anything_is_sent(exports, filled):
    """A sentence is better than the beginning of a file."""
    filled.refuses = lambda rows: "INSUFFICIENT_PERMISSIONS"
    export = exports.prepare(ANALYST, wanted())

    with pytest.raises(NotAllowed):
        exports.begin(ANALYST, export.id)

    assert exports.read(ANALYST, export.id).state is State.FAILED


def test_stopped_from_the_page_it_reads_no_further(exports, filled):
    """Who stops it is not shown a file that looks whole."""
    export = exports.prepare(ANALYST, wanted())
    download = exports.begin(ANALYST, export.id)
    sent = [next(download.parts)]

    exports.stop(ANALYST, export.id)
    with pytest.raises(Stopped):
        sent.extend(download.parts)

    assert exports.read(ANALYST, export.id).state is State.STOPPED
    assert len(filled.pages) < 3


def test_stopped_before_the_first_page_it_is_called_stopped(exports, filled):
    """Counting may take minutes; a statement that was called off looks like one that failed."""
    export = exports.prepare(ANALYST, wanted())

    def stopped(_rows):
        exports.stop(ANALYST, export.id)
        return "The statement was stopped."

    filled.refuses = stopped
    with pytest.raises(Refused):
        exports.begin(ANALYST, export.id)

    assert exports.read(ANALYST, export.id).state is State.STOPPED


def test_closed_browser_ends_it(exports, filled):
    """Nobody is there to take the rest."""
    export = exports.prepare(ANALYST, wanted())
    download = exports.begin(ANALYST, export.id)
    next(download.parts)

    download.close()

    assert exports.read(ANALYST, export.id).state is State.STOPPED


def test_download_nobody_has_taken_a_part_of_is_over_too(exports, filled):
    """A browser that leaves at once must not keep one of a person's few places."""
    export = exports.prepare(ANALYST, wanted())

    exports.begin(ANALYST, export.id).close()

    assert exports.read(ANALYST, export.id).state is State.STOPPED


def test_closing_what_is_whole_changes_nothing(exports, filled):
    """The page goes on saying that it is."""
    export = exports.prepare(ANALYST, wanted())
    download = exports.begin(ANALYST, export.id)
    list(download.parts)

    download.close()

    assert exports.read(ANALYST, export.id).state is State.DONE


def test_no_request_is_a_file_too(exports, warehouse):
    """An export of nothing says of what."""
    export, archive = downloaded(exports, wanted())

    assert archive.read("requests.csv").decode().startswith("request_id,time,")
    assert (export.state, export.manifest["counts"]["requests"]) == (State.DONE, 0)


def test_reviewers_export_nothing(exports):
    """What others asked is not theirs to see."""
    with pytest.raises(NotAllowed):
        exports.prepare(ANN, wanted())


def test_who_has_lost_the_role_meanwhile_downloads_nothing(exports, filled):
    """What counts is what somebody is when the file is asked for."""
    export = exports.prepare(ANALYST, wanted())
    lost = type(ANALYST)(ANALYST.user_name, ANALYST.display_name, ANN.roles)

    with pytest.raises(NotAllowed):
        exports.begin(lost, export.id)


def test_export_of_somebody_else_does_not_exist(exports):
    """An id that leaked is of no use, not even to an admin."""
    export = exports.prepare(ANALYST, wanted())

    for attempt in (exports.read, exports.begin, exports.stop):
        with pytest.raises(NotFound):
            attempt(ADMIN, export.id)


def test_each_can_be_begun_once(exports, filled):
    """An address in a browser's history runs no second export."""
    export, _ = downloaded(exports, wanted())

    with pytest.raises(NotFound, match="begun before"):
        exports.begin(ANALYST, export.id)


def test_nobody_has_more_than_a_few_at_once(exports, filled):
    """One person cannot keep the warehouse from the others."""
    begun = [exports.prepare(ANALYST, wanted()) for _ in range(3)]
    first, _ = (exports.begin(ANALYST, each.id) for each in begun[:2])

    with pytest.raises(TooManyRequests):
        exports.begin(ANALYST, begun[2].id)

    list(first.parts)
    assert exports.begin(ANALYST, begun[2].id).file_name.endswith(".zip")


def test_old_ones_are_forgotten(exports):
    """A page that is open for weeks fills no memory."""
    first, *_, last = (exports.prepare(ANALYST, wanted()) for _ in range(30))

    assert exports.read(ANALYST, last.id) == last
    with pytest.raises(NotFound):
        exports.read(ANALYST, first.id)
