"""Whether the tab that asked something is still open: what a thread may know of Streamlit."""

from collections.abc import Callable

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def watched() -> Callable[[], bool]:
    """Return a function that tells from any thread whether this tab is still connected.

    A tab that was closed or loaded anew is another one, and so is one whose socket broke.
    """
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    running, session_id = runtime.get_instance(), context.session_id
    return lambda: running.is_active_session(session_id)
