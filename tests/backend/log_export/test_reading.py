"""What is read for an export where a warehouse does not hand it out just like that."""

import json

from backend.errors import TooManyRequests, Unavailable
from backend.log_export import reading
from backend.log_export.record import Kind
from backend.tables import sql
from tests.backend.judged import row, text_assessment
from tests.backend.log_export.warehoused import cells, downloaded, wanted


def test_request_too_large_for_one_answer_loses_its_bodies_only(exports, warehouse):
    """One huge request does not keep the others from being exported, and the manifest says so."""
    warehouse.requests = [cells(number) for number in range(40)]
    huge = warehouse.requests[17]

    def refuses(rows):
        return "Too large." if any(each == huge for each in rows) else None

    warehouse.refuses = refuses
    _, archive = downloaded(exports, wanted(Kind.JSONL))

    lines = [json.loads(line) for line in archive.read("requests.jsonl").decode().splitlines()]
    assert [each["request_id"] for each in lines] == [each["id"] for each in warehouse.requests]
    assert [each["request_id"] for each in lines if each["request_body"] is None] == [huge["id"]]
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["counts"]["without_their_bodies"] == 1
    assert "larger" in " ".join(manifest["notes"])


def test_texts_too_large_without_their_bodies_are_begun_too(exports, warehouse):
    """Whoever leaves the bodies out is not kept from the rest either."""
    warehouse.requests = [cells(number) for number in range(3)]

    def refuses(rows):
        is_whole = ") AS question" not in warehouse.pages[-1]
        return "Too large." if is_whole and any(row["id"] == "r00001" for row in rows) else None

    warehouse.refuses = refuses
    export, _ = downloaded(exports, wanted(with_bodies=False))

    assert export.manifest["counts"] == {
        "requests": 3,
        "judged": 0,
        "verdicts": 0,
        "without_their_bodies": 1,
    }


def test_workspace_that_is_busy_for_a_while_is_asked_again(exports, filled, monkeypatch):
    """An export of an hour meets more than one such moment."""
    monkeypatch.setattr(reading, "_PAUSES", (0.0, 0.0))
    rows, busy = sql.rows, [TooManyRequests(), Unavailable()]

    def asked(*arguments, **named):
        # Behind the first page: what people said of it is read then.
        if len(filled.pages) == 1 and busy:
            raise busy.pop()
        return rows(*arguments, **named)

    monkeypatch.setattr(sql, "rows", asked)
    export, _ = downloaded(exports, wanted())

    assert not busy
    assert export.manifest["counts"]["requests"] == len(filled.requests)


def test_file_says_why_a_body_is_not_on_record(exports, warehouse):
    """It stands in the payload, which is asked for these requests alone."""
    warehouse.requests = [cells(1), cells(2, response_body=None), cells(3)]
    warehouse.codes = {"r00002": "MAX_RESPONSE_SIZE_EXCEEDED"}

    _, archive = downloaded(exports, wanted(Kind.JSONL))

    lines = [json.loads(line) for line in archive.read("requests.jsonl").decode().splitlines()]
    assert [each["logging_errors"] for each in lines] == [None, "MAX_RESPONSE_SIZE_EXCEEDED", None]
    (given,) = [given for text, given in warehouse.asked if "AS codes" in text]
    assert [value for name, value in given.items() if "lacking" in name] == ["r00002"]


def test_what_was_taken_back_is_no_verdict(exports, warehouse):
    """The file counts what the filters count."""
    nothing = {"ratings": {}, "free_text_comment": None, "suggested_output": None}
    warehouse.requests = [cells(1), cells(2)]
    warehouse.verdicts = [
        row("r00001", 1, text_assessment("negative")),
        row("r00001", 2, nothing),
        row("r00002", 1, text_assessment("negative")),
    ]

    export, archive = downloaded(exports, wanted(Kind.JSONL))

    lines = [json.loads(line) for line in archive.read("requests.jsonl").decode().splitlines()]
    assert [each["reviewers"] for each in lines] == [None, "ann@example.com"]
    assert (export.manifest["counts"]["judged"], export.manifest["counts"]["verdicts"]) == (1, 1)
