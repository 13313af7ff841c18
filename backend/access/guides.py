"""Reading and writing an endpoint's guide for reviewers, with the rights of the client's owner."""

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import EndpointTag

from backend.error_translation import translated
from backend.errors import Refused
from backend.serving import tag_texts
from backend.serving.reviewer_guide import KEYS, ReviewerGuide, guide_from

TITLE_CHARACTERS = 80
# Sixteen tags: what does not fit is a document, to which the instructions can link.
INSTRUCTIONS_CHARACTERS = 4_000
QUESTION_CHARACTERS = 200
REASON_CHARACTERS = 60


def read(workspace: WorkspaceClient, endpoint: str) -> ReviewerGuide:
    """Return what reviewers of an endpoint are told and asked."""
    return guide_from(_tags(workspace, endpoint))


def save(workspace: WorkspaceClient, endpoint: str, guide: ReviewerGuide) -> None:
    """Put the guide on the endpoint; the workspace decides whether the one who asks may."""
    _check(guide)
    before, new = _tags(workspace, endpoint), guide.tags()
    changed = {key: value for key, value in new.items() if before.get(key) != value}
    gone = tag_texts.left_over(before, KEYS, new)
    if not changed and not gone:
        return
    with translated():
        workspace.serving_endpoints.patch(
            endpoint,
            add_tags=[EndpointTag(key=key, value=value) for key, value in changed.items()] or None,
            delete_tags=gone or None,
        )


def _tags(workspace: WorkspaceClient, endpoint: str) -> dict[str, str]:
    with translated():
        detail = workspace.serving_endpoints.get(endpoint)
    return {tag.key: tag.value or "" for tag in detail.tags or []}


def _check(guide: ReviewerGuide) -> None:
    too_long = {
        "The title": (guide.title, TITLE_CHARACTERS),
        "The instructions": (guide.instructions, INSTRUCTIONS_CHARACTERS),
    }
    for text in guide.suggested_questions:
        too_long[f"The question {text[:20]!r}"] = (text, QUESTION_CHARACTERS)
    for text in (*guide.reasons_up.values(), *guide.reasons_down.values()):
        too_long[f"The reason {text[:20]!r}"] = (text, REASON_CHARACTERS)
    for what, (text, most) in too_long.items():
        if len(text) > most:
            raise Refused(f"{what} may have {most:,} characters; it has {len(text):,}.")
