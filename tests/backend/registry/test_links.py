"""Addresses of MLflow's pages, for each place MLflow can be in."""

from backend.registry.links import RegistryLinks

HOST = "https://adb-1.azuredatabricks.net"


def test_on_databricks_a_model_is_a_page_of_the_catalog():
    """With its three levels as the path."""
    links = RegistryLinks("databricks", HOST)

    assert links.exist
    assert not links.need_opening
    assert links.version("main.rag.chain", "3") == (
        f"{HOST}/explore/data/models/main/rag/chain/version/3"
    )
    assert links.run("7", "r1") == f"{HOST}/ml/experiments/7/runs/r1"


def test_on_a_server_of_its_own_pages_are_behind_its_address():
    """They need no door of the workspace."""
    links = RegistryLinks("https://mlflow.example.com/", HOST)

    assert not links.need_opening
    assert links.model("main rag") == "https://mlflow.example.com/#/models/main%20rag"
    assert links.experiment("7") == "https://mlflow.example.com/#/experiments/7"


def test_a_database_has_no_pages():
    """So there is nothing to lead to."""
    assert not RegistryLinks("sqlite:///mlflow.db", HOST).exist
