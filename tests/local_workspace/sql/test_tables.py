"""Tables: rows in files and rows not in files yet are one table; people's own are real Delta."""

import datetime
import threading

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.sql.dialect.type_oracle import relation_name
from local_workspace.sql.engine import Engine, Relation
from local_workspace.sql.limits import SqlLimits
from tests.local_workspace.sql.conftest import Sql

START = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("request_date", pa.date32()),
        ("request_time", pa.timestamp("us", "UTC")),
        ("request", pa.string()),
    ]
)


def hours(first: int, count: int) -> pa.Table:
    """One row per hour."""
    times = [START + datetime.timedelta(hours=first + each) for each in range(count)]
    columns = [range(first, first + count), [each.date() for each in times], times]
    return pa.table([*columns, ["text"] * count], schema=SCHEMA)


@pytest.fixture
def own(tmp_path) -> Sql:
    return Sql(tmp_path)


@pytest.fixture
def with_logs(own) -> Sql:
    """An inference table in the same place as people's own."""
    path = own.folder / "tables" / "main" / "rag" / "chain_payload"
    write_deltalake(path, hours(0, 24))
    own.tables = [TableLocation("main", "rag", "chain_payload", path)]
    return own


def test_own_table_is_delta_and_keeps_its_types(own):
    """Seed 2 keeps its results in tables; any Delta reader opens them."""
    own(
        "CREATE TABLE IF NOT EXISTS rag_results (id INT NOT NULL, at TIMESTAMP, name STRING "
        "COMMENT 'who', cost DECIMAL(10,2), tags ARRAY<STRING>, more MAP<STRING, STRING>) "
        "USING DELTA COMMENT 'results'",
        may_write=True,
    )
    answer = own(
        "INSERT INTO rag_results VALUES (1, '2024-01-01 10:00:00', 'a', 1.005, array('x'), "
        "map('k', 'v')), (2, NULL, :name, NULL, NULL, NULL)",
        may_write=True,
        parameters={"name": "it's"},
    )
    assert answer.names == ["num_affected_rows", "num_inserted_rows"]
    assert answer.rows == [["2", "2"]]
    assert own("SELECT * FROM main.default.rag_results ORDER BY id").rows == [
        ["1", "2024-01-01T10:00:00.000Z", "a", "1.01", '["x"]', '{"k":"v"}'],
        ["2", None, "it's", None, None, None],
    ]
    table = DeltaTable(own.folder / "user_tables" / "main" / "default" / "rag_results")
    assert table.to_pyarrow_table().num_rows == 2


def test_columns_left_out_are_null_and_queries_can_be_inserted(own):
    """INSERT names columns in any order, and takes a query."""
    own("CREATE TABLE t (a INT, b STRING)", may_write=True)
    own("INSERT INTO t (B, A) VALUES ('x', 1)", may_write=True)
    own("INSERT INTO t (a) SELECT a + 1 FROM t", may_write=True)
    assert own("SELECT a, b FROM t ORDER BY a").rows == [["1", "x"], ["2", None]]


