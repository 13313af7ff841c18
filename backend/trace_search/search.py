"""Finding traces: by a filter, as conversations, beside each other, and before MLflow has them.

MLflow's client has one identity in a process, the app's. So the experiments that are searched are
those the visitor's own token opens, and what is in no other place is read with that token by SQL.
An MLflow that cannot look for ids is asked for each trace by itself, with that token, too.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from types import ModuleType

from databricks.sdk import WorkspaceClient

from backend.errors import NotAllowed, NotFound, NotOffered, Refused, ReviewAppError
from backend.identity import Viewer
from backend.mlflow_import import load_mlflow
from backend.trace_search import unfiled
from backend.trace_search.record import (
    Neighbours,
    SessionPage,
    SessionTurns,
    TracedChains,
    TracePage,
    TraceQuery,
    Unfiled,
    UnfiledRequests,
)
from backend.trace_search.visible import traced_chains
from backend.traces import trace_infos

# How long a right that was taken away, or a new chain, may go unnoticed.
FRESH_SECONDS = 60.0
NOT_THERE = "MLflow has no such trace, or it is not one you may see."
NO_CHAINS = "No chain you can see names an MLflow experiment you may read."
_SAME_TIME = 4


class TraceSearch:
    """Searches the traces of the chains one visitor may see."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace
        self._known: tuple[float, Viewer, list[TracedChains]] | None = None

    def chains(self, viewer: Viewer) -> list[TracedChains]:
        """Return the experiments the visitor may read, each with its endpoints."""
        if self._known:
            read_at, of, found = self._known
            if of == viewer and time.monotonic() - read_at < FRESH_SECONDS:
                return found
        found = traced_chains(self._workspace, viewer)
        self._known = time.monotonic(), viewer, found
        return found

    def page(self, viewer: Viewer, query: TraceQuery, after: str = "") -> TracePage:
        """Return a page of what a filter finds."""
        experiments = self._experiments(viewer, query.experiment)
        text = self._asked(viewer, query, experiments)
        found: TracePage = _traces().page(experiments, text, query.order, after)
        return found

    def sessions(self, viewer: Viewer, query: TraceQuery, before: int | None = None) -> SessionPage:
        """Return a page of the conversations these traces belong to."""
        experiments = self._experiments(viewer, query.experiment)
        text = self._asked(viewer, query, experiments)
        found: SessionPage = _sessions().page(experiments, text, before)
        return found

    def session(self, viewer: Viewer, session: str, after: str = "") -> SessionTurns:
        """Return a part of a conversation, with what was asked and answered."""
        found: SessionTurns = _traces().turns(self._experiments(viewer), session, after)
        if not found.turns:
            raise NotFound("MLflow has no such conversation, or it is not one you may see.")
        return found

    def neighbours(self, viewer: Viewer, trace_id: str) -> Neighbours:
        """Return a trace with those before and after it in its conversation."""
        experiments, traces = self._experiments(viewer), _traces()
        try:
            row = traces.one(experiments, trace_id)
        except Refused:
            row = traces.told(trace_infos.read(self._workspace, trace_id), experiments)
        if row is None:
            raise NotFound(NOT_THERE)
        found: Neighbours = traces.beside(experiments, row)
        return found

    def of_request(self, viewer: Viewer, request_id: str, endpoint: str = "") -> str:
        """Return the trace of a request, from MLflow or else from the request logs."""
        experiments = [each.experiment for each in self.chains(viewer)]
        # Where MLflow cannot look for it, a record still can.
        with suppress(Refused):
            known: dict[str, str] = _traces().filed(experiments, [request_id])
            if request_id in known:
                return known[request_id]
        for name in [endpoint] if endpoint else self._endpoints(viewer):
            try:
                found = unfiled.find(self._workspace, name, request_id)
            except (NotAllowed, NotFound, NotOffered):
                # It keeps no log this visitor may read; another one may have it.
                continue
            if found:
                return found.trace_id
        raise NotFound("Neither MLflow nor a request log has a trace of this request.")

    def unfiled(self, viewer: Viewer, experiment: str = "") -> UnfiledRequests:
        """Return the newest requests on record whose traces MLflow does not have yet."""
        chains = [each for each in self.chains(viewer) if experiment in ("", each.experiment)]
        names = [name for each in chains for name in each.endpoints]
        with ThreadPoolExecutor(max_workers=_SAME_TIME) as pool:
            read = list(pool.map(self._newest, names))
        logged = [each for found in read if isinstance(found, list) for each in found]
        each_read = zip(names, read, strict=True)
        broken = {name: found for name, found in each_read if isinstance(found, ReviewAppError)}
        if broken and len(broken) == len(read):
            raise broken[names[0]]
        missing = self._missing([each.experiment for each in chains], logged)
        missing.sort(key=lambda each: each.at, reverse=True)
        return UnfiledRequests(tuple(missing), len(logged), tuple(broken))

    def _missing(self, experiments: list[str], logged: list[Unfiled]) -> list[Unfiled]:
        """Return those MLflow does not have."""
        try:
            known = _traces().filed(experiments, [each.request_id for each in logged])
            return [each for each in logged if each.request_id not in known]
        except Refused:
            with ThreadPoolExecutor(max_workers=_SAME_TIME) as pool:
                is_there = list(pool.map(lambda each: self._has(each.trace_id), logged))
            return [each for each, has in zip(logged, is_there, strict=True) if not has]

    def _has(self, trace_id: str) -> bool:
        try:
            trace_infos.read(self._workspace, trace_id)
        except NotFound:
            return False
        except NotAllowed:
            # It is there, and not for this visitor.
            return True
        return True

    def _newest(self, endpoint: str) -> list[Unfiled] | ReviewAppError:
        """Return what is on record, or why it could not be read; the others may have something."""
        try:
            return unfiled.newest(self._workspace, endpoint)
        except (NotAllowed, NotFound, NotOffered):
            # It keeps no log, or none this visitor may read.
            return []
        except ReviewAppError as problem:
            return problem

    def _asked(self, viewer: Viewer, query: TraceQuery, experiments: list[str]) -> str:
        known = query.filter
        if known is None or not known.version:
            return query.asked()
        chains = [each for each in self.chains(viewer) if each.experiment in experiments]
        models = list(dict.fromkeys(model for each in chains for model in each.models))
        text = _versions().as_traces_say(experiments, models, query.text, known.version)
        return replace(query, text=text).asked()

    def _endpoints(self, viewer: Viewer) -> list[str]:
        return [name for each in self.chains(viewer) for name in each.endpoints]

    def _experiments(self, viewer: Viewer, only: str = "") -> list[str]:
        found = [each.experiment for each in self.chains(viewer)]
        if not found:
            raise NotOffered(NO_CHAINS)
        chosen = [each for each in found if only in ("", each)]
        if not chosen:
            raise NotFound("This chain is gone, or you may not read its traces.")
        return chosen


def _traces() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.trace_search import traces  # noqa: PLC0415 - see above

    return traces


def _sessions() -> ModuleType:
    load_mlflow()
    from backend.trace_search import sessions  # noqa: PLC0415 - see above

    return sessions


def _versions() -> ModuleType:
    load_mlflow()
    from backend.trace_search import versions  # noqa: PLC0415 - see above

    return versions
