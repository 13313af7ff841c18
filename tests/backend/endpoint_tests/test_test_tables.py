"""What is written into tables, whoever has made them; the warehouse is played here."""

import json
from datetime import UTC, datetime

import pytest
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.connection import open_workspace
from backend.endpoint_tests.asking import Trial
from backend.endpoint_tests.figures import figures
from backend.endpoint_tests.tables import (
    LOAD_RESULTS,
    MODEL_INFO,
    TEST_RESULTS,
    Examined,
    load_row,
    record,
    result_rows,
)
from backend.endpoint_tests.test_tables import Place, Table, write
from backend.errors import Refused
from backend.serving.deployment_names import ModelName

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SUBMIT = "POST /api/2.0/sql/statements"
PLACE = Place("main", "rag")
TABLE = Table("results", {"question": "STRING", "latency_ms": "DOUBLE", "tested_at": "TIMESTAMP"})
ROW = {"question": "It's `x`?", "latency_ms": 12.5, "tested_at": NOON}
MODEL = "main.rag.chain"


class Warehouse:
    """Has tables by their names, each with its columns; remembers what it was told."""

    def __init__(self, workspace):
        workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})
        workspace.answer = self._answer(workspace.answer)
        self.tables = {}
        self.schemas = {"`main`.`rag`"}
        self.refusal = ""
        self.inserted = []
        self.statements = []

    def _answer(self, usual):
        def answer(request, body, is_json):
            if request != SUBMIT:
                return usual(request, body, is_json)
            asked = json.loads(body)
            self.statements.append(asked["statement"])
            values = {each["name"]: each["value"] for each in asked.get("parameters", [])}
            return 200, self._run(asked["statement"], values)

        return answer

    def _run(self, statement, values):
        words = statement.split()
        if self.refusal and words[0] in ("CREATE", "INSERT"):
            return failed(self.refusal)
        if words[0] == "DESCRIBE":
            columns = self.tables.get(words[-1])
            if columns is None:
                return failed("[TABLE_OR_VIEW_NOT_FOUND] No.")
            return succeeded(["col_name", "data_type"], [[*each] for each in columns.items()])
        if words[:2] == ["CREATE", "SCHEMA"]:
            self.schemas.add(words[-1])
        if words[:2] == ["CREATE", "TABLE"]:
            name = words[5]
            if name.rpartition(".")[0] not in self.schemas:
                return failed("[SCHEMA_NOT_FOUND] No.")
            listed = statement.partition(" (")[2].rstrip(")").split(", ")
            self.tables[name] = {each.split()[0].strip("`"): each.split()[1] for each in listed}
        if words[0] == "INSERT":
            self.inserted.append((statement, json.loads(values["rows"])))
        return succeeded([], [])


def succeeded(columns, rows):
    schema = {"columns": [{"name": name} for name in columns]}
    return {
        "statement_id": "s",
        "status": {"state": "SUCCEEDED"},
        "manifest": {"schema": schema},
        "result": {"data_array": rows},
    }


