"""One line at the top of every page while the workspace or MLflow is away."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from backend.reachability import OUTAGE, Part
from components.session import Session

POLL_SECONDS = 5
_LOOKED = "looked_for_missing"
_SENTENCES = {
    Part.WORKSPACE: "The workspace cannot be reached. What is on the screen stays.",
    Part.MLFLOW: "MLflow cannot be reached. What does not need it works on.",
}
# It stays in sight in a long conversation, above what scrolls beneath it.
_STYLE = """<style>
[data-testid=stLayoutWrapper]:has(> .st-key-notices) { position: sticky; top: 0.75rem; z-index: 9; }
.st-key-outage { padding: 0.3rem 0.9rem; border-radius: 0.6rem; flex-wrap: nowrap;
  background: color-mix(in srgb, currentColor 9%, Canvas); }
</style>"""


@contextmanager
def above(session: Session) -> Iterator[None]:
    """Keep a place above the page, and say there what is away once the page is drawn.

    Only then, because asking must not hold up the page; and also if the page stops half-way, for
    which something that is away may be the reason.
    """
    place = st.container(key="notices")
    try:
        yield
    except OUTAGE:
        session.services.reachability.doubt()
        raise
    finally:
        missing = session.services.reachability.missing()
        if missing:
            with place:
                # Looks by itself as long as something is away, and only then.
                st.fragment(_draw, run_every=POLL_SECONDS)(session, missing)


def _draw(session: Session, said: frozenset[Part]) -> None:
    missing = session.services.reachability.missing()
    if missing != said:
        st.rerun(scope="app")
    # Without the workspace nothing else can be told apart.
    part = Part.WORKSPACE if Part.WORKSPACE in missing else Part.MLFLOW
    st.html(_STYLE)
    with st.container(key="outage", horizontal=True, vertical_alignment="center", gap="small"):
        looked = " Looked again just now." if st.session_state.pop(_LOOKED, False) else ""
        st.markdown(f":material/cloud_off: {_SENTENCES[part]}{looked}")
        st.button(
            "Try again",
            key="look_for_missing",
            type="tertiary",
            width="content",
            on_click=_look_again,
            args=(session,),
        )


def _look_again(session: Session) -> None:
    session.services.reachability.look_again()
    st.session_state[_LOOKED] = True
