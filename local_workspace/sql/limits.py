"""How much one statement, and all of them together, may take."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024
# Databricks' own limits.
LONGEST_STATEMENT = 16 * MEBIBYTE
INLINE_BYTES = 25 * MEBIBYTE


@dataclass(frozen=True)
class SqlLimits:
    """Set in one place; tests make them small."""

    processes: int = 2
    waiting: int = 64
    statement_seconds: float = 300.0
    # How long an interrupted statement may take to yield before its process is killed.
    yield_seconds: float = 2.0
    memory_mebibytes: int = 1024
    # What the whole process may allocate: DuckDB's own limit does not see everything.
    process_mebibytes: int = 4096
    spill_mebibytes: int = 2048
    kept_seconds: float = 3600.0
    kept_mebibytes: int = 1024
    chunk_bytes: int = 4 * MEBIBYTE
    inline_bytes: int = INLINE_BYTES
