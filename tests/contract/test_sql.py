"""SQL through databricks-sdk: statements, parameters, chunks, cancel, warehouses, grants."""

import time

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.serving import (
    AiGatewayConfig,
    AiGatewayInferenceTableConfig,
    EndpointCoreConfigInput,
)
from databricks.sdk.service.sql import (
    Disposition,
    ExecuteStatementRequestOnWaitTimeout,
    Format,
    State,
    StatementParameterListItem,
    StatementState,
)

from tests.contract.conftest import ask, entity

STATEMENTS = "/api/2.0/sql/statements"
WAREHOUSES = "/api/2.0/sql/warehouses"
OVER = (StatementState.SUCCEEDED, StatementState.FAILED, StatementState.CANCELED)
SLOW = (
    "SELECT count(*) FROM (SELECT explode(sequence(1, 100000)) AS a) x, "
    "(SELECT explode(sequence(1, 100000)) AS b) y, (SELECT explode(sequence(1, 1000)) AS c) z "
    "WHERE a * b % 7 = c"
)


@pytest.fixture(scope="module")
def warehouse(client) -> str:
    return next(iter(client.warehouses.list())).id


@pytest.fixture(scope="module")
def run(client, warehouse):
    """Run a statement, with named strings as parameters."""

    def execute(statement, parameters=(), **options):
        given = [StatementParameterListItem(**each) for each in parameters]
        return client.statement_execution.execute_statement(
            statement, warehouse, parameters=given, wait_timeout="30s", **options
        )

    return execute


def finished(client, statement_id):
    """Poll as a client does until the statement is over."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = client.statement_execution.get_statement(statement_id)
        if answer.status.state in OVER:
            return answer
        time.sleep(0.1)
    raise AssertionError("the statement does not end")


def test_the_warehouse_runs(client, warehouse):
    """There is one; it is on, starting it changes nothing."""
    assert client.warehouses.get(warehouse).state == State.RUNNING
    assert client.warehouses.start_and_wait(warehouse).id == warehouse
    (described,) = client.api_client.do("GET", WAREHOUSES)["warehouses"]
    assert described["odbc_params"]["path"] == f"/sql/1.0/warehouses/{warehouse}"
    with pytest.raises(NotFound):
        client.warehouses.get("0123456789abcdef")


def test_stopping_the_warehouse_is_refused(client, warehouse):
    """A client would wait for ever for it to be off."""
    with pytest.raises(BadRequest, match="stops with it"):
        client.warehouses.stop(warehouse)


def test_statement_answers_with_schema_and_strings(run):
    """Every cell is a string or null, the schema says what it was."""
    answer = run(
        "SELECT 1 AS a, 3000000000 AS b, 1.50 AS c, 'x' AS d, true AS e, NULL AS f, "
        "TIMESTAMP '2024-01-01 00:00:00' AS g, DATE '2024-01-01' AS h, 0.1D AS i, "
        "array(1) AS j, named_struct('k', 'v') AS k, map('k', 1) AS l"
    )
    assert answer.status.state == StatementState.SUCCEEDED
    columns = answer.manifest.schema.columns
    assert [column.type_name.value for column in columns] == [
        *("INT", "LONG", "DECIMAL", "STRING", "BOOLEAN", "NULL"),
        *("TIMESTAMP", "DATE", "DOUBLE", "ARRAY", "STRUCT", "MAP"),
    ]
    assert (columns[1].type_text, columns[2].type_precision, columns[2].type_scale) == (
        *("BIGINT", 3),
        2,
    )
    assert answer.result.data_array == [
        [
            *("1", "3000000000", "1.50", "x", "true", None),
            *("2024-01-01T00:00:00.000Z", "2024-01-01", "0.1", "[1]", '{"k":"v"}', '{"k":1}'),
        ]
    ]


def test_parameters_have_names_and_types(run):
    """A value stays a value, NULL is one, and a wrong one is the statement's failure."""
    answer = run(
        "SELECT :name AS n, :n + 1 AS m, :day AS d, :none AS z",
        [
            {"name": "name", "value": "o'clock"},
            {"name": "n", "value": "41", "type": "INT"},
            {"name": "day", "value": "2024-01-01", "type": "DATE"},
            {"name": "none", "type": "DOUBLE"},
        ],
    )
    assert answer.result.data_array == [["o'clock", "42", "2024-01-01", None]]
    wrong = run("SELECT :n", [{"name": "n", "value": "x", "type": "INT"}])
    assert wrong.status.state == StatementState.FAILED
    assert "UNBOUND_SQL_PARAMETER" in run("SELECT :missing").status.error.message


def test_failing_statement_is_an_answer(run, client):
    """The request succeeds; the state is FAILED and says why."""
    failed = run("SELECT * FROM main.nowhere.nothing")
    assert failed.status.state == StatementState.FAILED
    assert failed.status.error.error_code.value == "BAD_REQUEST"
    assert failed.status.error.message.startswith("[TABLE_OR_VIEW_NOT_FOUND]")
    assert failed.status.sql_state == "42P01"
    assert finished(client, failed.statement_id).status.state == StatementState.FAILED


def test_statement_is_polled_and_its_chunks_follow(client, warehouse):
    """With 0s it is answered at once, and read chunk by chunk later."""
    wide = "SELECT explode(sequence(1, 60)) AS n, repeat('x', 200000) AS text"
    submitted = client.statement_execution.execute_statement(wide, warehouse, wait_timeout="0s")
    assert submitted.status.state == StatementState.PENDING
    answer = finished(client, submitted.statement_id)
    assert answer.manifest.total_row_count == 60
    assert answer.manifest.total_chunk_count > 1
    part, seen = answer.result, []
    while True:
        seen += [int(row[0]) for row in part.data_array]
        if part.next_chunk_index is None:
            break
        part = client.statement_execution.get_statement_result_chunk_n(
            submitted.statement_id, part.next_chunk_index
        )
    assert sorted(seen) == list(range(1, 61))
    chunks = f"{STATEMENTS}/{submitted.statement_id}/result/chunks"
    with pytest.raises(BadRequest):
        client.api_client.do("GET", f"{chunks}/{answer.manifest.total_chunk_count}")


