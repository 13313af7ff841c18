"""Reads by SQL the requests behind the sums, with the beginnings of their questions.

Never a whole body, except what `exchanges` and `sources` are asked for by id, a few at a time.
"""

from collections.abc import Iterator, Mapping, Sequence

from backend.errors import Refused
from backend.feedback.verdicts import THUMB
from backend.quality.documents import SourceVerdict
from backend.quality.looked import PERSONS, Looked, among_ids, moment
from backend.quality.record import QUESTION_CHARACTERS, Exchange, Judged
from backend.request_logs.log_conditions import in_time
from backend.tables import sql
from backend.turns import answer_sources
from backend.turns.answers import Source
from backend.turns.question_identity import asked_before
from backend.turns.recorded_turns import Asked, document, question_in, recorded_turn, time_of

# Whole bodies are read so many at a time; if they are long, fewer.
BODIES_AT_ONCE = 200
_COMMENT_CHARACTERS = 1_000
_ANSWERED = 200
# So many judged questions of a version are enough to put beside another one's.
_ENOUGH = 200
# How a warehouse says so.
_TOO_LARGE = "byte limit"
_SAID = f"lower(element_at(retrieval_assessment.ratings, '{THUMB}').value)"


def judged(
    looked: Looked, most: int, having: str = "up + down > 0", versions: Sequence[str] = ()
) -> list[Judged]:
    """Return the newest requests whose thumbs are like this; of each version, if some are named."""
    listed = (
        f"SELECT {_listing(looked)}, up, down "
        f"FROM votes JOIN {looked.tables.requests} log ON votes.request_id = {looked.tables['id']} "
        f"WHERE {looked.condition(versions)} AND {having}"
    )
    newest = f"{listed} ORDER BY micros DESC LIMIT {most:d}"
    if versions:
        newest = (
            f"SELECT * FROM ({listed} QUALIFY row_number() OVER "
            f"(PARTITION BY {looked.tables['version']} ORDER BY {looked.tables['micros']} DESC) "
            f"<= {most:d}) ORDER BY micros DESC"
        )
    return [_judged(row) for row in looked.rows(f"{looked.votes()} {newest}", versions)]


def unjudged(looked: Looked, most: int) -> list[Judged]:
    """Return the newest questions that were answered and of which nobody has said anything."""
    said = "SELECT request_id FROM thumbs WHERE request_id IS NOT NULL AND thumb <> ''"
    rows = looked.rows(
        f"{looked.votes()} SELECT {_listing(looked)}, 0 AS up, 0 AS down "
        f"FROM {looked.requests(looked.condition())} "
        f"AND {looked.tables['status']} = {_ANSWERED} "
        f"AND {looked.tables['id']} NOT IN ({said}) ORDER BY micros DESC LIMIT {most:d}"
    )
    return [_judged(row) for row in rows]


def with_others(looked: Looked, some: list[Judged], version: str, most: int) -> list[Judged]:
    """Return judged questions a version answered and, if they are few, the newest others."""
    if len(some) >= _ENOUGH:
        return some
    rows = looked.rows(
        f"SELECT {_listing(looked)}, 0 AS up, 0 AS down "
        f"FROM {looked.requests(looked.condition((version,)))} "
        f"AND {looked.tables['status']} = {_ANSWERED} ORDER BY micros DESC LIMIT {most:d}",
        (version,),
    )
    known = {each.request_id for each in some}
    others = [each for each in map(_judged, rows) if each.request_id not in known]
    return [*some, *others[: most - len(some)]]


def of_ids(looked: Looked, ids: Sequence[str]) -> dict[str, Judged]:
    """Return these requests by id, those that are still on record."""
    if not ids:
        return {}
    rows = looked.rows(
        f"{looked.votes(among_ids('request_id', ids))} "
        f"SELECT {_listing(looked)}, coalesce(up, 0) AS up, coalesce(down, 0) AS down "
        f"FROM {looked.tables.requests} log "
        f"LEFT JOIN votes ON votes.request_id = {looked.tables['id']} "
        f"WHERE {_in_time(looked)} AND {among_ids(looked.tables['id'], ids)}",
        ids=ids,
    )
    return {each.request_id: each for each in map(_judged, rows)}


