"""From one record of a feedback call to rows of the assessment log."""

from local_workspace.access.principal import Principal
from local_workspace.feedback.body_fields import BodyField
from local_workspace.feedback.ratings import MAX_COMMENT, MAX_NAME, read_ratings
from local_workspace.feedback.sources import Source, read_source
from local_workspace.feedback.wire_forms import COLUMNS
from local_workspace.inference_tables.records import Assessment

MAX_ASSESSMENTS = 200
MAX_SUGGESTED_OUTPUT = 200_000
MAX_POSITION = 2**31 - 1

_JUDGEMENT = ("step_id", "ratings", "free_text_comment")
_TEXT = (*_JUDGEMENT, "suggested_output")
_RETRIEVAL = (*_JUDGEMENT, "position")


def request_id_of(record: BodyField) -> BodyField:
    """Return the field that says which answer is judged."""
    record.only(*COLUMNS)
    found = record.member("request_id")
    found.needed_text(MAX_NAME)
    return found


def read_assessments(record: BodyField, caller: Principal, timestamp: int) -> list[Assessment]:
    """Return a row for each judgement of the answer and for each of one of its sources."""
    request_id = str(request_id_of(record).value)
    source = read_source(record.member("source"), caller)
    texts = record.member("text_assessments").decoded()
    retrievals = record.member("retrieval_assessments").decoded()
    rows = [_text(each, request_id, source, timestamp) for each in texts.items(MAX_ASSESSMENTS)]
    rows += [
        _retrieval(each, request_id, source, timestamp)
        for each in retrievals.items(MAX_ASSESSMENTS)
    ]
    if rows:
        return rows
    if not texts.is_given and not retrievals.is_given:
        raise record.refused("has neither text_assessments nor retrieval_assessments")
    # The platform's chat template sends empty lists when a thumb is clicked away again.
    return [_text(BodyField(texts.path, {}), request_id, source, timestamp)]


def _text(field: BodyField, request_id: str, source: Source, timestamp: int) -> Assessment:
    field.only(*_TEXT)
    step_id = field.member("step_id").text(MAX_NAME) or None
    judgement = {
        "step_id": step_id,
        "ratings": read_ratings(field.member("ratings")),
        "free_text_comment": field.member("free_text_comment").text(MAX_COMMENT),
        # The platform's clients send an empty text for "not edited".
        "suggested_output": field.member("suggested_output").text(MAX_SUGGESTED_OUTPUT) or None,
    }
    return Assessment(
        request_id, source.type, source.id, timestamp, source.tags, step_id, text=judgement
    )


def _retrieval(field: BodyField, request_id: str, source: Source, timestamp: int) -> Assessment:
    field.only(*_RETRIEVAL)
    step_id = field.member("step_id").text(MAX_NAME) or None
    judgement = {
        "position": field.member("position").whole_number(MAX_POSITION),
        "step_id": step_id,
        "ratings": read_ratings(field.member("ratings")),
        "free_text_comment": field.member("free_text_comment").text(MAX_COMMENT),
    }
    return Assessment(
        request_id, source.type, source.id, timestamp, source.tags, step_id, retrieval=judgement
    )
