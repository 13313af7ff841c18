"""Looks at every endpoint the app may see, again and again, and lets each watcher do its part.

One list of endpoints serves all watchers, so that looking costs one request when nothing changed.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpoint

from backend.error_translation import translated
from backend.errors import NotFound, ReviewAppError

LOOK_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class Watcher(Protocol):
    """Does one thing about endpoints that nobody asked for."""

    def look(self, workspace: WorkspaceClient, endpoint: ServingEndpoint) -> None:
        """Do what there is to do about one endpoint, as the list of endpoints shows it."""


class Watch:
    """Goes the rounds."""

    def __init__(
        self,
        workspace: WorkspaceClient,
        watchers: Sequence[Watcher],
        is_its_turn: Callable[[], bool] = lambda: True,
    ) -> None:
        self._workspace = workspace
        self._watchers = watchers
        # Of several processes one watches.
        self._is_its_turn = is_its_turn
        self._told: set[tuple[str, str, str]] = set()

    def look(self) -> None:
        """Go round once."""
        try:
            if not self._is_its_turn():
                return
            with translated():
                found = list(self._workspace.serving_endpoints.list())
        except ReviewAppError as problem:
            self._tell("Watch", "the list of endpoints", problem)
            return
        for endpoint in found:
            for watcher in self._watchers:
                self._let(watcher, endpoint)

    def go_on(self, ending: threading.Event) -> None:
        """Go round until the end."""
        while not ending.wait(LOOK_SECONDS):
            self.look()

    def _let(self, watcher: Watcher, endpoint: ServingEndpoint) -> None:
        try:
            watcher.look(self._workspace, endpoint)
        except NotFound:
            return  # It went away since it was listed.
        except ReviewAppError as problem:
            self._tell(type(watcher).__name__, endpoint.name or "", problem)
        # A mistake in one watcher, or in what one endpoint says, must not end the others.
        except Exception:
            _logger.exception("%s failed for %s", type(watcher).__name__, endpoint.name)

    def _tell(self, who: str, endpoint: str, problem: ReviewAppError) -> None:
        """Write a problem into the log once, not every few seconds."""
        told = (who, endpoint, problem.sentence)
        if told not in self._told:
            self._told.add(told)
            _logger.warning("%s, %s: %s (%s)", who, endpoint, problem.sentence, problem.code)
