"""Databricks' own client deletes what is on record, and cleans up behind it: admins only."""

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.serving import (
    AiGatewayConfig,
    AiGatewayInferenceTableConfig,
    EndpointCoreConfigInput,
    ServedEntityInput,
)
from databricks.sdk.service.sql import StatementState

from tests.contract.conftest import ask

TABLE = "main.erasure.chain_payload"


@pytest.fixture(scope="module")
def asked(client, scripted):
    """An endpoint with inference tables; return a function that asks it."""
    table = AiGatewayInferenceTableConfig(
        enabled=True, catalog_name="main", schema_name="erasure", table_name_prefix="chain"
    )
    client.serving_endpoints.create_and_wait(
        "erasure",
        config=EndpointCoreConfigInput(
            name="erasure",
            served_entities=[ServedEntityInput(entity_name=scripted, entity_version="1")],
        ),
        ai_gateway=AiGatewayConfig(inference_table_config=table),
    )
    yield lambda text: ask(client, "erasure", text)
    client.serving_endpoints.delete("erasure")


@pytest.fixture(scope="module")
def run(client):
    """Return a function that runs a statement, by default as the workspace's owner."""
    warehouse = next(iter(client.warehouses.list())).id

    def statement(text, person=client):
        return person.statement_execution.execute_statement(text, warehouse, wait_timeout="50s")

    return statement


def rows(run, statement):
    return run(statement).result.data_array


def test_deleted_rows_are_gone_and_counted(asked, run):
    """A condition, a subquery in it, the number of rows; what does not match stays."""
    for text in ("delete me", "delete me, too", "keep me"):
        asked(text)

    answer = run(f"DELETE FROM {TABLE}_request_logs WHERE request LIKE 'delete me%'")
    of_payload = run(
        f"DELETE FROM {TABLE} AS old WHERE NOT EXISTS (SELECT 1 FROM {TABLE}_request_logs AS log "
        "WHERE log.databricks_request_id = old.databricks_request_id)"
    )

    assert answer.status.state is StatementState.SUCCEEDED
    assert answer.manifest.schema.columns[0].name == "num_affected_rows"
    assert answer.result.data_array == of_payload.result.data_array == [["2"]]
    assert rows(run, f"SELECT request FROM {TABLE}_request_logs") == [["keep me"]]
    assert rows(run, f"SELECT count(*) FROM {TABLE}") == [["1"]]


def test_vacuum_removes_old_files_and_old_results(asked, run, client):
    """REORG and VACUUM are accepted as on Databricks; a result from before is gone, too."""
    asked("a question somebody reads")
    before = run(f"SELECT request FROM {TABLE}_request_logs")

    for statement in (f"REORG TABLE {TABLE} APPLY (PURGE)", f"VACUUM {TABLE} RETAIN 0 HOURS"):
        assert run(statement).status.state is StatementState.SUCCEEDED, statement

    with pytest.raises(Exception, match="not found"):
        client.statement_execution.get_statement(before.statement_id)
    assert rows(run, f"SELECT count(*) > 0 FROM {TABLE}") == [["true"]]


@pytest.mark.parametrize(
    "statement",
    [
        f"DELETE FROM {TABLE}",
        f"VACUUM {TABLE} RETAIN 0 HOURS",
        f"REORG TABLE {TABLE} APPLY (PURGE)",
    ],
)
def test_nobody_but_an_admin_erases(asked, run, as_person, statement):
    """Analysts read; reviewers may not even do that. Neither can take anything out."""
    asked("what must stay")
    count = f"SELECT count(*) FROM {TABLE}"
    before = rows(run, count)

    answer = run(statement, as_person("analysts"))

    assert answer.status.state is StatementState.FAILED
    assert "INSUFFICIENT_PERMISSIONS" in answer.status.error.message
    assert "admins only" in answer.status.error.message
    with pytest.raises(PermissionDenied):
        run(statement, as_person("reviewers"))
    assert rows(run, count) == before


@pytest.mark.parametrize(
    ("statement", "condition"),
    [
        ("DELETE FROM main.erasure.missing", "TABLE_OR_VIEW_NOT_FOUND"),
        (f"DELETE FROM {TABLE} WHERE nobody = 1", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        (f"VACUUM {TABLE} RETAIN some HOURS", "PARSE_SYNTAX_ERROR"),
        (f"REORG TABLE {TABLE}", "UNSUPPORTED_FEATURE"),
    ],
)
def test_what_cannot_be_done_is_a_failure_with_its_condition(asked, run, statement, condition):
    """Nothing is deleted by a statement that is not understood."""
    answer = run(statement)

    assert answer.status.state is StatementState.FAILED
    assert f"[{condition}]" in answer.status.error.message


def test_own_table_is_dropped_instead(run):
    """DELETE is for what is on record; people's own tables are made anew."""
    run("CREATE TABLE IF NOT EXISTS main.default.own_for_erasure (a INT)")

    answer = run("DELETE FROM main.default.own_for_erasure")

    assert "can be dropped" in answer.status.error.message
