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
# MLflow's own word for "something broke", so it tells no more than our general error.
BROKE = {"INTERNAL_ERROR", "IO_ERROR", "DATA_LOSS", "CANCELLED", "UNPARSEABLE_HTTP_ERROR"}


@pytest.mark.parametrize("error", SDK_ERRORS)
def test_each_error_of_the_sdk_is_mapped_by_its_own_name(error):
    """An SDK that grows an exception fails here until somebody has decided what it means."""
    assert error in TRANSLATIONS


@pytest.mark.parametrize("code", ErrorCode.keys())
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


def test_our_own_errors_pass_unchanged():
    """Translating twice does not lose the sentence."""
    error = errors.NotFound("There is no such chain.")

    assert error is translate(error)


def test_what_is_no_error_of_a_client_is_not_touched():
    """A mistake in the app must not look like one of the workspace."""
    with pytest.raises(KeyError), translated():
        raise KeyError("name")
