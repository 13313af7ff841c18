"""What crosses to a query process, and back."""

import pickle
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.sql.limits import SqlLimits
from local_workspace.sql.statement_request import StatementRequest

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Job:
    """One statement to run, with all that it may see."""

    request: StatementRequest
    tables: list[TableLocation]
    user: str
    may_write: bool
    result_directory: Path
    may_erase: bool = False


@dataclass(frozen=True)
class Cancel:
    """Stop what is running."""


@dataclass(frozen=True)
class Setup:
    """What a process is told once, when it starts."""

    limits: SqlLimits
    user_tables: Path
    scratch: Path


# Comes back: {"manifest": …} or {"failed": …} or {"canceled": true}; first of all {"ready": true}.
Reply = dict[str, Any]


def framed(message: Job | Cancel | Setup) -> bytes:
    """Return the message with its length before it."""
    body = pickle.dumps(message)
    return _LENGTH.pack(len(body)) + body


def unframed(read: Any) -> Any:
    """Read one message with this function; EOFError when the other side is gone."""
    return pickle.loads(_exactly(read, _LENGTH.unpack(_exactly(read, _LENGTH.size))[0]))


def _exactly(read: Any, size: int) -> bytes:
    data = read(size)
    if len(data) < size:
        raise EOFError
    return bytes(data)
