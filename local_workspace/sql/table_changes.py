"""CREATE, INSERT and DROP of people's own tables; the inference tables are never touched.

Runs in the query process, after the grants were looked at by the gateway.
"""

from collections.abc import Callable

import pyarrow as pa
from deltalake import DeltaTable
from sqlglot import exp

from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.sql.data_types import from_arrow
from local_workspace.sql.dialect.casts import decimal_shape
from local_workspace.sql.dialect.parsing import parse_type
from local_workspace.sql.dialect.translator import check_arguments
from local_workspace.sql.failure import StatementFailed, not_allowed, schema_not_found, unsupported
from local_workspace.sql.known_tables import INFORMATION_SCHEMA, KnownTables, Name
from local_workspace.sql.user_tables import UserTables

Evaluate = Callable[[exp.Query], pa.Table]
_NOTHING = pa.table({})
_ARROW = {
    exp.DType.TINYINT: pa.int8(),
    exp.DType.SMALLINT: pa.int16(),
    exp.DType.INT: pa.int32(),
    exp.DType.BIGINT: pa.int64(),
    exp.DType.FLOAT: pa.float32(),
    exp.DType.DOUBLE: pa.float64(),
    exp.DType.BOOLEAN: pa.bool_(),
    exp.DType.TEXT: pa.string(),
    exp.DType.DATE: pa.date32(),
    exp.DType.TIMESTAMP: pa.timestamp("us", "UTC"),
    exp.DType.TIMESTAMPTZ: pa.timestamp("us", "UTC"),
    exp.DType.BINARY: pa.binary(),
}


def is_change(tree: exp.Expr) -> bool:
    """Tell whether a statement would change something."""
    return isinstance(tree, exp.Create | exp.Insert | exp.Drop)


class TableChanges:
    """Carries out one change."""

    def __init__(
        self, user_tables: UserTables, known: KnownTables, may_write: bool, user: str
    ) -> None:
        self._user_tables = user_tables
        self._known = known
        self._may_write = may_write
        self._user = user

    def apply(self, tree: exp.Expr, evaluate: Evaluate) -> pa.Table:
        """Do what the statement says and return its rows."""
        if not self._may_write:
            raise not_allowed(
                f"{self._user} may only read: tables are made by admins and service principals."
            )
        if isinstance(tree, exp.Insert):
            return self._insert(tree, evaluate)
        if isinstance(tree, exp.Drop):
            return self._drop(tree)
        assert isinstance(tree, exp.Create)
        if tree.kind == "TABLE":
            return self._create_table(tree)
        return self._create_place(tree)

    def _create_place(self, tree: exp.Create) -> pa.Table:
        check_arguments(tree, "this", "kind", "exists")
        parts = [part.name.lower() for part in tree.this.parts]
        if tree.kind == "CATALOG" and len(parts) == 1:
            known = parts[0] in self._known.catalogs()
            self._check_new(known, tree, "CATALOG_ALREADY_EXISTS", parts[0])
            self._user_tables.create_catalog(parts[0])
        elif tree.kind in ("SCHEMA", "DATABASE") and len(parts) <= 2:
            catalog = parts[0] if len(parts) == 2 else self._known.catalog
            known = parts[-1] in self._known.schemas(catalog)
            self._check_new(known, tree, "SCHEMA_ALREADY_EXISTS", parts[-1])
            if not known:
                self._user_tables.create_schema(catalog, parts[-1])
        else:
            raise unsupported(f"CREATE {tree.kind} is not supported")
        return _NOTHING

    def _create_table(self, tree: exp.Create) -> pa.Table:
        check_arguments(tree, "this", "kind", "exists", "properties")
        if not isinstance(tree.this, exp.Schema):
            raise unsupported("CREATE TABLE without a list of columns is not supported")
        _check_properties(tree)
        name = self._name(tree.this.this)
        columns = pa.schema([_field(each) for each in tree.this.expressions])
        if len({field.name.lower() for field in columns}) < len(columns):
            raise StatementFailed("COLUMN_ALREADY_EXISTS", "A column is named twice.", "42711")
        self._check_new(self._known.find(name) is not None, tree, _TABLE_EXISTS, name.text)
        if self._known.find(name) is None:
            created = self._user_tables.create(name.catalog, name.schema, name.table, columns)
            self._check_new(not created, tree, _TABLE_EXISTS, name.text)
        return _NOTHING

    def _check_new(self, known: bool, tree: exp.Create, condition: str, name: str) -> None:
        if known and not tree.args.get("exists"):
            raise StatementFailed(condition, f"{name} exists already.", "42P07")

    def _insert(self, tree: exp.Insert, evaluate: Evaluate) -> pa.Table:
        check_arguments(tree, "this", "expression", "is_function")
        target = tree.this
        named = [each.name for each in target.expressions] if isinstance(target, exp.Schema) else []
        table = self._own(self._name(target.this if isinstance(target, exp.Schema) else target))
        schema = pa.schema(DeltaTable(table.path).schema().to_arrow())
        columns = _columns(schema, named)
        source = tree.expression
        if not isinstance(source, exp.Query | exp.Values):
            raise unsupported("INSERT takes VALUES or a query")
        rows = evaluate(_assigned(source, [schema.field(each) for each in columns]))
        complete = _completed(rows, schema, columns)
        if complete.num_rows:
            self._user_tables.append(table, complete)
        count = pa.array([complete.num_rows], pa.int64())
        return pa.table({"num_affected_rows": count, "num_inserted_rows": count})

    def _drop(self, tree: exp.Drop) -> pa.Table:
        check_arguments(tree, "tables", "kind", "exists")
        targets = tree.args.get("tables") or []
        if tree.args["kind"] != "TABLE" or len(targets) != 1:
            raise unsupported("DROP takes one table; anything else is not supported")
        name = self._name(targets[0])
        if self._known.find(name) is None and tree.args.get("exists"):
            return _NOTHING
        self._user_tables.drop(self._own(name))
        return _NOTHING

    def _own(self, name: Name) -> TableLocation:
        """Return a table that was made with SQL; any other may only be read."""
        table = self._known.get(name)
        if name in self._known.inference:
            raise not_allowed(f"{name.text} is an inference table: it can be read, not changed.")
        return table

    def _name(self, table: exp.Expr) -> Name:
        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
            raise unsupported("A table is named by its plain name here; anything else")
        check_arguments(table, "this", "db", "catalog")
        name = self._known.full_name([part.name for part in table.parts])
        if name.schema not in self._known.schemas(name.catalog) or (
            name.schema == INFORMATION_SCHEMA
        ):
            raise schema_not_found(f"`{name.catalog}`.`{name.schema}`")
        return name


