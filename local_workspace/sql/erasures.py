"""DELETE from an inference table, and VACUUM and REORG, which make what was deleted be gone.

Runs in the query process. It finds the rows; taking them out is for the flusher, which alone
writes these tables. Only admins may: what is on record is the memory of everybody's work.
"""

import threading
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from sqlglot import exp

from local_workspace.inference_tables.row_keys import RowKey, key_columns
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.inference_tables.table_orders import (
    OrderFailed,
    OrderWithdrawn,
    delete_rows,
    vacuum,
)
from local_workspace.sql.dialect.parsing import parse
from local_workspace.sql.dialect.translator import check_arguments
from local_workspace.sql.failure import StatementFailed, not_allowed, syntax_error, unsupported
from local_workspace.sql.known_tables import KnownTables
from local_workspace.sql.statement_words import Words, words_of

Evaluate = Callable[[exp.Query], pa.Table]
# What a VACUUM that says nothing keeps: readers may be at work with older versions.
_USUAL_HOURS = 1


class Erasures:
    """What one statement takes out of the inference tables."""

    def __init__(
        self, known: KnownTables, may_erase: bool, user: str, canceled: threading.Event
    ) -> None:
        self._known = known
        self._may_erase = may_erase
        self._user = user
        self._canceled = canceled

    def maintain(self, statement: str) -> pa.Table | None:
        """Carry out a VACUUM or a REORG; None if it is neither."""
        words = words_of(statement)
        if words is None:
            return None
        match words.take("VACUUM", "REORG"):
            case "VACUUM":
                return self._vacuum(words)
            case "REORG":
                return self._reorganise(words)
        return None

    def delete(self, tree: exp.Delete, evaluate: Evaluate) -> pa.Table:
        """Delete rows and say how many."""
        check_arguments(tree, "this", "where")
        table = self._table([part.name for part in tree.this.parts], "DELETE")
        keys = _chosen(tree, TableKind(table.kind), evaluate)
        if keys:
            self._carried_out(lambda: delete_rows(table, keys, self._canceled))
        return pa.table({"num_affected_rows": pa.array([len(keys)], pa.int64())})

    def _vacuum(self, words: Words) -> pa.Table:
        table = self._table(words.name(), "VACUUM")
        hours: int | None = _USUAL_HOURS
        if words.take("RETAIN"):
            hours = words.number()
            if hours is None or not words.take("HOURS"):
                raise syntax_error("RETAIN needs a number of HOURS.")
        words.end()
        self._carried_out(lambda: vacuum(table, hours or 0, self._canceled))
        return pa.table({"path": pa.array([str(table.full_name)], pa.string())})

    def _reorganise(self, words: Words) -> pa.Table:
        """Do nothing: a DELETE rewrites files here, there are no deletion vectors to resolve."""
        if not words.take("TABLE"):
            raise syntax_error("REORG needs TABLE and a name.")
        table = self._table(words.name(), "REORG")
        for word in ("APPLY", "(", "PURGE", ")"):
            if not words.take(word):
                raise unsupported("Of REORG only APPLY (PURGE) is known")
        words.end()
        return pa.table({"path": pa.array([str(table.full_name)], pa.string())})

    def _table(self, parts: list[str], verb: str) -> TableLocation:
        if not self._may_erase:
            raise not_allowed(
                f"{self._user} may not {verb}: what is on record can be erased by admins only."
            )
        if len(parts) > 3:
            raise unsupported(f"A name of {len(parts)} parts")
        name = self._known.full_name(parts)
        table = self._known.get(name)
        if name not in self._known.inference:
            raise unsupported(f"{verb} is for inference tables: one of your own can be dropped")
        return table

    def _carried_out(self, order: Callable[[], int]) -> None:
        try:
            order()
        except OrderWithdrawn:
            raise StatementFailed("", "Canceled.", "57014") from None
        except OrderFailed as failure:
            raise StatementFailed(
                "", f"The table could not be changed: {failure}", "58030", "IO_ERROR"
            ) from None


def _chosen(tree: exp.Delete, kind: TableKind, evaluate: Evaluate) -> list[RowKey]:
    """Return the keys of the rows the condition holds for."""
    condition = tree.args["where"].this if tree.args.get("where") else exp.true()
    columns = parse(f"SELECT {', '.join(key_columns(kind))}").expressions
    if kind is not TableKind.ASSESSMENT_LOGS:
        return _keys(evaluate(_select(columns, tree, condition)))
    rows = evaluate(_select([*columns, exp.Paren(this=condition)], tree, exp.true()))
    is_chosen = rows.column(len(columns)).to_pylist()
    keys = _keys(rows.select(range(len(columns))))
    wanted = {key for key, chosen in zip(keys, is_chosen, strict=True) if chosen}
    kept = {key for key, chosen in zip(keys, is_chosen, strict=True) if not chosen}
    if wanted & kept:
        raise unsupported("Deleting one part of a verdict and keeping another")
    return [key for key, chosen in zip(keys, is_chosen, strict=True) if chosen]


def _select(columns: list[Any], tree: exp.Delete, condition: exp.Expr) -> exp.Select:
    named = [
        exp.Alias(this=each.copy(), alias=exp.to_identifier(f"key_{position}"))
        for position, each in enumerate(columns)
    ]
    return exp.Select(
        expressions=named,
        from_=exp.From(this=tree.this.copy()),
        where=exp.Where(this=condition.copy()),
    )


def _keys(rows: pa.Table) -> list[RowKey]:
    return [RowKey(*key) for key in zip(*(each.to_pylist() for each in rows.columns), strict=True)]
