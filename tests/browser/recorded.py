"""What the workspace has on record of a journey: each invocation is a row."""

import time

from tests.browser.conftest import MODEL, Place

# So long a second invocation would have to come, if there were one.
_SECOND_ONE_SECONDS = 0.5


def rows(place: Place, statement: str) -> list[list]:
    """Return what a statement finds."""
    (warehouse,) = place.api("GET", "/api/2.0/sql/warehouses")["warehouses"]
    body = {"statement": statement, "warehouse_id": warehouse["id"], "wait_timeout": "30s"}
    answer = place.api("POST", "/api/2.0/sql/statements", json=body)
    return answer.get("result", {}).get("data_array") or []


def invocations(place: Place, user: str) -> list[str]:
    """Return each question this person's browser made the chain answer, the first one first."""
    time.sleep(_SECOND_ONE_SECONDS)
    found = rows(
        place,
        f"SELECT request FROM {MODEL}_payload WHERE requester = '{user}' "
        "AND request NOT LIKE '%dataframe_records%' ORDER BY request_time",
    )
    return [str(request) for (request,) in found]