def words_on(looked: Looked, ids: Sequence[str]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Return who said what of these answers: person, thumb, comment."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    if not ids:
        return found
    rows = looked.rows(
        f"{looked.last_words(among_ids('request_id', ids))} SELECT request_id, reviewer, thumb, "
        f"left(comment, {_COMMENT_CHARACTERS:d}) AS comment FROM last_words "
        "ORDER BY request_id, thumb, reviewer",
        ids=ids,
    )
    for row in rows:
        request_id = row["request_id"] or ""
        said = (row["reviewer"] or "", row["thumb"] or "", row["comment"] or "")
        found[request_id] = (*found.get(request_id, ()), said)
    return found


def source_verdicts(looked: Looked, most: int) -> list[SourceVerdict]:
    """Return the newest last words on single sources."""
    where = "retrieval_assessment.step_id, retrieval_assessment.position"
    rows = looked.rows(
        "WITH words AS (SELECT request_id, retrieval_assessment.step_id AS step, "
        f"retrieval_assessment.position AS place, {_SAID} AS said, "
        f"row_number() OVER (PARTITION BY request_id, source.id, {where} "
        f"ORDER BY `timestamp` DESC) AS number FROM {looked.assessments} "
        f"WHERE {PERSONS} AND retrieval_assessment IS NOT NULL "
        "AND `timestamp` >= CAST(:looked_since AS TIMESTAMP)) "
        f"SELECT words.request_id, step, place, said, {looked.tables['micros']} AS micros "
        f"FROM words JOIN {looked.tables.requests} log ON words.request_id = {looked.tables['id']} "
        f"WHERE {looked.condition()} AND number = 1 "
        "AND said IN ('positive', 'true', 'negative', 'false') "
        f"ORDER BY micros DESC, words.request_id, place LIMIT {most:d}"
    )
    return [
        SourceVerdict(
            row["request_id"] or "",
            row["step"],
            int(row["place"]) if row["place"] else None,
            row["said"] in ("negative", "false"),
        )
        for row in rows
    ]


def sources(looked: Looked, ids: Sequence[str]) -> dict[str, tuple[Source, ...]]:
    """Return what each of these answers rests on, from its trace and from the answer itself."""
    found = {}
    for row in _bodies(looked, ids, ("trace", "response_body")):
        trace, body = document(row["trace"]), document(row["response_body"])
        in_trace = answer_sources.in_trace(trace) if isinstance(trace, dict) else []
        turn = recorded_turn(Asked("", "", "", time_of(0), ""), row["id"], None, body, None)
        # By their places in the trace verdicts are filed; a mention elsewhere may add to them.
        found[row["id"] or ""] = tuple(in_trace) or turn.answer.sources
    return found


def exchanges(looked: Looked, ids: Sequence[str]) -> dict[str, Exchange]:
    """Return question and answer of each, whole."""
    found = {}
    for row in _bodies(looked, ids, ("request_body", "response_body")):
        body = document(row["request_body"])
        asked = Asked("", "", "", time_of(0), question_in(body))
        turn = recorded_turn(asked, row["id"], body, document(row["response_body"]), None)
        before = tuple(asked_before(body))
        found[row["id"] or ""] = Exchange(turn.asked.question, turn.answer.text, before)
    return found


def _bodies(looked: Looked, ids: Sequence[str], words: Sequence[str]) -> Iterator[sql.Row]:
    for start in range(0, len(ids), BODIES_AT_ONCE):
        yield from _read_bodies(looked, ids[start : start + BODIES_AT_ONCE], words)


def _read_bodies(looked: Looked, ids: Sequence[str], words: Sequence[str]) -> Iterator[sql.Row]:
    columns = ", ".join(f"{looked.tables[word]} AS {word}" for word in words)
    condition = f"{_in_time(looked)} AND {among_ids(looked.tables['id'], ids)}"
    statement = f"SELECT {looked.tables['id']} AS id, {columns} FROM {looked.requests(condition)}"
    try:
        rows = looked.rows(statement, ids=ids)
    except Refused as refusal:
        # Together they are more than an answer may have. One that is by itself is left out.
        middle = len(ids) // 2
        if not middle and _TOO_LARGE not in refusal.sentence:
            raise
        if middle:
            yield from _read_bodies(looked, ids[:middle], words)
            yield from _read_bodies(looked, ids[middle:], words)
        return
    yield from rows


def _in_time(looked: Looked) -> str:
    return in_time(looked.query, looked.tables, looked.now)[0]


def _listing(looked: Looked) -> str:
    columns = looked.tables.columns
    return (
        f"{columns['id']} AS id, {columns['micros']} AS micros, {columns['version']} AS version, "
        f"left({columns['question']}, {QUESTION_CHARACTERS:d}) AS question, "
        f"{columns['conversation']} AS conversation"
    )


def _judged(row: Mapping[str, str | None]) -> Judged:
    return Judged(
        request_id=row["id"] or "",
        at=moment(row),
        version=row["version"] or "",
        question=row["question"] or "",
        up=int(row["up"] or 0),
        down=int(row["down"] or 0),
        conversation_id=row["conversation"] or "",
    )
