"""Which version began this: from one bad answer, every kept version is asked the same.

Asking takes an admin who may manage the endpoint; analysts and admins may look at what came of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from databricks.sdk import WorkspaceClient

from backend.errors import NotFound
from backend.feedback.feedback import Feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Viewer
from backend.long_work.long_work import LongWork
from backend.long_work.record import Job, JobKind, JobState
from backend.replay import recorded_requests as replay_requests
from backend.replay.bisection import REQUEST, TABLE, Pointed, Tried, pointed, tried_from
from backend.request_logs import whole_requests
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import tables_of

NOT_ON_RECORD = "This request is not on record at this endpoint, or not any more."


@dataclass(frozen=True)
class Bisection:
    """What came of one; without tries until it is over."""

    job: Job
    former: FormerRequest
    tries: tuple[Tried, ...] = ()
    pointed: Pointed | None = None
    # The viewer's own verdicts on the answers, by the request's id.
    own: Mapping[str, Verdict] | None = None


class Bisections:
    """Has kept versions asked what one of them answered badly, and points to the first."""

    def __init__(
        self,
        workspace: WorkspaceClient,
        as_app: Callable[[], WorkspaceClient],
        long_work: LongWork,
        feedback: Feedback,
    ) -> None:
        # As the visitor, whose rights decide; and as the app, for what is on record.
        self._workspace = workspace
        self._as_app = as_app
        self._long_work = long_work
        self._feedback = feedback

    def former(self, viewer: Viewer, endpoint: str, request_id: str) -> FormerRequest:
        """Return what was asked and answered, with what everybody has said of it."""
        # Whoever may know the endpoint's jobs may know what others asked.
        self._long_work.latest(viewer, endpoint, JobKind.BISECT)
        app = self._as_app()
        tables = tables_of(app, endpoint)
        found = next(whole_requests.read(app, tables, [request_id]), None)
        if found is None:
            raise NotFound(NOT_ON_RECORD)
        said = replay_requests.verdicts_on(app, tables, [request_id])
        return replace(found, body=None, verdicts=tuple(said.get(request_id, ())))

    def begin(self, viewer: Viewer, endpoint: str, request_id: str) -> Job:
        """Have every kept version asked what this request asked."""
        self.former(viewer, endpoint, request_id)
        return self._long_work.ask(
            viewer, JobKind.BISECT, endpoint, request_id, {REQUEST: request_id}
        )

    def latest(self, viewer: Viewer, endpoint: str, request_id: str) -> Job | None:
        """Return the last one about this request."""
        jobs = self._long_work.latest(viewer, endpoint, JobKind.BISECT)
        return next((job for job in jobs if job.subject == request_id), None)

    def open(self, viewer: Viewer, job_id: str) -> Bisection:
        """Return what came of one, as it looks with what people have said by now."""
        job = self._long_work.read(viewer, job_id)
        if job.kind is not JobKind.BISECT:
            raise NotFound("There is no such search on record.")
        former = self.former(viewer, job.endpoint, job.subject)
        if job.state is not JobState.DONE:
            return Bisection(job, former)
        tries = [tried_from(row) for row in self._long_work.table(viewer, job, TABLE)]
        ids = [each.request_id for each in tries if each.request_id and not each.error]
        said = self._feedback.read(viewer, job.endpoint, ids).by_request
        judged = tuple(replace(t, thumb=_thumb(said.get(t.request_id, ()))) for t in tries)
        right = [v.corrected_answer for v in former.verdicts if v.corrected_answer]
        own = {
            verdict.request_id: verdict
            for verdicts in said.values()
            for verdict in verdicts
            if verdict.reviewer == viewer.user_name
        }
        found = pointed(judged, former.answer, former.version, right)
        return Bisection(job, former, judged, found, own)


def _thumb(verdicts: Iterable[Verdict]) -> Thumb | None:
    """Return the last word that says yes or no; verdicts come with the latest first."""
    sure = (Thumb.POSITIVE, Thumb.NEGATIVE)
    return next((each.thumb for each in verdicts if each.thumb in sure), None)
