"""What is said of a trace and of its spans, in MLflow, read and written with the visitor's token.

Everybody's is shown; one may say something in one's own name, change it and take it back. What a
verdict in the chat has put there belongs to that verdict and is changed there.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, Refused
from backend.traces import trace_infos
from backend.traces.record import Opinion, Said

HUMAN = "HUMAN"
# On what was copied from a verdict.
_VERDICT = ("reviewapp.request_id", "reviewapp.verdict", "reviewapp.position")
_COMMENT = "reviewapp.comment"
# What a remark without a rating is called, as in the chat.
REMARK = "comment"
_MOST_NAME, _MOST_COMMENT = 250, 20_000


def read(info: Mapping[str, Any], user: str) -> tuple[Said, ...]:
    """Return what counts at the moment, the latest first."""
    listed = info.get("assessments")
    said = [
        _said(each, user)
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and each.get("valid") is not False
    ]
    return tuple(sorted(said, key=lambda each: each.at.timestamp() if each.at else 0, reverse=True))


def write(workspace: WorkspaceClient, trace_id: str, user: str, opinion: Opinion) -> None:
    """Put an opinion on a trace, or in place of one's former one."""
    name, comment = opinion.name.strip()[:_MOST_NAME], opinion.comment.strip()[:_MOST_COMMENT]
    if opinion.is_good is None and not comment:
        raise Refused("Say whether it is good or bad, or write something about it.")
    value = comment if opinion.is_good is None else opinion.is_good
    assessment: dict[str, Any] = {
        "assessment_name": REMARK if opinion.is_good is None else name or "quality",
        "trace_id": trace_id,
        "source": {"source_type": HUMAN, "source_id": user},
        "feedback": {"value": value},
        "rationale": comment,
    } | ({"span_id": opinion.span_id} if opinion.span_id else {})
    address = f"{trace_infos.address(trace_id)}/assessments"
    with translated():
        if not opinion.replaces:
            workspace.api_client.do("POST", address, body={"assessment": assessment})
            return
    check_own(workspace, trace_id, user, opinion.replaces)
    with translated():
        workspace.api_client.do(
            "PATCH",
            f"{address}/{quote(opinion.replaces, safe='')}",
            body={
                "assessment": assessment | {"assessment_id": opinion.replaces},
                "update_mask": "assessmentName,feedback,rationale",
            },
        )


def delete(workspace: WorkspaceClient, trace_id: str, user: str, assessment_id: str) -> None:
    """Take back what one has said."""
    check_own(workspace, trace_id, user, assessment_id)
    path = f"{trace_infos.address(trace_id)}/assessments/{quote(assessment_id, safe='')}"
    with translated():
        workspace.api_client.do("DELETE", path)


def check_own(workspace: WorkspaceClient, trace_id: str, user: str, assessment_id: str) -> None:
    """Refuse what somebody else has said, and what belongs to a verdict."""
    said = read(trace_infos.read(workspace, trace_id), user)
    found = next((each for each in said if each.assessment_id == assessment_id), None)
    if found is None:
        raise NotFound("This was taken back or replaced meanwhile.")
    if not found.is_changeable:
        raise NotAllowed("Only what you have said here yourself can be changed.")


def _said(written: Mapping[str, Any], user: str) -> Said:
    source = written.get("source") or {}
    metadata = written.get("metadata") or {}
    by, kind = str(source.get("source_id") or ""), str(source.get("source_type") or "")
    is_mine = kind == HUMAN and by == user
    is_expectation = "expectation" in written
    told = written.get("expectation" if is_expectation else "feedback") or {}
    value = _text(_value(told))
    comment = str(written.get("rationale") or metadata.get(_COMMENT) or "")
    failure = told.get("error")
    if isinstance(failure, dict):
        value = value or "failed"
        comment = comment or str(failure.get("error_message") or failure.get("error_code") or "")
    return Said(
        assessment_id=str(written.get("assessment_id") or ""),
        name=str(written.get("assessment_name") or ""),
        value=value,
        by=by,
        by_kind=kind,
        at=trace_infos.moment(written.get("last_update_time") or written.get("create_time")),
        comment="" if comment == value else comment,
        span_id=str(written.get("span_id") or ""),
        is_expectation=is_expectation,
        is_mine=is_mine,
        is_changeable=is_mine
        and not is_expectation
        and not any(name in metadata for name in _VERDICT),
    )


def _value(told: Mapping[str, Any]) -> Any:
    serialized = told.get("serialized_value")
    if not isinstance(serialized, dict):
        return told.get("value")
    try:
        return json.loads(str(serialized.get("value")))
    except (ValueError, RecursionError):
        return serialized.get("value")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_texts(value))
    if value is None or isinstance(value, str):
        return value or ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else json.dumps(value)


def _texts(values: list[Any]) -> Iterator[str]:
    return (each if isinstance(each, str) else json.dumps(each) for each in values)
