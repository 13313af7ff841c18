"""Whether a version may be promoted: the rule on its endpoint, asked before anything is changed.

The rule binds whoever promotes, by the app or by following an alias. Going back is never held up.
Whoever may manage the endpoint can take the rule off, which is in the ledger with the reason.
"""

from collections.abc import Sequence

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import GuardRefused, ReviewAppError
from backend.feedback.assessment_tables import assessment_log
from backend.guard_rails import figures as guard_figures
from backend.guard_rails import rules as guard_rules
from backend.guard_rails.figures import EVER
from backend.guard_rails.rules import Facts, Ruling
from backend.guard_rails.settings import PromotionRail, settings_from
from backend.releases.record import Share, shares

WHOLE = 100
NO_TABLES = (
    "This endpoint asks for verdicts before a version is promoted, and keeps none: it has no "
    "inference tables."
)
UNREADABLE = (
    "The rule for promotions on this endpoint cannot be read. Set it again, or take it off."
)
NOT_COUNTED = "The verdicts this endpoint's rule asks for cannot be counted now. {}"


def check_promotion(
    workspace: WorkspaceClient, endpoint: str, version: str, share: int = WHOLE
) -> None:
    """Raise `GuardRefused` if the rule on this endpoint keeps the version from this share.

    An endpoint without a rule, and one that serves nothing yet, keeps nothing back.
    """
    with translated():
        detail = workspace.serving_endpoints.get(endpoint)
    tags = {tag.key: tag.value or "" for tag in detail.tags or []}
    settings = settings_from(tags)
    if settings.is_promotion_unreadable:
        raise GuardRefused(UNREADABLE)
    rail = settings.promotion
    served = shares(detail.config)
    if rail is None or not served or share <= max(rail.canary_percent, _has(served, version)):
        return
    found = ruling_on(workspace, detail, rail, version)
    if not found.is_ok:
        raise GuardRefused(found.sentence)


def ruling_on(
    workspace: WorkspaceClient,
    detail: serving.ServingEndpointDetailed,
    rail: PromotionRail,
    version: str,
) -> Ruling:
    """Return what the rule says of a version, by all that was ever said of it."""
    served = next((each for each in shares(detail.config) if each.version == version), None)
    share = served or Share("", "", version, 0)
    return rulings_on(workspace, detail, rail, (share,))[0]


def rulings_on(
    workspace: WorkspaceClient,
    detail: serving.ServingEndpointDetailed,
    rail: PromotionRail,
    versions: Sequence[Share],
) -> list[Ruling]:
    """Return what the rule says of each of these versions."""
    log = assessment_log(detail)
    if log is None:
        return [Ruling(False, NO_TABLES) for _ in versions]
    try:
        found = guard_figures.counted(workspace, log, EVER)
    except ReviewAppError as problem:
        return [Ruling(False, NOT_COUNTED.format(problem.sentence)) for _ in versions]
    facts = [found.get((each.model, each.version), Facts(each.version)) for each in versions]
    return [guard_rules.ruling(each, rail) for each in facts]


def _has(served: tuple[Share, ...], version: str) -> int:
    """Return the share the version has already."""
    return max((each.percentage for each in served if each.version == version), default=0)
