"""Taking what looks like a secret out of what somebody has logged, before a page can show it.

A secret has no business in a model's files: everybody who may load the model has it. So each one
is named as well, for whoever has to change it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MASK = "••••••"
# A name that ends in one of these holds a secret; `max_tokens` and `tokenizer` do not.
_NAMES = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|secret[_-]?(?:access[_-]?)?key|token|pat"
    r"|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|sas|credentials?"
    r"|authorization|connection[_-]?string|bearer|cookie"
)
_SECRET_NAME = re.compile(
    rf"(?:password|passwd|secret|api[_-]?key)$|(?:^|[^a-z])(?:{_NAMES})$", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# What gives itself away by its form: tokens of well-known services, keys, addresses with passwords.
_SECRET_VALUE = re.compile(
    r"dapi[0-9a-f]{16,}(?:-\d+)?|\bsk-[\w-]{16,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bA(?:KIA|SIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bhf_\w{20,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)|(?<=Bearer )[\w.~+/=-]{12,}"
)
# `name: value`, `"name": "value"` and `NAME = "value"` in a file of text.
_ASSIGNED = re.compile(
    rf"""(?P<before>(?:^|[^A-Za-z])["']?(?P<name>[\w.-]*?(?:{_NAMES}))["']?\s*[:=]\s*)"""
    r"""(?P<quote>["'])(?P<value>[^"'\n]+)(?P=quote)""",
    re.IGNORECASE | re.MULTILINE,
)
_BARE = re.compile(
    rf"^(?P<before>[ \t-]*(?P<name>[\w.-]*?(?:{_NAMES}))[ \t]*:[ \t]+)"
    r"""(?P<value>[^"'\s#{}\[\]&|>*][^\n#]*)$""",
    re.IGNORECASE | re.MULTILINE,
)
# Shorter ones stand in other words, too.
_SHORTEST_ELSEWHERE = 6
# A place where a secret lies is none: `{{secrets/scope/key}}`, `${NAME}`, `os.environ["NAME"]`.
_REFERENCE = re.compile(r"^\s*(?:\{\{.*\}\}|\$\{?\w+\}?|<[^>]*>|null|None|true|false|~)\s*$")


@dataclass(frozen=True)
class Masked:
    """What may be shown, and where something was taken out."""

    value: Any
    names: tuple[str, ...] = ()


def mask(value: Any) -> Masked:
    """Return nested data without its secrets, and the names they had."""
    names: list[str] = []
    return Masked(_masked(value, "", False, names), tuple(dict.fromkeys(names)))


def mask_text(text: str) -> Masked:
    """Return a file of text without its secrets, and the names they had."""
    names: list[str] = []

    def assigned(found: re.Match[str]) -> str:
        if _REFERENCE.match(found["value"]) or not is_secret_name(found["name"]):
            return found[0]
        names.append(found["name"])
        quote = found.groupdict().get("quote") or ""
        return f"{found['before']}{quote}{MASK}{quote}"

    shown = _BARE.sub(assigned, _ASSIGNED.sub(assigned, text))
    if _SECRET_VALUE.search(shown):
        names.append("a value")
        shown = _SECRET_VALUE.sub(MASK, shown)
    return Masked(shown, tuple(dict.fromkeys(names)))


def is_secret_name(name: str) -> bool:
    """Tell whether what is called like this should be known to nobody."""
    return bool(_SECRET_NAME.search(_CAMEL.sub("_", name)))


def secret_values(value: Any) -> Iterator[str]:
    """Yield the secrets in nested data, which may stand elsewhere in the same files."""
    yield from _secret_values(value, False)


def _masked(value: Any, path: str, is_below: bool, names: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _masked(each, f"{path}.{key}" if path else str(key), _is(is_below, key), names)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(each, f"{path}[{n}]", is_below, names) for n, each in enumerate(value)]
    if is_below and _could_be_secret(value) and not _is_count(path, value):
        names.append(path)
        return MASK
    if isinstance(value, str) and _SECRET_VALUE.search(value):
        names.append(path)
        return _SECRET_VALUE.sub(MASK, value)
    return value


def _secret_values(value: Any, is_below: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _secret_values(each, _is(is_below, key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _secret_values(each, is_below)
    elif isinstance(value, str):
        if is_below and _could_be_secret(value) and len(value) >= _SHORTEST_ELSEWHERE:
            yield value
        yield from _SECRET_VALUE.findall(value)


def _is(is_below: bool, key: object) -> bool:
    return is_below or is_secret_name(str(key))


def _is_count(path: str, value: object) -> bool:
    """Tell a number of tokens from a token."""
    return not isinstance(value, str) and path.lower().endswith("token")


def _could_be_secret(value: object) -> bool:
    """Leave switches and references; a number may be somebody's code."""
    if isinstance(value, bool) or value is None or value == "":
        return False
    return isinstance(value, int | float) or (
        isinstance(value, str) and not _REFERENCE.match(value)
    )
