"""What people said last of each answer, as SQL over the assessment log; knows no workspace."""

from backend.feedback.assessment_tables import HUMAN_TYPES
from backend.feedback.verdicts import REASON, THUMB

UP, DOWN = "thumb IN ('positive', 'true')", "thumb IN ('negative', 'false')"
UNKNOWN = "thumb = 'unknown'"
HAS_COMMENT = "length(comment) > 0"
# What they come to, over the rows of `standing`.
COUNTED = f"count_if({UP}) AS up, count_if({DOWN}) AS down, count_if({HAS_COMMENT}) AS comments"
# The words of a chip that was taken back, as other clients write them.
NOT_CHOSEN = "('false', 'no', 'negative', '0', '')"
_PERSONS = f"lower(source.type) IN ({', '.join(repr(each) for each in HUMAN_TYPES)})"
_THUMB = f"element_at(text_assessment.ratings, '{THUMB}')"


def standing(assessments: str, condition: str = "TRUE") -> str:
    """Return a query of each person's last word on each answer, as far as it says something.

    Its columns: request_id, reviewer, said_at, thumb, comment, corrected and ratings. The condition
    is on the rows of the log; one that leaves out later words of a person makes it wrong.
    """
    return (
        "SELECT * FROM (SELECT request_id, source.id AS reviewer, `timestamp` AS said_at, "
        f"{_THUMB}.value AS thumb, "
        f"coalesce(nullif(text_assessment.free_text_comment, ''), {_THUMB}.rationale) AS comment, "
        "text_assessment.suggested_output AS corrected, text_assessment.ratings AS ratings, "
        "row_number() OVER (PARTITION BY request_id, source.id ORDER BY `timestamp` DESC) AS place "
        f"FROM {assessments} WHERE {_PERSONS} AND text_assessment IS NOT NULL AND {condition}) "
        f"WHERE place = 1 AND (thumb IS NOT NULL OR {HAS_COMMENT} OR length(corrected) > 0 "
        "OR cardinality(ratings) > 0)"
    )


def chose(parameter: str) -> str:
    """Return the condition that a reason was among those chosen, by its parameter's name.

    The parameter's value is the name of the rating, see `rating_of`.
    """
    value = f"element_at(ratings, :{parameter}).value"
    return f"({value} IS NOT NULL AND {value} NOT IN {NOT_CHOSEN})"


def rating_of(reason: str) -> str:
    """Return the name under which a reason is kept."""
    return REASON + reason
