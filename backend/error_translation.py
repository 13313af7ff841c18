"""From what the client libraries raise to the app's own errors; services use `translated()`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeGuard

import requests
from databricks.sdk import errors as sdk
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.errors.private_link import PrivateLinkValidationError

from backend.errors import (
    AlreadyExists,
    BeingChanged,
    Failed,
    NotAllowed,
    NotConfigured,
    NotFound,
    NotOffered,
    Refused,
    ReviewAppError,
    SignInNeeded,
    TookTooLong,
    TooManyRequests,
    Unavailable,
    Unexpected,
    Unreachable,
)

if TYPE_CHECKING:
    from mlflow.exceptions import MlflowException

TRANSLATIONS: dict[type[Exception], type[ReviewAppError]] = {
    DatabricksError: Failed,
    sdk.BadRequest: Refused,
    sdk.InvalidParameterValue: Refused,
    sdk.InvalidState: Refused,
    sdk.Unauthenticated: SignInNeeded,
    sdk.PermissionDenied: NotAllowed,
    PrivateLinkValidationError: Unreachable,
    sdk.NotFound: NotFound,
    sdk.ResourceDoesNotExist: NotFound,
    sdk.ResourceConflict: BeingChanged,
    sdk.Aborted: BeingChanged,
    sdk.AlreadyExists: AlreadyExists,
    sdk.ResourceAlreadyExists: AlreadyExists,
    sdk.TooManyRequests: TooManyRequests,
    sdk.RequestLimitExceeded: TooManyRequests,
    sdk.ResourceExhausted: TooManyRequests,
    sdk.Cancelled: Failed,
    sdk.InternalError: Failed,
    sdk.Unknown: Failed,
    sdk.DataLoss: Failed,
    sdk.NotImplemented: NotOffered,
    sdk.TemporarilyUnavailable: Unavailable,
    sdk.DeadlineExceeded: TookTooLong,
    sdk.OperationFailed: Failed,
    sdk.OperationTimeout: TookTooLong,
    TimeoutError: TookTooLong,
    requests.RequestException: Failed,
    # For an address it does not know, a workspace may answer with a page for people.
    requests.exceptions.JSONDecodeError: NotOffered,
    requests.ConnectionError: Unreachable,
    requests.Timeout: TookTooLong,
    requests.exceptions.InvalidURL: NotConfigured,
    requests.exceptions.MissingSchema: NotConfigured,
}

BY_STATUS: dict[int, type[ReviewAppError]] = {
    400: Refused,
    401: SignInNeeded,
    403: NotAllowed,
    404: NotFound,
    409: BeingChanged,
    429: TooManyRequests,
    499: Failed,
    500: Failed,
    501: NotOffered,
    502: Unavailable,
    503: Unavailable,
    504: TookTooLong,
}

# MLflow gives these the wrong HTTP status (its default of 500, or 400 for a name that is taken);
# the codes not listed here follow their status in BY_STATUS.
BY_MLFLOW_CODE: dict[str, type[ReviewAppError]] = {
    "ALREADY_EXISTS": AlreadyExists,
    "INVALID_STATE": Refused,
    "MALFORMED_REQUEST": Refused,
    "QUOTA_EXCEEDED": TooManyRequests,
    "RESOURCE_LIMIT_EXCEEDED": TooManyRequests,
    "FEATURE_DISABLED": NotOffered,
    "SERVICE_UNDER_MAINTENANCE": Unavailable,
    "WORKSPACE_TEMPORARILY_UNAVAILABLE": Unavailable,
    "COULD_NOT_ACQUIRE_LOCK": BeingChanged,
}


def client_errors() -> tuple[type[Exception], ...]:
    """Return what the client libraries raise; MLflow's once something has imported it.

    Importing MLflow takes seconds, which nobody should wait for only to name an exception that
    cannot be raised before.
    """
    mlflow = sys.modules.get("mlflow.exceptions")
    return (*TRANSLATIONS, mlflow.MlflowException) if mlflow else tuple(TRANSLATIONS)


def translate(error: Exception) -> ReviewAppError:
    """Return what a client library raised as one of ours; never raises, never returns None."""
    if isinstance(error, ReviewAppError):
        return error
    # After its last attempt the SDK raises a bare TimeoutError, and MLflow an INTERNAL_ERROR,
    # from the error that says what was really wrong.
    if (isinstance(error, TimeoutError) or _is_mlflow(error)) and _tells_more(error.__cause__):
        return translate(error.__cause__)
    # While nobody answers, MLflow raises without saying from what.
    if _is_mlflow(error) and isinstance(error.__context__, _NOBODY_ANSWERS):
        return translate(error.__context__)
    kind = _kind_of(error)
    sentence = f"{kind.usual_sentence} It said: {error}" if issubclass(kind, Refused) else ""
    return kind(sentence, request_id=_request_id(error))


@contextmanager
def translated() -> Iterator[None]:
    """Let only our own errors out of the block."""
    try:
        yield
    except client_errors() as error:
        raise translate(error) from error


def _is_mlflow(error: Exception) -> TypeGuard["MlflowException"]:
    mlflow = sys.modules.get("mlflow.exceptions")
    return mlflow is not None and isinstance(error, mlflow.MlflowException)


_NOBODY_ANSWERS = (requests.ConnectionError, requests.Timeout)


def _tells_more(cause: BaseException | None) -> TypeGuard[Exception]:
    return isinstance(cause, DatabricksError | requests.RequestException)


def _kind_of(error: Exception) -> type[ReviewAppError]:
    if _is_mlflow(error):
        return _kind_of_mlflow_code(str(error.error_code))
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return BY_STATUS.get(error.response.status_code, Failed)
    return next(
        (TRANSLATIONS[kind] for kind in type(error).__mro__ if kind in TRANSLATIONS), Unexpected
    )


def _kind_of_mlflow_code(code: str) -> type[ReviewAppError]:
    # Unity Catalog has one such code for each kind of thing.
    if code.endswith("_DOES_NOT_EXIST"):
        return NotFound
    if code.endswith("_ALREADY_EXISTS"):
        return AlreadyExists
    statuses: dict[str, int] = sys.modules["mlflow.exceptions"].ERROR_CODE_TO_HTTP_STATUS
    return BY_MLFLOW_CODE.get(code) or BY_STATUS[statuses.get(code, 500)]


def _request_id(error: Exception) -> str | None:
    if isinstance(error, DatabricksError):
        info = error.get_error_details().request_info
        return info.request_id if info else None
    if isinstance(error, requests.RequestException) and error.response is not None:
        return error.response.headers.get("x-request-id")
    return None
