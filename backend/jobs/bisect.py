"""Asks every kept version what one of them answered badly."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

from databricks.sdk.service.serving import ServedEntityOutput, ServingEndpointDetailed

from backend.error_translation import translated
from backend.errors import NotFound, ReviewAppError
from backend.jobs.asking_together import Came, hear_together
from backend.jobs.replay import NOT_WHOLE
from backend.jobs.work import Work
from backend.replay.asking_again import AskedAgain, body_of, told
from backend.replay.bisection import REQUEST, TABLE, Tried, likened
from backend.request_logs import whole_requests
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import tables_of
from backend.serving.deployment_names import FEEDBACK


def run(work: Work) -> None:
    """Ask each version once, and keep the answers as a table of the run."""
    with translated():
        detail = work.workspace.serving_endpoints.get(work.job.endpoint)
    former = _former(work)
    kept = _kept(detail, former.model)
    tries: list[Tried] = []
    with closing(hear_together(work, _questions(work, former, kept))) as hearing:
        for entity, heard in hearing:
            tries.append(likened(_tried(entity, heard, former), former.answer))
            work.tell(len(tries), len(kept), f"Asked {len(tries)} of {len(kept)} versions")
    tries.sort(key=lambda each: each.number)
    work.log_table(TABLE, [each.as_row() for each in tries])
    work.result.update(versions=len(tries), failed=sum(bool(each.error) for each in tries))


def _former(work: Work) -> FormerRequest:
    tables = tables_of(work.workspace, work.job.endpoint)
    request_id = str(work.parameters.get(REQUEST, ""))
    found = next(whole_requests.read(work.workspace, tables, [request_id]), None)
    if found is None or found.body is None:
        raise NotFound(NOT_WHOLE)
    return found


def _kept(detail: ServingEndpointDetailed, model: str) -> list[ServedEntityOutput]:
    """Return the versions to ask: of the model that answered, or all where that is not known."""
    served = (detail.config.served_entities if detail.config else None) or []
    versions = [each for each in served if each.name and each.name != FEEDBACK]
    return [each for each in versions if each.entity_name == model] or versions


def _questions(
    work: Work, former: FormerRequest, kept: list[ServedEntityOutput]
) -> Iterator[tuple[ServedEntityOutput, Callable[[], AskedAgain]]]:
    for entity in kept:
        yield entity, partial(_asked, work, entity.name or "", former)


def _asked(work: Work, served_name: str, former: FormerRequest) -> AskedAgain:
    body = body_of(former.body or {}, former.request_id, former.asked_by)
    return AskedAgain(work.workspace, work.job.endpoint, served_name, body)


def _tried(entity: ServedEntityOutput, heard: Came, former: FormerRequest) -> Tried:
    tried = Tried(entity.entity_version or "", entity.name or "", former.asked_by)
    if isinstance(heard, ReviewAppError):
        return replace(tried, error=told(heard))
    return replace(
        tried,
        answer=heard.answer.text,
        request_id=heard.answer.request_id or "",
        latency_ms=heard.latency_ms,
    )
