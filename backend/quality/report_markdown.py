"""Writes a report as Markdown, which reads well as it is, too; what people wrote stays text."""

import re
from collections.abc import Iterator

from backend.quality.report import Report
from backend.quality.report_parts import Part, parts
from backend.quality.visible_text import visible

MEDIA_TYPE = "text/markdown"
_JOINER = "\N{WORD JOINER}"
_SPECIAL = re.compile(r"([\\`*_{}\[\]#!|<>~&$])")
# What turns into a link by itself.
_ADDRESS = re.compile(r"(?i)(?<=\w)(://)|\b(www)(?=\.)|(?<=\S)(@)(?=\S)")


def written(report: Report) -> bytes:
    """Return the file."""
    return "\n".join(_lines(report)).encode()


def _lines(report: Report) -> Iterator[str]:
    yield f"# {_text(report.title)}\n\n{_text(report.time)}\n"
    yield from (f"{_text(sentence)}\n" for sentence in report.summary())
    for part in parts(report):
        yield from _section(part)


def _section(part: Part) -> Iterator[str]:
    yield f"## {_text(part.title)}\n"
    yield from (f"{_text(sentence)}\n" for sentence in part.sentences)
    if part.rows:
        yield _row(part.columns)
        yield _row(("---",) * len(part.columns), as_it_is=True)
        yield from map(_row, part.rows)
        yield ""


def _row(cells: tuple[str, ...], *, as_it_is: bool = False) -> str:
    return f"| {' | '.join(cells if as_it_is else map(_text, cells))} |"


def _text(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\1", visible(text))
    return _ADDRESS.sub(_broken_up, escaped)


def _broken_up(found: re.Match[str]) -> str:
    is_inside = found[0] == "://"
    return f"{_JOINER}{found[0]}" if is_inside else f"{found[0]}{_JOINER}"
