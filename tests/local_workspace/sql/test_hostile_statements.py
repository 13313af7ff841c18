"""Nothing but reading known tables: no files, network, settings, and no path in a message."""

import pytest

PROBES = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "SELECT * FROM parquet_scan('{folder}/*.parquet')",
    "SELECT * FROM parquet_metadata('{folder}/x.parquet')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{folder}/x.parquet'",
    "SELECT * FROM `/etc/passwd`",
    "SELECT * FROM csv.`/etc/passwd`",
    "SELECT * FROM delta.`{folder}`",
    "SELECT * FROM read_files('/etc/passwd')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM pragma_table_info('t')",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pg_catalog.pg_tables",
    "SELECT * FROM memory.main.t",
    'SELECT * FROM temp.main."relation 0"',
    "SELECT * FROM `temp`.`main`.`relation 0`",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('t')",
    "SELECT * FROM range(10)",
    "SELECT * FROM generate_series(1, 10)",
    "SELECT * FROM TABLE(query('SELECT 1'))",
    "SELECT * FROM IDENTIFIER('t')",
    "SELECT getenv('PATH')",
    "SELECT current_setting('allowed_directories')",
    "SELECT current_setting('temp_directory')",
    "SELECT current_database(), current_schemas(true)",
    "SELECT version()",
    "SELECT pg_sleep(1000)",
    "SELECT java_method('java.lang.System', 'exit', 1)",
    "SELECT reflect('java.lang.System', 'exit', 1)",
    "SELECT dbx_java_double(1.0D)",
    "SELECT error('x')",
    "SELECT raise_error('x')",
    "SELECT getvariable('x')",
    "SELECT nextval('s')",
    "SELECT txid_current()",
    "SELECT list_reduce([1], lambda x, y: x)",
    "SELECT a.b.upper('x')",
    "SELECT (SELECT 1 FROM read_text('/etc/passwd'))",
    "WITH x AS (SELECT * FROM glob('*')) SELECT * FROM x",
    "SELECT 1 UNION SELECT * FROM glob('*')",
    "SELECT 1 WHERE EXISTS (SELECT * FROM glob('*'))",
    "SELECT 1 ORDER BY (SELECT count(*) FROM glob('*'))",
    "SELECT count(*) FILTER (WHERE EXISTS (SELECT * FROM glob('*')))",
    "VALUES (1)",
    "TABLE t",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "SELECT 1; DROP TABLE t",
    "ATTACH '/tmp/x.db' AS x",
    "DETACH memory",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "COPY t FROM '/etc/passwd'",
    "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET memory_limit = '100GB'",
    "RESET memory_limit",
    "SET VAR x = 1",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM t",
    "ANALYZE TABLE t COMPUTE STATISTICS",
    "EXPLAIN SELECT 1",
    "PREPARE p AS SELECT 1",
    "EXECUTE IMMEDIATE 'SELECT 1'",
    "USE main",
    "BEGIN TRANSACTION",
    "CREATE MACRO m() AS 1",
    "CREATE FUNCTION m() RETURNS INT RETURN 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE OR REPLACE TABLE t (a INT)",
    "CREATE TABLE t2 AS SELECT 1 AS a",
    "CREATE TABLE t2 (a INT) LOCATION '/tmp/x'",
    "CREATE TABLE `../../x` (a INT)",
    "CREATE TABLE `..`.`..`.x (a INT)",
    "CREATE SECRET s (TYPE s3)",
    "ALTER TABLE t ADD COLUMN x INT",
    "UPDATE t SET a = 1",
    "DELETE FROM t",
    "MERGE INTO t USING t AS s ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE t",
    "DROP SCHEMA default",
    "DROP VIEW t",
    "GRANT SELECT ON TABLE t TO x",
    "SHOW GRANTS ON TABLE t",
    "SHOW CREATE TABLE t",
    "DESCRIBE DETAIL t",
    "DESCRIBE HISTORY t",
    "OPTIMIZE t",
    "RESTORE TABLE t TO VERSION AS OF 0",
    "SELECT * FROM t VERSION AS OF 0",
    "SELECT * FROM t@v0",
    "SELECT * FROM t TABLESAMPLE (1 PERCENT)",
    "SELECT /*+ BROADCAST(t) */ * FROM t",
    "SELECT rowid FROM t",
    "SELECT filename FROM t",
    "SELECT file_row_number FROM t",
    "SELECT _metadata.file_path FROM t",
    "SELECT input_file_name() FROM t",
]


@pytest.fixture(scope="module")
def guarded(sql):
    """The statements of somebody who may write, with one table."""
    sql("CREATE TABLE IF NOT EXISTS t (a INT)", may_write=True)
    sql("INSERT INTO t VALUES (1)", may_write=True)
    return sql


@pytest.mark.parametrize("probe", PROBES)
def test_probe_is_refused_in_a_sentence_without_a_path(guarded, probe):
    """What is not allowed fails, says so, and shows nothing of the machine."""
    failure = guarded.failure(probe.format(folder=guarded.folder), may_write=True)
    assert failure.message.startswith("[")
    assert "INTERNAL_ERROR" not in failure.message
    for word in (str(guarded.folder), "relation 0", "dbx_"):
        assert word in probe.format(folder=guarded.folder) or word not in failure.message


def test_guarded_table_is_still_there(guarded):
    """None of the probes did anything."""
    assert guarded("SELECT * FROM t").rows == [["1"]]


def test_common_table_expression_cannot_stand_before_a_table(guarded):
    """A name of a relation inside is not a name a statement can give."""
    answer = guarded("WITH `relation 0` AS (SELECT 99 AS a) SELECT t.a FROM main.default.t AS t")
    assert answer.rows == [["1"]]


def test_common_table_expression_hides_a_table_of_its_name(guarded):
    """As on Databricks, the nearer name counts; the full name still means the table."""
    assert guarded("WITH t AS (SELECT 5 AS a) SELECT a FROM t").rows == [["5"]]
    assert guarded("WITH t AS (SELECT 5 AS a) SELECT a FROM main.default.t").rows == [["1"]]


def test_quotes_stay_quotes(guarded):
    """Text of a literal, a name or a parameter cannot become SQL."""
    evil = "x'; DROP TABLE t; --\" \\ `"
    assert guarded("SELECT :p AS p", parameters={"p": evil}).rows == [[evil]]
    assert guarded("SELECT 'a\\'; SELECT 1 --' AS x").rows == [["a'; SELECT 1 --"]]
    assert guarded('SELECT 1 AS `a"b; --`').names == ['a"b; --']


def test_deep_nesting_is_refused(guarded):
    """The stack of the process is not the statement's to use up."""
    for probe in ("(" * 5000 + "1" + ")" * 5000, "-" + "(-" * 400 + "1" + ")" * 400):
        assert "PARSE_SYNTAX_ERROR" in guarded.failure(f"SELECT {probe}").message


def test_long_chains_are_fine(guarded):
    """A condition with a thousand parts is long, not deep."""
    condition = " OR ".join(f"a = {number}" for number in range(1000))
    assert guarded(f"SELECT count(*) FROM t WHERE {condition}").rows == [["1"]]
