"""Promoting a version: a copy with its lineage, and the rules that may hold it back."""

import json

import mlflow
import pytest

from backend.connection import open_workspace
from backend.errors import GuardRefused, NotAllowed, Refused
from backend.guard_rails import gate as guard_gate
from backend.guard_rails.rules import Ruling
from backend.identity import Role, Viewer
from backend.registry.promotion import Promotions
from backend.registry.registry import Registry
from tests.backend.registered import log

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")

ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
ME = "GET /api/2.0/preview/scim/v2/Me"
LIST = "GET /api/2.0/serving-endpoints"
MODEL, PROD = "main.rag.tried", "prod.rag.tried"


@pytest.fixture(scope="module")
def tried(mlflow_store, tmp_path_factory):
    """A version in the environment for trying; return its number."""
    address, experiment = mlflow_store
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(address)
    log(tmp_path_factory.mktemp("tried"), experiment, "Hello", "You answer in one sentence.", MODEL)
    newest = mlflow.MlflowClient().search_model_versions(f"name = '{MODEL}'", max_results=1)[0]
    mlflow.set_tracking_uri(before)
    return str(newest.version)


@pytest.fixture
def promotions(tried, experiment, workspace) -> Promotions:
    workspace.answers[ME] = (200, _me("admins"))
    workspace.answers[LIST] = (200, {"endpoints": []})
    return Promotions(open_workspace(workspace.address, "token"))


@pytest.fixture
def guarded(workspace, tried):
    """An endpoint that serves the version to everybody, and has a rule."""
    config = {
        "served_entities": [{"name": "s", "entity_name": MODEL, "entity_version": tried}],
        "traffic_config": {"routes": [{"served_model_name": "s", "traffic_percentage": 100}]},
    }
    rule = {"key": "reviewapp.guard.promotion", "value": json.dumps({"verdicts": 5})}
    detail = {"name": "shelf", "id": "1", "config": config, "tags": [rule]}
    workspace.answers[LIST] = (200, {"endpoints": [detail]})
    workspace.answers[f"{LIST}/shelf"] = (200, detail)


def _me(group):
    return {"userName": "admin@example.com", "groups": [{"display": group}]}


def _registry(workspace):
    return Registry(open_workspace(workspace.address, "token"), "")


def test_copy_remembers_where_it_came_from_and_why(promotions, workspace, tried):
    """It has the same files, an alias of its own, and stands for itself."""
    made = promotions.promote(ADMIN, MODEL, tried, PROD, " It is better. ", "champion")
    registry = _registry(workspace)
    source = registry.version(ADMIN, MODEL, tried)

    assert (made.model, made.number, made.aliases) == (PROD, "1", ("champion",))
    assert made.tags["reviewapp.promoted_from"] == f"{MODEL}/{tried}"
    assert made.tags["reviewapp.promoted_by"] == "admin@example.com"
    assert made.tags["reviewapp.promoted_because"] == "It is better."
    assert made.source == source.uri
    assert made.model_id == source.model_id
    assert registry.contents(ADMIN, made) == registry.contents(ADMIN, source)
    assert "champion" not in registry.model(ADMIN, MODEL).aliases


def test_second_promotion_is_the_next_version_there(promotions, tried):
    """The alias moves, and the copy of a copy says what it is a copy of."""
    first = promotions.promote(ADMIN, MODEL, tried, "stage.rag.shelf", "Try it", "champion")
    second = promotions.promote(ADMIN, MODEL, tried, "stage.rag.shelf", "Again", "champion")
    third = promotions.promote(ADMIN, "stage.rag.shelf", second.number, "last.rag.shelf", "Live")

    assert (first.number, second.number) == ("1", "2")
    assert second.aliases == ("champion",)
    assert third.tags["reviewapp.promoted_from"] == "stage.rag.shelf/2"
    assert third.model_id == first.model_id


@pytest.mark.parametrize(
    ("to", "reason", "alias", "said"),
    [
        ("", "Why not", "", "Name the model"),
        ("prod.rag/shelf", "Why not", "", "Name the model"),
        ("prod", "Why not", "", "three levels"),
        ("prod..shelf", "Why not", "", "empty part"),
        (MODEL, "Why not", "", "already"),
        (PROD, "  ", "", "Say why"),
        (PROD, "Why not", "v3", "An alias is made of"),
        (PROD, "Why not", "two words", "An alias is made of"),
    ],
)
def test_what_cannot_be_promoted_is_refused_before_anything_is_made(
    promotions, tried, to, reason, alias, said
):
    """In a sentence about what was entered."""
    before = mlflow.MlflowClient().search_model_versions()

    with pytest.raises(Refused, match=said):
        promotions.promote(ADMIN, MODEL, tried, to, reason, alias)

    assert len(mlflow.MlflowClient().search_model_versions()) == len(before)


def test_rule_of_an_endpoint_holds_a_version_back(promotions, guarded, tried):
    """Also one that answers everybody there already: other people are to get it now."""
    (verdict,) = promotions.verdicts(ADMIN, MODEL, tried)
    assert (verdict.endpoint, verdict.problem) == ("shelf", guard_gate.NO_TABLES)

    with pytest.raises(GuardRefused, match="'shelf'"):
        promotions.promote(ADMIN, MODEL, tried, "held.rag.shelf", "I would like it")

    assert not mlflow.MlflowClient().search_model_versions("name = 'held.rag.shelf'")


def test_rule_that_is_met_lets_it_through(promotions, guarded, tried, monkeypatch):
    """And the page can say so beforehand."""
    monkeypatch.setattr(guard_gate, "ruling_on", lambda *_: Ruling(True, "20 of 20 are up."))

    (verdict,) = promotions.verdicts(ADMIN, MODEL, tried)
    made = promotions.promote(ADMIN, MODEL, tried, "through.rag.shelf", "It is better")

    assert verdict.problem == ""
    assert made.number == "1"


def test_only_who_is_an_admin_now_promotes(promotions, workspace, tried):
    """What the page knows may be a minute old."""
    analyst = Viewer("ana@example.com", "Ana", frozenset({Role.ANALYST}))
    with pytest.raises(NotAllowed):
        promotions.promote(analyst, MODEL, tried, PROD, "I would like it")
    workspace.answers[ME] = (200, _me("analysts"))

    with pytest.raises(NotAllowed):
        promotions.promote(ADMIN, MODEL, tried, PROD, "I would like it")