@pytest.mark.parametrize(
    ("statement", "condition"),
    [
        ("INSERT INTO t VALUES ('x', 'y')", "CAST_INVALID_INPUT"),
        ("INSERT INTO t VALUES (NULL, 'y')", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"),
        ("INSERT INTO t VALUES (1)", "INSERT_COLUMN_ARITY_MISMATCH"),
        ("INSERT INTO t (c) VALUES (1)", "UNRESOLVED_COLUMN"),
        ("INSERT INTO missing VALUES (1)", "TABLE_OR_VIEW_NOT_FOUND"),
        ("INSERT OVERWRITE t VALUES (1, 'x')", "UNSUPPORTED_FEATURE"),
        ("CREATE TABLE t (a INT)", "TABLE_OR_VIEW_ALREADY_EXISTS"),
        ("CREATE TABLE u (a INT, A INT)", "COLUMN_ALREADY_EXISTS"),
        ("CREATE TABLE nowhere.u (a INT)", "SCHEMA_NOT_FOUND"),
        ("CREATE TABLE u (a TIMESTAMP_NTZ)", "UNSUPPORTED_FEATURE"),
        ("CREATE SCHEMA default", "SCHEMA_ALREADY_EXISTS"),
        ("DROP TABLE missing", "TABLE_OR_VIEW_NOT_FOUND"),
    ],
)
def test_wrong_change_changes_nothing(own, statement, condition):
    """Values must fit, names must be there; nothing is half written."""
    own("CREATE TABLE t (a INT NOT NULL, b STRING)", may_write=True)
    assert f"[{condition}]" in own.failure(statement, may_write=True).message
    assert own("SELECT count(*) FROM t").rows == [["0"]]


def test_dropped_table_is_gone_and_can_be_made_again(own):
    """Another table of the same name has nothing of the first."""
    for value in ("1", "2"):
        own("CREATE TABLE t (a INT)", may_write=True)
        own(f"INSERT INTO t VALUES ({value})", may_write=True)
        assert own("SELECT a FROM t").rows == [[value]]
        own("DROP TABLE t", may_write=True)
    assert "TABLE_OR_VIEW_NOT_FOUND" in own.failure("SELECT a FROM t").message
    own("DROP TABLE IF EXISTS t", may_write=True)


def test_catalogs_and_schemas_are_made_and_shown(own):
    """Names are one, two or three parts, completed by the request's defaults."""
    own("CREATE CATALOG IF NOT EXISTS sandbox", may_write=True)
    own("CREATE SCHEMA IF NOT EXISTS sandbox.nasa", may_write=True)
    own("CREATE TABLE sandbox.nasa.t (a INT)", may_write=True)
    assert own("SHOW CATALOGS").rows == [["main"], ["sandbox"]]
    assert ["nasa"] in own("SHOW SCHEMAS IN sandbox").rows
    assert own("SHOW TABLES IN sandbox.nasa").rows == [["nasa", "t", "false"]]
    assert own("SHOW TABLES LIKE 'T*'", catalog="sandbox", schema="nasa").rows
    assert own("SELECT count(*) FROM t", catalog="sandbox", schema="nasa").rows == [["0"]]
    assert own("SELECT count(*) FROM `SANDBOX`.Nasa.`T`").rows == [["0"]]
    assert own("SHOW COLUMNS IN sandbox.nasa.t").rows == [["a"]]
    assert own("DESCRIBE TABLE EXTENDED sandbox.nasa.t").rows[0] == ["a", "int", None]
    found = own(
        "SELECT table_name, full_data_type FROM sandbox.information_schema.columns "
        "WHERE table_schema = 'nasa'"
    )
    assert found.rows == [["t", "int"]]
    tables = own("SELECT table_schema, table_name FROM system.information_schema.tables")
    assert tables.rows == [["nasa", "t"]]
    assert "NO_SUCH_CATALOG" in own.failure("SHOW SCHEMAS IN nowhere").message
    assert "SCHEMA_NOT_FOUND" in own.failure("SHOW TABLES IN main.nowhere").message


def test_inference_tables_can_be_read_and_not_changed(with_logs):
    """Nobody writes them with SQL, whatever they may otherwise."""
    name = "main.rag.chain_payload"
    assert with_logs(f"SELECT count(*) FROM {name}").rows == [["24"]]
    for statement in (
        f"INSERT INTO {name} (id) VALUES (1)",
        f"DROP TABLE {name}",
        f"DROP TABLE IF EXISTS {name}",
    ):
        failure = with_logs.failure(statement, may_write=True)
        assert "inference table" in failure.message
    with_logs(f"CREATE TABLE IF NOT EXISTS {name} (a INT)", may_write=True)
    assert with_logs(f"SELECT count(*) FROM {name}").rows == [["24"]]


def test_columns_can_be_named_by_the_full_name_of_their_table(with_logs):
    """As people write joins."""
    answer = with_logs(
        "SELECT main.rag.chain_payload.id, chain_payload.id, rag.chain_payload.id "
        "FROM main.rag.chain_payload ORDER BY request_time DESC LIMIT 1"
    )
    assert answer.rows == [["23", "23", "23"]]


def test_new_files_are_seen_by_the_next_statement(with_logs):
    """What DuckDB remembers of files does not hide newer ones."""
    path = with_logs.tables[0].path
    for index in range(3):
        write_deltalake(path, hours(24 * (index + 1), 24), mode="append")
        counted = with_logs("SELECT count(*), max(id) FROM main.rag.chain_payload").rows
        assert counted == [[str(24 * (index + 2)), str(24 * (index + 2) - 1)]]


@pytest.fixture
def views(tmp_path):
    """Run a query over a relation, and return its rows or its plan."""
    engine = Engine(SqlLimits(), tmp_path / "scratch")

    def run(relation: Relation, query: str, by_name: bool = False) -> list[tuple]:
        with engine.connection([tmp_path]) as connection:
            engine.show(connection, relation_name(0), relation, by_name)
            return connection.sql(query.replace("$", 'temp.main."relation 0"')).fetchall()

    return run


def files(folder, *tables: pa.Table) -> list[str]:
    for table in tables:
        write_deltalake(folder / "delta", table, mode="append")
    return DeltaTable(folder / "delta").file_uris()


def test_rows_in_memory_and_in_files_are_one_table(tmp_path, views):
    """A row acknowledged a moment ago is in the answer."""
    relation = Relation(SCHEMA, files(tmp_path, hours(0, 10)), hours(10, 5))
    assert views(relation, "SELECT count(*), max(id) FROM $") == [(15, 14)]
    assert views(Relation(SCHEMA, [], hours(0, 2)), "SELECT count(*) FROM $") == [(2,)]
    assert views(Relation(SCHEMA, [], None), "SELECT count(*) FROM $") == [(0,)]


def test_files_may_lack_columns_that_came_later(tmp_path, with_logs):
    """They are null there; the statement is read again by name."""
    path = with_logs.tables[0].path
    newer = hours(24, 1).append_column("extra", pa.array(["new"]))
    write_deltalake(path, newer, mode="append", schema_mode="merge")
    rows = with_logs("SELECT id, extra FROM main.rag.chain_payload WHERE id >= 23 ORDER BY id").rows
    assert rows == [["23", None], ["24", "new"]]
    assert len(with_logs("SELECT * FROM main.rag.chain_payload").rows) == 25


def test_filters_and_limits_reach_the_files(tmp_path, views):
    """Only the day that is asked for is read, and only the newest files for the newest rows."""
    many = files(tmp_path, *(hours(24 * day, 24) for day in range(20)))
    relation = Relation(SCHEMA, many, hours(480, 5))
    day = views(relation, "EXPLAIN ANALYZE SELECT id FROM $ WHERE request_date = DATE '2024-01-05'")
    assert "Row Groups Scanned: 1 " in day[0][1]
    newest = views(relation, "EXPLAIN ANALYZE SELECT * FROM $ ORDER BY request_time DESC LIMIT 3")
    assert "Dynamic Filter" in newest[0][1]
    assert "Top N" in newest[0][1]


def test_canceled_before_it_began(own):
    """A statement nobody wants any more is not run."""
    canceled = threading.Event()
    canceled.set()
    runner = own.runner
    own.runner = type("Canceled", (), {"run": lambda _, job, __: runner.run(job, canceled)})()
    assert own.failure("SELECT 1").sql_state == "57014"