def test_limits_cut_off_and_say_so(run):
    """row_limit and byte_limit truncate; more than 25 MiB inline is a failure."""
    numbers = "SELECT explode(sequence(1, 1000)) AS n"
    assert run(numbers, row_limit=10).manifest.truncated
    assert run(numbers, row_limit=10).manifest.total_row_count == 10
    assert not run(numbers, row_limit=1000).manifest.truncated
    assert run(numbers, byte_limit=500).manifest.truncated
    large = run("SELECT explode(sequence(1, 27)) AS n, repeat('x', 1000000) AS text")
    assert large.status.state == StatementState.FAILED
    assert "Inline byte limit exceeded" in large.status.error.message


def test_statement_is_canceled(client, warehouse, run):
    """By request, or when nobody waits any longer; the next one runs."""
    submitted = client.statement_execution.execute_statement(SLOW, warehouse, wait_timeout="0s")
    client.statement_execution.cancel_execution(submitted.statement_id)
    assert finished(client, submitted.statement_id).status.state == StatementState.CANCELED
    waited = client.statement_execution.execute_statement(
        SLOW,
        warehouse,
        wait_timeout="5s",
        on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CANCEL,
    )
    assert waited.status.state == StatementState.CANCELED
    assert run("SELECT 1").status.state == StatementState.SUCCEEDED


def test_wrong_requests_are_refused(client, warehouse):
    """Bad arguments are 400, an unknown warehouse or statement is 404."""
    execution = client.statement_execution
    with pytest.raises(InvalidParameterValue):
        execution.execute_statement("SELECT 1", warehouse, wait_timeout="3s")
    with pytest.raises(InvalidParameterValue):
        execution.execute_statement("SELECT 1", warehouse, format=Format.CSV)
    with pytest.raises(NotFound):
        execution.execute_statement("SELECT 1", "no-such-warehouse")
    with pytest.raises(NotFound):
        execution.get_statement("01ef0000-0000-0000-0000-000000000000")
    with pytest.raises(NotFound):
        execution.cancel_execution("01ef0000-0000-0000-0000-000000000000")
    with pytest.raises(Exception, match="INLINE"):
        execution.execute_statement("SELECT 1", warehouse, disposition=Disposition.EXTERNAL_LINKS)


def test_reviewers_may_not_query_and_analysts_only_read(client, warehouse, as_person, run):
    """A statement belongs to who submitted it."""
    reviewer, analyst = as_person("reviewers"), as_person("analysts")
    with pytest.raises(PermissionDenied, match="may not run SQL"):
        reviewer.statement_execution.execute_statement("SELECT 1", warehouse)
    with pytest.raises(PermissionDenied):
        list(reviewer.warehouses.list())
    read = analyst.statement_execution.execute_statement("SELECT 1 AS a", warehouse)
    assert read.result.data_array == [["1"]]
    made = analyst.statement_execution.execute_statement("CREATE TABLE x (a INT)", warehouse)
    assert "INSUFFICIENT_PERMISSIONS" in made.status.error.message
    mine = run("SELECT 1")
    with pytest.raises(NotFound):
        analyst.statement_execution.get_statement(mine.statement_id)
    assert client.statement_execution.get_statement(read.statement_id).statement_id


def test_results_are_kept_in_tables_as_in_the_labs(run):
    """Seed 2 writes what it found into tables of its own and reads them back."""
    for statement in (
        "CREATE CATALOG IF NOT EXISTS sandbox",
        "CREATE SCHEMA IF NOT EXISTS sandbox.nasa_gcn_dev",
        "CREATE TABLE IF NOT EXISTS sandbox.nasa_gcn_dev.rag_results (question STRING, ms DOUBLE)",
        "INSERT INTO sandbox.nasa_gcn_dev.rag_results VALUES ('What is a GRB?', 12.5)",
    ):
        answer = run(statement)
        assert answer.status.state == StatementState.SUCCEEDED, answer.status
    kept = run("SELECT * FROM rag_results", catalog="sandbox", schema="nasa_gcn_dev")
    assert kept.result.data_array == [["What is a GRB?", "12.5"]]
    assert run("SHOW TABLES IN sandbox.nasa_gcn_dev").result.data_array
    run("DROP TABLE sandbox.nasa_gcn_dev.rag_results")


def test_request_is_in_the_answer_a_moment_later(client, scripted, run):
    """Seed 2's query of the payload table, right after the call."""
    tables = AiGatewayInferenceTableConfig(
        enabled=True, catalog_name="main", schema_name="sql", table_name_prefix="asked"
    )
    config = EndpointCoreConfigInput(name="asked", served_entities=[entity(scripted, 1)])
    client.serving_endpoints.create_and_wait(
        "asked", config=config, ai_gateway=AiGatewayConfig(inference_table_config=tables)
    )
    for text in ("first", "second"):
        ask(client, "asked", text)
    answer = run(
        "SELECT request:messages[0].content AS question, status_code, "
        "request_date = current_date() FROM main.sql.asked_payload "
        "ORDER BY request_time DESC LIMIT 10"
    )
    assert answer.status.state == StatementState.SUCCEEDED, answer.status
    assert answer.result.data_array == [["second", "200", "true"], ["first", "200", "true"]]
