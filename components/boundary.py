"""The one boundary of errors: whatever is raised ends in a sentence, and in the log under an id.

The shell catches what a page raises. What a callback or a part of a page raises when only that part
is drawn anew never passes there; Streamlit hands it to `show`, as `app.py` asks it to.
"""

import logging
import traceback
import uuid

from backend.errors import ReviewAppError, SignInNeeded, Unexpected
from backend.identity import Role
from components import states
from components.session import remembered

logger = logging.getLogger(__name__)


def show(error: Exception) -> bool:
    """Say what went wrong where it happened; True tells Streamlit that it has been said."""
    # Several parts of a page can fail, and no two buttons of a page may have one key.
    reference = uuid.uuid4().hex[:12]
    if isinstance(error, SignInNeeded):
        states.sign_in(error.sentence)
    elif isinstance(error, ReviewAppError):
        states.error(error, _details(error), key=f"_{reference}")
    else:
        logger.error("Unexpected error, request id %s", reference, exc_info=error)
        states.error(Unexpected(request_id=reference), _details(error), key=f"_{reference}")
    return True


def _details(error: Exception) -> str | None:
    """Return the stack trace for administrators; everybody else gets none."""
    session = remembered()
    if session is None or Role.ADMIN not in session.viewer.roles:
        return None
    return "".join(traceback.format_exception(error))
