"""Asks a version again what people asked, and notes how its answers differ from the former ones."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from backend.errors import NotFound, ReviewAppError
from backend.jobs.asking_together import Came, hear_together
from backend.jobs.work import Work
from backend.replay import recorded_requests as replay_requests
from backend.replay.asking_again import AskedAgain, body_of, told
from backend.replay.record import (
    TABLE,
    WANTED,
    NewAnswer,
    compared,
    wanted_from,
)
from backend.replay.recorded_requests import Found
from backend.request_logs import whole_requests
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import LogTables, tables_of

NOTHING = "No recorded request is like this any more."
NOT_WHOLE = "The request is not on record in the words it was asked, so it could not be repeated."
Question = tuple[FormerRequest, Callable[[], AskedAgain]]


def run(work: Work) -> None:
    """Ask everything that is wanted, and keep the answers as a table of the run."""
    tables = tables_of(work.workspace, work.job.endpoint)
    wanted = wanted_from(work.parameters.get(WANTED, {}))
    found = replay_requests.find(work.workspace, tables, wanted)
    if not found:
        raise NotFound(NOTHING)
    came: dict[str, NewAnswer] = {}
    work.tell(0, len(found), "Reading what was asked")
    with closing(hear_together(work, _questions(work, tables, found))) as hearing:
        for former, heard in hearing:
            came[former.request_id] = _answer(former, heard)
            work.tell(len(came), len(found), f"Asked {len(came)} of {len(found)}")
    _keep(work, [came.get(each.request_id, _not_asked(each)) for each in found])


def _questions(work: Work, tables: LogTables, found: Sequence[Found]) -> Iterator[Question]:
    """Yield what can be asked; bodies are read only shortly before."""
    ids = [each.request_id for each in found]
    for former in whole_requests.read(work.workspace, tables, ids):
        if former.body is not None:
            body = partial(body_of, former.body, former.request_id, former.asked_by)
            yield replace(former, body=None), partial(_asked, work, body)


def _asked(work: Work, body: Callable[[], dict[str, object]]) -> AskedAgain:
    return AskedAgain(work.workspace, work.job.endpoint, work.job.subject, body())


def _answer(former: FormerRequest, heard: Came) -> NewAnswer:
    answer = NewAnswer(former.request_id, former.version, former.asked_by)
    if isinstance(heard, ReviewAppError):
        return replace(answer, error=told(heard), new_request_id=heard.request_id or "")
    new = replace(
        answer,
        answer=heard.answer.text,
        new_request_id=heard.answer.request_id or "",
        latency_ms=heard.latency_ms,
    )
    return compared(new, former.answer)


def _not_asked(found: Found) -> NewAnswer:
    return NewAnswer(found.request_id, found.version, error=NOT_WHOLE)


def _keep(work: Work, answers: Sequence[NewAnswer]) -> None:
    work.log_table(TABLE, [each.as_row() for each in answers])
    figures = {
        "asked": len(answers),
        "changed": sum(each.is_changed for each in answers),
        "failed": sum(not each.has_come for each in answers),
    }
    work.result.update(figures)
    work.log_metrics({name: float(count) for name, count in figures.items()})
