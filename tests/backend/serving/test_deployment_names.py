"""Names and addresses are those of `databricks.agents`."""

import pytest

from backend.errors import Refused
from backend.serving.deployment_names import (
    ModelName,
    WorkspaceUrls,
    endpoint_name,
    served_entity_name,
)

MODEL = ModelName("main", "rag", "chain")


@pytest.mark.parametrize("name", ["chain", "rag.chain", "a.b.c.d", "main..chain"])
def test_a_model_needs_three_parts(name):
    """Without catalog and schema there is no place for the inference tables."""
    with pytest.raises(Refused, match=r"catalog\.schema\.model"):
        ModelName.parse(name)


def test_endpoint_and_served_entity_are_named_after_the_model():
    """All versions of a model share one endpoint, each under its own name there."""
    assert endpoint_name(ModelName.parse("main.rag.chain")) == "agents_main-rag-chain"
    assert served_entity_name(MODEL, "3") == "main-rag-chain_3"


def test_long_names_are_cut_to_63_characters():
    """What is cut off is the end of the model's name, never the version."""
    model = ModelName("main", "rag", "x" * 80)

    assert 63 == len(endpoint_name(model)) == len(served_entity_name(model, "12"))
    assert served_entity_name(model, "12").endswith("x_12")


def test_a_cut_name_ends_with_a_letter_or_digit():
    """The platform takes no name that ends with - or _."""
    model = ModelName("main", "rag", "x" * 46 + "_chain")

    assert endpoint_name(model).endswith("x")


def test_addresses_name_the_workspace_if_it_is_known():
    """Behind one host there can be several workspaces."""
    urls = WorkspaceUrls("https://host/", "42")

    assert (urls.query("e", "e_1"), urls.endpoint("e"), urls.review_app("e")) == (
        "https://host/serving-endpoints/e/served-models/e_1/invocations?o=42",
        "https://host/ml/endpoints/e/?o=42",
        "https://host/ml/review-v2/chat?endpoint=e&o=42",
    )


def test_addresses_without_a_workspace_id():
    """The id is left out, not written as None."""
    assert WorkspaceUrls("http://h").endpoint("e") == "http://h/ml/endpoints/e/"
