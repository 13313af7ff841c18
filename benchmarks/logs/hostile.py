"""Requests and verdicts that mean harm, or break what is not careful: they must be harmless."""

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any

from benchmarks.logs.judgements import REVIEWERS, reason, text_row, thumb
from benchmarks.logs.turns import Month, Turn

TEXTS = (
    "<script>window.harmed = true</script>",
    "<img src=x onerror='window.harmed = true'>",
    "![picture](https://harm.example.net/beacon.png)",
    "[click here](javascript:window.harmed=true)",
    "# A heading\n\n| a | table |\n|---|---|\n| `of` | **Markdown** |",
    "\x1b[31mred\x1b[0m and \x1b]8;;https://harm.example.net\x07a link\x1b]8;;\x07",
    "\u202egnirts desrever\u202c and \u2066isolated\u2069 marks",
    '=HYPERLINK("https://harm.example.net";"a formula")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1 after a tab",
    "a null \x00 byte in the middle",
    "\"quotes\", 'others', back\\slash; DROP TABLE logs; --",
    ":red[colours] :material/home: $\\frac{1}{2}$ ~~struck~~",
    "{{secrets/scope/key}} ${HOME} %s {0} %(name)s",
    "\u0007\u0008\u000b\u001f control characters \ufffd\ufeff",
    "e\u0301\u0301\u0301\u0301\u0301\u0301 \U0001d573\U0001d55a \u200b\u200d zero width",
    "long " * 210_000,
    "line\n" * 3_000,
)
MARK = "hostile"
# Every third of the newest is one of these.
_EVERY = 3


def number_of(place: int, rows: int) -> int:
    """Return the number of the request that has this text."""
    return rows - 1 - _EVERY * (len(TEXTS) - 1 - place)


def made_hostile(turns: Iterator[Turn], month: Month) -> Iterator[Turn]:
    """Yield the requests, those that are to be hostile with their texts."""
    places = {number_of(place, month.rows): place for place in range(len(TEXTS))}
    for turn in turns:
        place = places.get(turn.number)
        yield turn if place is None else _hostile(turn, TEXTS[place], place)


def hostile_verdicts(
    turn: Turn, month: Month, until: datetime.datetime
) -> Iterator[dict[str, Any]]:
    """Yield what is said of a hostile request, which is hostile, too."""
    places = {number_of(place, month.rows): place for place in range(len(TEXTS))}
    if (place := places.get(turn.number)) is None:
        return
    text = TEXTS[place][:20_000]
    when = min(turn.when + datetime.timedelta(seconds=30), until)
    yield text_row(
        turn.request_id,
        REVIEWERS[place % len(REVIEWERS)],
        when,
        [thumb("negative", text), reason("incorrect"), (text[:200], _yes())],
        comment=text,
        corrected=text,
    )


def _hostile(turn: Turn, text: str, place: int) -> Turn:
    short = text[:200]
    failed = place % 4 == 3
    return dataclasses.replace(
        turn,
        question=text,
        answer=text,
        passages=(text[:20_000], *turn.passages[1:]),
        requester=f"{short}@example.com",
        conversation_id=f"{MARK} {short}",
        client_request_id=f"{MARK} {short}",
        status=400 if failed else 200,
        error_code=short if failed else "",
        message=text if failed else "",
        is_traced=True,
    )


def _yes() -> dict[str, Any]:
    return {"value": "true", "double_value": 1.0, "rationale": None}
