"""A person is erased from the records of evaluation datasets, of whichever set and age."""

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.genai import datasets
from mlflow.protos.databricks_pb2 import ENDPOINT_NOT_FOUND, PERMISSION_DENIED

from backend.endpoint_tests.plan import Dataset
from backend.erasure import erasable_datasets
from backend.errors import NotAllowed
from backend.feedback.verdicts import Verdict
from backend.picked_requests import records
from backend.picked_requests.picked import record_of
from backend.request_logs.former_request import FormerRequest

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")

ZOE, YAN = "Zoe@example.com", "yan@example.com"


@pytest.fixture
def keep(experiment, request):
    """Keep requests in a dataset: returns a function that does."""

    def add(dataset, *requests):
        name = f"{request.node.name}-{dataset}"
        known = [each for each in records.all_datasets() if each.name == name]
        records.add(experiment, known[0] if known else Dataset(name), requests)
        return name

    return add


def count(person):
    """Return how many records there are, in all places."""
    return sum(each.count(None, person) for each in erasable_datasets.places())


def delete(person):
    """Erase somebody everywhere."""
    for place in erasable_datasets.places():
        place.delete(None, person)


def asked(person, text, *verdicts, request_id="r-1"):
    """Return the record of a request."""
    body = {"messages": [{"role": "user", "content": text}]}
    former = FormerRequest(request_id, answer=f"Of {text}.", asked_by=person, body=body)
    return record_of(former, "chain", verdicts, "tr-1")


def right(person, text):
    return Verdict("r-1", person, corrected_answer=text, expectations={f"by {person}": "this"})


def kept(name):
    """Return the records of a dataset by their questions."""
    found = datasets.get_dataset(name=name).to_df().to_dict("records")
    return {each["inputs"]["messages"][0]["content"]: each for each in found}


def test_what_a_person_asked_goes_from_every_dataset(keep, monkeypatch):
    """Whatever the case of the name is, and however many lists of datasets there are."""
    monkeypatch.setattr(erasable_datasets, "DATASETS_PER_PAGE", 1)
    names = [keep(each, asked(ZOE, "hers"), asked(YAN, "his")) for each in ("a", "b", "c")]
    assert count("zoe@EXAMPLE.com") == 3

    delete("zoe@EXAMPLE.com")

    assert [list(kept(name)) for name in names] == [["his"]] * 3
    assert count(ZOE) == 0


def test_a_question_that_two_have_asked_goes_with_either(keep):
    """It is one record; who kept it last does not hide who asked it first."""
    name = keep("a", asked(ZOE, "the same"), asked(YAN, "his own"))
    keep("a", asked(YAN, "the same", request_id="r-2"))

    delete(ZOE)

    assert list(kept(name)) == ["his own"]


def test_only_their_word_is_taken_from_what_others_asked(keep):
    """The question, its answer, where it is from and what others said stay with the record."""
    verdicts = (right(ZOE, "Six."), right(YAN, "Five."))
    name = keep("a", asked(YAN, "how many", *verdicts), asked(YAN, "other", right(YAN, "No.")))
    before = kept(name)
    assert count(ZOE) == 1

    delete(ZOE)

    after = kept(name)
    assert after["other"] == before["other"]
    changed, former = after["how many"], before["how many"]
    assert former["expectations"]["expected_response"] == "Six."
    assert changed["expectations"] == {f"by {YAN}": "this"}
    assert (changed["outputs"], changed["source_id"]) == ("Of how many.", "tr-1")
    gone = {name for name, value in former["tags"].items() if value == ZOE}
    assert len(gone) == 2
    assert changed["tags"] == {n: v for n, v in former["tags"].items() if n not in gone}
    assert count(ZOE) == 0


def test_a_word_that_another_has_replaced_is_no_longer_theirs(keep):
    """What is expected now was said by somebody else."""
    name = keep("a", asked(YAN, "how many", Verdict("r-1", ZOE, corrected_answer="Six.")))
    keep("a", asked(YAN, "how many", Verdict("r-1", YAN, corrected_answer="Five.")))

    assert count(ZOE) == 0
    assert kept(name)["how many"]["expectations"] == {"expected_response": "Five."}


def test_a_dataset_of_a_deleted_experiment_is_reached(keep):
    """It outlives the experiment it was made beside."""
    doomed = mlflow.create_experiment("doomed")
    records.add(doomed, Dataset("outlives"), [asked(ZOE, "hers")])
    MlflowClient().delete_experiment(doomed)

    delete(ZOE)

    assert not kept("outlives")


def test_records_somebody_else_made_are_left_alone(keep, experiment):
    """They have no tags of ours, or none at all."""
    made = datasets.create_dataset(name="handmade", experiment_id=[experiment])
    made.merge_records([{"inputs": {"q": ZOE}}, {"inputs": {"q": 1}, "tags": {"user": ZOE}}])

    delete(ZOE)

    assert len(datasets.get_dataset(name="handmade").to_df()) == 2


@pytest.mark.parametrize("code", [ENDPOINT_NOT_FOUND, PERMISSION_DENIED])
def test_where_there_are_no_datasets_nothing_is_left(monkeypatch, code):
    """That is known of an MLflow without datasets, and not of one that does not show them."""

    def refuse(*_, **__):
        raise MlflowException("no", error_code=code)

    monkeypatch.setattr(MlflowClient, "search_datasets", refuse)
    if code == PERMISSION_DENIED:
        with pytest.raises(NotAllowed):
            count(ZOE)
    else:
        assert count(ZOE) == 0
