"""Every error of a client library becomes one of ours."""

import inspect

import pytest
import requests
from databricks.sdk import errors as sdk
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from backend import errors
from backend.error_translation import TRANSLATIONS, translate, translated

OURS = [
    each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, errors.ReviewAppError)
]
SDK_ERRORS = [
    each for _, each in inspect.getmembers(sdk, inspect.isclass) if issubclass(each, Exception)
]
# MLflow's own words for "something broke", so they tell no more than our general error.
BROKE = {"INTERNAL_ERROR", "IO_ERROR", "DATA_LOSS", "CANCELLED", "UNPARSEABLE_HTTP_ERROR"}
# MLflow shares its list of codes with notebooks, repositories and data sharing, which the app
# does not use.
ELSEWHERE = """
INVALID_STATE_TRANSITION MAX_BLOCK_SIZE_EXCEEDED MAX_READ_SIZE_EXCEEDED MAX_LIST_SIZE_EXCEEDED
MAX_NOTEBOOK_SIZE_EXCEEDED MAX_CHILD_NODE_SIZE_EXCEEDED PARTIAL_DELETE DRY_RUN_FAILED
DIRECTORY_NOT_EMPTY DIRECTORY_PROTECTED SEARCH_QUERY_TOO_LONG SEARCH_QUERY_TOO_SHORT
PERMISSION_NOT_PROPAGATED DEPLOYMENT_TIMEOUT PROJECTS_OPERATION_TIMEOUT GIT_CONFLICT
GIT_UNKNOWN_REF GIT_SENSITIVE_TOKEN_DETECTED GIT_URL_NOT_ON_ALLOW_LIST GIT_REMOTE_ERROR
IPYNB_FILE_IN_REPO INSECURE_PARTNER_RESPONSE MALFORMED_PARTNER_RESPONSE CATALOG_NOT_EMPTY
SCHEMA_NOT_EMPTY METASTORE_NOT_EMPTY PROVIDER_SHARE_NOT_ACCESSIBLE
"""


@pytest.mark.parametrize("error", SDK_ERRORS)
def test_each_error_of_the_sdk_is_mapped_by_its_own_name(error):
    """An SDK that grows an exception fails here until somebody has decided what it means."""
    assert error in TRANSLATIONS


@pytest.mark.parametrize("code", sorted(set(ErrorCode.keys()) - set(ELSEWHERE.split())))
def test_each_error_code_of_mlflow_means_something(code):
    """Only what MLflow itself calls a fault of the server may end as one."""
    kind = type(translate(MlflowException("text", ErrorCode.Value(code))))

    assert (kind is errors.Failed) == (code in BROKE)


@pytest.mark.parametrize("kind", OURS)
def test_each_of_our_errors_tells_a_person_what_to_do(kind):
    """Sentence and advice end like sentences, and the code belongs to one class only."""
    assert kind.usual_sentence.endswith(".")
    assert kind.advice.endswith(".")
    assert [kind] == [each for each in OURS if each.code == kind.code]
    assert f"{kind.__name__} " in errors.__doc__ or kind is errors.ReviewAppError


def test_a_timeout_of_the_sdk_is_what_it_timed_out_on():
    """Nobody learns anything from "Timed out after 0:00:02" when the workspace is simply gone."""
    error = TimeoutError("Timed out after 0:00:02")
    error.__cause__ = requests.ConnectionError("refused")

    assert isinstance(translate(error), errors.Unreachable)


def test_a_refusal_repeats_what_the_workspace_said():
    """What is wrong with the input is known to the workspace only."""
    error = translate(sdk.InvalidParameterValue("The traffic must add up to 100."))

    assert isinstance(error, errors.Refused)
    assert "The traffic must add up to 100." in error.sentence


def test_the_request_id_is_kept():
    """The id with which an administrator finds the request in the logs reaches the person."""
    details = [{"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": "req-1"}]
    error = translate(sdk.InternalError("broke", details=details))

    assert error.request_id == "req-1"


def test_a_page_for_people_is_no_answer_of_this_workspace():
    """Databricks may give one, with status 200, for an address that only the local one has."""
    page = requests.exceptions.JSONDecodeError("Expecting value", "<!doctype html>", 0)

    assert type(translate(page)) is errors.NotOffered


def test_our_own_errors_pass_unchanged():
    """Translating twice does not lose the sentence."""
    error = errors.NotFound("There is no such chain.")

    assert error is translate(error)


def test_what_is_no_error_of_a_client_is_not_touched():
    """A mistake in the app must not look like one of the workspace."""
    with pytest.raises(KeyError), translated():
        raise KeyError("name")


def test_workspace_that_nobody_answers_for_is_told_as_that_by_mlflow_too():
    """MLflow's client raises while it handles what was wrong, and does not say from what."""
    try:
        try:
            raise requests.ConnectionError("refused")
        except requests.ConnectionError:
            raise MlflowException("API request failed with exception refused")  # noqa: B904
    except MlflowException as raised:
        found = translate(raised)

    assert isinstance(found, errors.Unreachable)