def failed(message):
    return {
        "statement_id": "s",
        "status": {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": message}},
    }


@pytest.fixture
def warehouse(workspace) -> Warehouse:
    return Warehouse(workspace)


@pytest.fixture
def client(workspace, warehouse):
    return open_workspace(workspace.address, "token")


def test_values_travel_as_one_parameter(client, warehouse):
    """Never in the statement, whatever is in them."""
    assert write(client, PLACE, TABLE, [ROW, ROW]) == []

    ((statement, rows),) = warehouse.inserted
    assert "It's" not in statement
    assert statement.startswith("INSERT INTO `main`.`rag`.`results` (`question`, `latency_ms`,")
    assert (
        rows
        == [
            {
                "question": "It's `x`?",
                "latency_ms": "12.5",
                "tested_at": "2026-03-03T12:00:00+00:00",
            }
        ]
        * 2
    )


def test_many_rows_go_in_a_few_statements(client, warehouse):
    """Each is one commit, of a size a warehouse takes."""
    write(client, PLACE, TABLE, [ROW] * 250)

    assert [len(rows) for _, rows in warehouse.inserted] == [100, 100, 50]


def test_schema_that_is_missing_is_made(client, warehouse):
    """The registry's schema need not be one of tables yet."""
    warehouse.schemas.clear()

    assert write(client, PLACE, TABLE, [ROW]) == []
    assert warehouse.inserted


def test_table_of_somebody_else_gets_what_it_has_columns_for(client, warehouse):
    """In its own types; a column that is no plain value counts as missing."""
    warehouse.tables["`main`.`rag`.`results`"] = {
        "Question": "string",
        "latency_ms": "int",
        "tested_at": "array<string>",
        "note": "string",
        "": "",
        "# Partitioning": "",
        "question2": "string",
    }

    assert write(client, PLACE, TABLE, [ROW]) == ["tested_at"]

    ((statement, rows),) = warehouse.inserted
    assert "CAST(CAST(given.`latency_ms` AS DOUBLE) AS INT)" in statement
    assert "CAST(given.`question` AS STRING)" in statement
    assert rows[0].keys() == {"question", "latency_ms"}


def test_row_that_is_there_is_not_written_again(client, warehouse):
    """Where a table has a key; without its columns nobody could tell, so nothing is written."""
    keyed = Table("results", TABLE.columns, key=("question",))
    warehouse.tables["`main`.`rag`.`results`"] = {"latency_ms": "double"}

    assert write(client, PLACE, keyed, [ROW]) == ["question", "tested_at"]
    assert warehouse.inserted == []


def examined(**changes) -> Examined:
    """Return an endpoint with two versions."""
    entities = [
        {"name": f"chain_{n}", "entity_name": changes.get("model", MODEL), "entity_version": str(n)}
        for n in (2, 1)
    ]
    routes = [{"served_entity_name": "chain_2", "traffic_percentage": 100}]
    config = {"served_entities": entities, "traffic_config": {"routes": routes}}
    detail = ServingEndpointDetailed.from_dict(
        {"name": "chain", "config": config, "state": {"ready": "READY"}}
    )
    return Examined(detail, "run-1", NOON, changes.get("served_name", ""))


def test_results_name_the_version_that_answered():
    """Not the one that most of the traffic goes to."""
    trials = [
        Trial("a", "A", 1.2345, 200, served_name="chain_1", asked_at=NOON),
        Trial("b", latency_ms=1, error="No.", error_code="GONE", asked_at=NOON),
    ]

    first, second = result_rows(examined(), trials)

    assert (first["model_name"], first["model_version"]) == (MODEL, "1")
    assert (first["success"], first["error"], first["latency_ms"]) == (True, None, 1.234)
    assert (second["success"], second["error"], second["status_code"]) == (False, "No.", None)
    assert second["model_version"] == "2"
    assert {*first} <= {*TEST_RESULTS.columns}


def test_load_test_is_one_row():
    """Of the version that was asked by its name."""
    row = load_row(examined(served_name="chain_1"), 8, figures([10, 20], failed=2, seconds=4))

    assert (row["concurrency"], row["model_version"], row["run_id"]) == (8, "1", "run-1")
    assert (row["total_requests"], row["successful_requests"], row["failed_requests"]) == (4, 2, 2)
    assert (row["success_rate"], row["throughput_rps"], row["latency_p50_ms"]) == (0.5, 0.5, 15)
    assert {*row} <= {*LOAD_RESULTS.columns}


def test_what_became_of_the_tables_is_told(client, warehouse):
    """Which were written; and what could not be."""
    model = {"model_name": MODEL, "model_version": "2"}
    said = record(client, examined(), [model], LOAD_RESULTS, [{"concurrency": 1}])

    assert said == (
        "Also in main.rag: rag_model_info, rag_endpoint_info, rag_endpoint_load_test_results."
    )
    assert {name.rpartition(".")[2].strip("`") for name in warehouse.tables} == {
        MODEL_INFO.name,
        "rag_endpoint_info",
        LOAD_RESULTS.name,
    }


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("INSUFFICIENT_PERMISSIONS: no", "needs USE SCHEMA, CREATE TABLE and MODIFY there."),
        ("SOMETHING_ELSE", "Not in rag_endpoint_info: The SQL warehouse did not accept"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(client, warehouse, refusal, said):
    """The figures of the run are kept all the same, so nothing is raised."""
    warehouse.refusal = refusal

    found = record(client, examined(), [], LOAD_RESULTS, [{"concurrency": 1}])

    assert said in found
    assert "Also in" not in found


def test_model_without_a_schema_has_no_tables(client, warehouse):
    """As one of a registry without catalogs."""
    with pytest.raises(Refused):
        ModelName.parse("chain")

    said = record(client, examined(model="chain"), [], LOAD_RESULTS, [{"concurrency": 1}])

    assert said == "The model lies in no schema, so the results are in no table."
    assert warehouse.statements == []
