"""What a submission may say, field by field."""

import pytest

from local_workspace.errors import InvalidParameter, NotFound, NotImplementedHere
from local_workspace.sql.statement_request import Parameter, statement_request


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"statement": ""}, InvalidParameter),
        ({"statement": 5}, InvalidParameter),
        ({"warehouse_id": None}, InvalidParameter),
        ({"warehouse_id": "other"}, NotFound),
        ({"wait_timeout": "4s"}, InvalidParameter),
        ({"wait_timeout": "51s"}, InvalidParameter),
        ({"wait_timeout": "soon"}, InvalidParameter),
        ({"on_wait_timeout": "PANIC"}, InvalidParameter),
        ({"row_limit": 0}, InvalidParameter),
        ({"row_limit": True}, InvalidParameter),
        ({"byte_limit": "x"}, InvalidParameter),
        ({"disposition": "EXTERNAL_LINKS"}, NotImplementedHere),
        ({"disposition": "x"}, InvalidParameter),
        ({"format": "CSV"}, InvalidParameter),
        ({"format": "x"}, InvalidParameter),
        ({"parameters": "x"}, InvalidParameter),
        ({"parameters": [{"value": "1"}]}, InvalidParameter),
        ({"parameters": [{"name": "a"}, {"name": "a"}]}, InvalidParameter),
        ({"parameters": [{"name": "a", "value": 1}]}, InvalidParameter),
        ({"catalog": 1}, InvalidParameter),
    ],
)
def test_wrong_request_is_refused_before_anything_runs(change, error):
    """Every field is checked, and the sentence names it."""
    with pytest.raises(error):
        statement_request({"statement": "SELECT 1", "warehouse_id": "w"} | change, "w")


def test_defaults_are_those_of_databricks():
    """Ten seconds, then on in the background; a parameter is a STRING unless it says more."""
    asked = statement_request(
        {"statement": "SELECT 1", "warehouse_id": "w", "parameters": [{"name": "a"}]}, "w"
    )
    assert (asked.wait_seconds, asked.cancel_on_timeout) == (10.0, False)
    assert (asked.catalog, asked.schema) == ("main", "default")
    assert asked.parameters == (Parameter("a", None, "STRING"),)