_TABLE_EXISTS = "TABLE_OR_VIEW_ALREADY_EXISTS"


def _check_properties(tree: exp.Create) -> None:
    properties = tree.args.get("properties")
    for each in properties.expressions if properties else []:
        delta = isinstance(each, exp.FileFormatProperty) and each.this.name.lower() == "delta"
        if not delta and not isinstance(each, exp.SchemaCommentProperty):
            raise unsupported(
                "Of the clauses of CREATE TABLE only USING DELTA and COMMENT are known"
            )


def _field(node: exp.Expr) -> pa.Field:
    if not isinstance(node, exp.ColumnDef) or node.args.get("kind") is None:
        raise unsupported("A constraint of a table is not supported")
    required = False
    for constraint in node.args.get("constraints") or []:
        kind = constraint.args.get("kind")
        if isinstance(kind, exp.NotNullColumnConstraint) and not kind.args.get("allow_null"):
            required = True
        elif not isinstance(kind, exp.CommentColumnConstraint):
            raise unsupported("Of the constraints of a column only NOT NULL is known")
    return pa.field(node.name, _arrow_type(node.args["kind"]), not required)


def _arrow_type(kind: exp.DataType) -> pa.DataType:
    match kind.this:
        case exp.DType.DECIMAL:
            return pa.decimal128(*decimal_shape(kind))
        case exp.DType.ARRAY if kind.expressions:
            return pa.list_(_arrow_type(kind.expressions[0]))
        case exp.DType.MAP if len(kind.expressions) == 2:
            return pa.map_(*(_arrow_type(each) for each in kind.expressions))
        case exp.DType.STRUCT if kind.expressions:
            fields = [(each.name, _arrow_type(each.args["kind"])) for each in kind.expressions]
            return pa.struct(fields)
    if kind.this not in _ARROW or kind.expressions:
        raise unsupported(f"A column of the type {kind.sql(dialect='databricks')}")
    return _ARROW[kind.this]


def _columns(schema: pa.Schema, named: list[str]) -> list[str]:
    """Return the columns an INSERT fills, as the table spells them."""
    spelled = {name.lower(): name for name in schema.names}
    unknown = [name for name in named if name.lower() not in spelled]
    if unknown:
        raise StatementFailed(
            "UNRESOLVED_COLUMN", f"The table has no column {unknown[0]}.", "42703"
        )
    return [spelled[name.lower()] for name in named] or list(schema.names)


def _assigned(source: exp.Expr, fields: list[pa.Field]) -> exp.Select:
    """Return a query that casts what is inserted to the columns' types, as strictly as CAST."""
    width = len(source.expressions[0].expressions) if isinstance(source, exp.Values) else None
    if width not in (None, len(fields)):
        raise StatementFailed(
            "INSERT_COLUMN_ARITY_MISMATCH",
            f"{width} value(s) are given for {len(fields)} column(s).",
            "21S01",
        )
    names = [exp.to_identifier(f"value {index}", quoted=True) for index in range(len(fields))]
    alias = exp.TableAlias(this=exp.to_identifier("inserted"), columns=names)
    rows: exp.Values | exp.Subquery
    if isinstance(source, exp.Values):
        rows = exp.Values(expressions=source.expressions, alias=alias)
    else:
        rows = exp.Subquery(this=source, alias=alias)
    columns = [_cast(name, field) for name, field in zip(names, fields, strict=True)]
    return exp.Select(expressions=columns, from_=exp.From(this=rows))


def _cast(name: exp.Identifier, field: pa.Field) -> exp.Expr:
    kind = from_arrow(field.type)
    value: exp.Expr = exp.Column(this=name.copy())
    if not kind.children:
        value = exp.Cast(this=value, to=parse_type(kind.text))
    return exp.Alias(this=value, alias=exp.to_identifier(field.name, quoted=True))


def _completed(rows: pa.Table, schema: pa.Schema, columns: list[str]) -> pa.Table:
    """Return the rows with every column of the table, in its order and types."""
    arrays = []
    for field in schema:
        if field.name in columns:
            array = rows.column(columns.index(field.name))
        else:
            array = pa.nulls(rows.num_rows, field.type)
        if not field.nullable and array.null_count:
            message = f"The column {field.name} may not be NULL."
            raise StatementFailed("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", message, "23502")
        try:
            arrays.append(array.cast(field.type))
        except pa.ArrowInvalid:
            raise StatementFailed(
                "DATATYPE_MISMATCH", f"The values of {field.name} have another type.", "42K09"
            ) from None
    return pa.table(arrays, schema=schema)
