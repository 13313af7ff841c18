"""Resolves `{{secrets/scope/key}}` references from a file only its owner can read."""

import json
import re
import stat
from pathlib import Path
from typing import Any

from local_workspace.errors import InvalidParameter

_REFERENCE = re.compile(r"^\{\{secrets/([^/{}]+)/([^/{}]+)\}\}$")


class Secrets:
    """The secrets file: `{"scope": {"key": "value"}}`, read anew each time a process starts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def resolve(self, environment: dict[str, str]) -> dict[str, str]:
        """Return the variables with references replaced by their values."""
        return {name: self._value(name, text) for name, text in environment.items()}

    def values_in(self, environment: dict[str, str]) -> list[str]:
        """Return the secret values the variables refer to, to keep them out of logs."""
        references = {name: text for name, text in environment.items() if _REFERENCE.match(text)}
        return list(self.resolve(references).values())

    def _value(self, name: str, text: str) -> str:
        reference = _REFERENCE.match(text)
        if reference is None:
            return text
        scope, key = reference.groups()
        value = self._read().get(scope, {}).get(key)
        if value is None:
            raise InvalidParameter(
                f"Environment variable {name} refers to the secret {scope}/{key}, which does not "
                f"exist. Add it to {self._path.name} in the workspace's data directory."
            )
        return value

    def _read(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        if stat.S_IMODE(self._path.stat().st_mode) & 0o077:
            raise InvalidParameter(
                f"{self._path.name} can be read by other users; make it mode 0600 first."
            )
        try:
            content = json.loads(self._path.read_text())
        except ValueError:
            content = None
        if not _is_secrets(content):
            # Without the cause: the parser's message could quote a secret.
            raise InvalidParameter(
                f'{self._path.name} is not JSON of the form {{"scope": {{"key": "value"}}}}.'
            )
        secrets: dict[str, dict[str, str]] = content
        return secrets


def _is_secrets(content: Any) -> bool:
    return isinstance(content, dict) and all(
        isinstance(scope, dict) and all(isinstance(value, str) for value in scope.values())
        for scope in content.values()
    )
