"""Models and versions as an admin sees them, out of a real registry of MLflow."""

import json

import mlflow
import pytest

from backend.errors import NotAllowed, NotFound, Refused
from backend.identity import Role, Viewer
from backend.registry.record import Served
from backend.registry.registry import VERSIONS_PER_PAGE
from tests.backend.registered import MODEL

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")

ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
ANALYST = Viewer("ana@example.com", "Ana", frozenset({Role.ANALYST}))
ME = "GET /api/2.0/preview/scim/v2/Me"
LIST = "GET /api/2.0/serving-endpoints"


def _me(*groups):
    return {"userName": "admin@example.com", "groups": [{"display": each} for each in groups]}


def _version(registry, number):
    return registry.version(ADMIN, MODEL, number)


def test_models_are_found_by_a_part_of_their_name(registry):
    """Whatever its case; a name nobody has finds nothing."""
    assert MODEL in [each.name for each in registry.models(ADMIN, "RAG.She").models]
    assert registry.models(ADMIN, "no such ' name").models == ()


def test_versions_come_newest_first_with_their_aliases(registry):
    """The second one is above the first."""
    registry.set_alias(ADMIN, _version(registry, "1"), "champion")

    newest, oldest = registry.versions(ADMIN, MODEL).versions[-2:]

    assert (newest.number, oldest.number) == ("2", "1")
    assert (newest.aliases, oldest.aliases) == ((), ("champion",))
    assert oldest.is_ready


def test_many_versions_come_in_pages(registry):
    """Each version is on one page, and none on two."""
    client = mlflow.MlflowClient()
    client.create_registered_model("main.rag.many")
    source = client.get_model_version(MODEL, "1").source
    for _ in range(VERSIONS_PER_PAGE + 2):
        client.create_model_version("main.rag.many", source)

    first = registry.versions(ADMIN, "main.rag.many")
    rest = registry.versions(ADMIN, "main.rag.many", first.next_token)

    numbers = [int(each.number) for each in (*first.versions, *rest.versions)]
    assert numbers == list(range(VERSIONS_PER_PAGE + 2, 0, -1))
    assert rest.next_token is None


def test_what_does_not_exist_is_told_by_name(registry):
    """Neither a model, nor a version, nor a version that is no number."""
    with pytest.raises(NotFound, match=r"no model 'main\.rag\.none'"):
        registry.versions(ADMIN, "main.rag.none")
    for number in ("99", "two"):
        with pytest.raises(NotFound, match=f"no version {number}"):
            registry.version(ADMIN, MODEL, number)


def test_version_remembers_its_run_and_experiment(registry, experiment):
    """By their names, for people."""
    origin = registry.origin(ADMIN, _version(registry, "1"))

    assert (origin.run_name, origin.experiment) == ("try it", "judged")
    assert origin.experiment_id == experiment
    assert origin.run_id


def test_words_tags_and_aliases_are_changed_and_taken_away(registry):
    """Of the model and of a version, each by itself."""
    registry.describe(ADMIN, MODEL, "", "Answers from the shelf. ")
    registry.describe(ADMIN, MODEL, "2", "Two sentences")
    registry.set_tag(ADMIN, MODEL, "", "team", "handbook")
    registry.set_tag(ADMIN, MODEL, "2", " reviewed ", "yes")
    registry.set_alias(ADMIN, _version(registry, "1"), "next")
    registry.set_alias(ADMIN, _version(registry, "2"), "next")

    model, version = registry.model(ADMIN, MODEL), _version(registry, "2")
    assert (model.description, model.tags["team"]) == ("Answers from the shelf.", "handbook")
    assert (version.description, version.tags["reviewed"]) == ("Two sentences", "yes")
    assert model.aliases["next"] == "2"
    assert version.aliases == ("next",)

    registry.remove_tag(ADMIN, MODEL, "2", "reviewed")
    registry.remove_tag(ADMIN, MODEL, "", "team")
    registry.remove_alias(ADMIN, MODEL, "next")

    assert "team" not in registry.model(ADMIN, MODEL).tags
    assert "reviewed" not in _version(registry, "2").tags
    assert "next" not in registry.model(ADMIN, MODEL).aliases


@pytest.mark.parametrize("alias", ["", "two words", "v3", "latest", "a" * 101, "x/y"])
def test_alias_nobody_could_use_is_refused(registry, alias):
    """Before the registry is asked, in a sentence."""
    with pytest.raises(Refused, match=r"[Aa]n alias"):
        registry.set_alias(ADMIN, _version(registry, "1"), alias)


def test_only_admins_see_models(registry):
    """Whatever the page thinks."""
    with pytest.raises(NotAllowed):
        registry.models(ANALYST)
    with pytest.raises(NotAllowed):
        registry.contents(ANALYST, _version(registry, "1"))


def test_who_is_no_admin_any_more_changes_nothing(registry, workspace):
    """The workspace is asked once more before a change."""
    workspace.answers[ME] = (200, _me("analysts"))

    with pytest.raises(NotAllowed):
        registry.set_tag(ADMIN, MODEL, "1", "team", "other")

    assert "team" not in _version(registry, "1").tags


def test_endpoints_that_serve_a_version_are_named_with_its_share(registry, workspace):
    """Only those that hold this model; the one with the largest share comes first."""
    entities = [{"name": f"shelf_{n}", "entity_name": MODEL, "entity_version": n} for n in "12"]
    routes = [{"served_model_name": "shelf_2", "traffic_percentage": 100}]
    other = [{"name": "x", "entity_name": "main.rag.other", "entity_version": "1"}]
    follow = {"key": "reviewapp.follow", "value": json.dumps({"model": MODEL, "alias": "next"})}
    workspace.answers[LIST] = (
        200,
        {
            "endpoints": [
                {"name": "shelf", "config": {"served_entities": entities}, "tags": [follow]},
                {"name": "other", "config": {"served_entities": other}},
            ]
        },
    )
    config = {"served_entities": entities, "traffic_config": {"routes": routes}}
    workspace.answers[f"{LIST}/shelf"] = (200, {"name": "shelf", "config": config})

    served = registry.served(ADMIN, MODEL)

    assert served == {
        "1": (Served("shelf", "shelf_1", 0),),
        "2": (Served("shelf", "shelf_2", 100),),
    }
    assert registry.followers(ADMIN, MODEL) == {"next": ("shelf",)}


def test_link_into_mlflow_lets_the_browser_in(registry, workspace):
    """MLflow behind the workspace opens by a link that works once, and goes on to the page."""
    workspace.answers["POST /__local__/mlflow-links"] = (200, {"url": "http://w/session?code=1"})

    links = registry.opened_links(ADMIN)

    assert links.version(MODEL, "2") == f"http://w/session?code=1#/models/{MODEL}/versions/2"


def test_link_into_mlflow_without_such_a_door_is_its_address(registry, workspace):
    """A workspace of another kind knows no such links."""
    assert registry.opened_links(ADMIN).model(MODEL) == f"{workspace.address}/#/models/{MODEL}"
