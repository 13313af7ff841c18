"""Reads where a client wants requests put on record, and says what is wrong with it."""

import re
from typing import Any

from local_workspace.errors import InvalidParameter

Json = dict[str, Any]

# The names become folders.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,254}")


def inference_table(config: Any, field: str) -> Json | None:
    """Return a checked `inference_table_config` or `auto_capture_config`."""
    if config is None:
        return None
    if not isinstance(config, dict):
        raise InvalidParameter(f"{field} is an object.")
    if config.get("enabled"):
        _check_name(config.get("catalog_name"), f"{field}.catalog_name")
        _check_name(config.get("schema_name"), f"{field}.schema_name")
        if config.get("table_name_prefix"):
            _check_name(config["table_name_prefix"], f"{field}.table_name_prefix")
    return config


def _check_name(name: Any, field: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidParameter(
            f"{field} is a name of letters, digits, hyphens and underscores; {name!r} is not."
        )
