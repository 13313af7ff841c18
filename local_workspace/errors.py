"""What the workspace refuses, as exceptions that carry their HTTP status and stable code.

WorkspaceError
├── BadRequest              400 BAD_REQUEST
│   ├── InvalidParameter    400 INVALID_PARAMETER_VALUE
│   ├── InvalidState        400 INVALID_STATE
│   ├── MalformedRequest    400 MALFORMED_REQUEST
│   └── ModelFailed         400 BAD_REQUEST (reason MODEL_EXCEPTION or MODEL_PROCESS_ENDED)
├── Unauthenticated         401 UNAUTHENTICATED
├── PermissionDenied        403 PERMISSION_DENIED
├── NotFound                404 RESOURCE_DOES_NOT_EXIST
├── Conflict                409 RESOURCE_CONFLICT
│   └── AlreadyExists       409 RESOURCE_ALREADY_EXISTS
├── TooLarge                413 REQUEST_TOO_LARGE
├── TooManyRequests         429 REQUEST_LIMIT_EXCEEDED
├── MlflowRefused           what MLflow itself answered, status and code
├── NotImplementedHere      501 NOT_IMPLEMENTED
├── UpstreamUnavailable     502 UPSTREAM_UNAVAILABLE
├── TemporarilyUnavailable  503 TEMPORARILY_UNAVAILABLE
├── DeadlineExceeded        504 DEADLINE_EXCEEDED
├── StorageFull             507 STORAGE_FULL
└── RecordNotWritten        507 RECORD_NOT_WRITTEN

Model failures are 400 and never 500: the official clients repeat a 500 for up to ten minutes.
Nothing permanent is 503 for the same reason. Services raise these; routers never catch them;
`api.py` turns them into `{"error_code", "message"}`.
"""


class WorkspaceError(Exception):
    """Base of everything the workspace refuses with a sentence."""

    status = 500
    error_code = "INTERNAL_ERROR"

    def __init__(
        self, message: str, *, reason: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.retry_after = retry_after
        # Set for what went wrong with one invocation, to be quoted.
        self.request_id: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the body Databricks' clients read; finer things travel in `details`."""
        body: dict[str, object] = {"error_code": self.error_code, "message": self.message}
        if details := [*self._error_info(), *self._request_info()]:
            body["details"] = details
        return body

    def _error_info(self) -> list[dict[str, str]]:
        if self.reason is None:
            return []
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        return [{"@type": kind, "reason": self.reason, "domain": "local-workspace"}]

    def _request_info(self) -> list[dict[str, str]]:
        if self.request_id is None:
            return []
        kind = "type.googleapis.com/google.rpc.RequestInfo"
        return [{"@type": kind, "request_id": self.request_id}]


class BadRequest(WorkspaceError):
    """The request cannot be served as it was sent."""

    status = 400
    error_code = "BAD_REQUEST"


class InvalidParameter(BadRequest):
    """A field has a value that is not allowed."""

    error_code = "INVALID_PARAMETER_VALUE"


class InvalidState(BadRequest):
    """The resource is in a state in which this cannot be done, and will stay so."""

    error_code = "INVALID_STATE"


class MalformedRequest(BadRequest):
    """The body is not the JSON it should be."""

    error_code = "MALFORMED_REQUEST"


class ModelFailed(BadRequest):
    """The model raised, or its process ended, while it was answering."""


class Unauthenticated(WorkspaceError):
    """No token was sent, or one nobody holds."""

    status = 401
    error_code = "UNAUTHENTICATED"


class PermissionDenied(WorkspaceError):
    """The caller is known and may not do this."""

    status = 403
    error_code = "PERMISSION_DENIED"


class NotFound(WorkspaceError):
    """There is no such resource."""

    status = 404
    error_code = "RESOURCE_DOES_NOT_EXIST"


class Conflict(WorkspaceError):
    """Another change is under way."""

    status = 409
    error_code = "RESOURCE_CONFLICT"


class AlreadyExists(Conflict):
    """The name is taken."""

    error_code = "RESOURCE_ALREADY_EXISTS"


class TooLarge(WorkspaceError):
    """The body is over the limit."""

    status = 413
    error_code = "REQUEST_TOO_LARGE"


class TooManyRequests(WorkspaceError):
    """A rate limit or a full queue; `Retry-After` says when to come back."""

    status = 429
    error_code = "REQUEST_LIMIT_EXCEEDED"


class NotImplementedHere(WorkspaceError):
    """Databricks can do this, the local workspace cannot."""

    status = 501
    error_code = "NOT_IMPLEMENTED"


class MlflowRefused(WorkspaceError):
    """MLflow was asked and said no, in its own words."""

    def __init__(self, status: int, error_code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code


class UpstreamUnavailable(WorkspaceError):
    """The MLflow server behind the workspace does not answer."""

    status = 502
    error_code = "UPSTREAM_UNAVAILABLE"


class TemporarilyUnavailable(WorkspaceError):
    """It is coming up; asking again soon makes sense."""

    status = 503
    error_code = "TEMPORARILY_UNAVAILABLE"


class DeadlineExceeded(WorkspaceError):
    """The model did not answer in the time a request may take."""

    status = 504
    error_code = "DEADLINE_EXCEEDED"


class StorageFull(WorkspaceError):
    """There is no space to put anything more on record."""

    status = 507
    error_code = "STORAGE_FULL"


class RecordNotWritten(WorkspaceError):
    """The answer was there, but not its record; it is withheld."""

    status = 507
    error_code = "RECORD_NOT_WRITTEN"
