"""The result of a statement: as a table or a plot, page by page, one row whole, and as a file."""

from functools import partial

import streamlit as st

from backend.sql_console.record import MOST_ROWS, PAGE_ROWS, Result, ResultPage
from components.models.words import set_style
from components.plain_text import escaped
from components.request_logs.readable import readable
from components.session import Session
from components.sql_console import cells, plot
from components.sql_console.state import Run, in_words

HEIGHT, FEW_ROWS = 420, 10
SHOWN_CHARACTERS = 20_000
VIEWS = {"table": "Table", "plot": "Plot"}
_PAGE, _FIRST = "sql_page", "sql_first_row"


def draw(session: Session, run: Run, result: Result) -> None:
    """Draw what was found, and how to see more of it."""
    st.markdown(f"**{_in_words(run, result)}**")
    if result.is_cut:
        st.caption(
            f"There was more: a result ends here after {MOST_ROWS:,} rows or 24 MB. Narrow it "
            "down, or take all of it with Export under Request logs."
        )
    if not result.row_count:
        return
    page = _page(session, run, result)
    _draw_pages(run, result, page)
    view = _view()
    if view == "plot":
        plot.draw(result.columns, page.rows, run.id)
    else:
        _draw_table(session, run, result, page)
    st.download_button(
        "Download as CSV",
        partial(_file, session, run.id, result),
        file_name="result.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"sql_csv_{run.id}",
        on_click="ignore",
    )


def _in_words(run: Run, result: Result) -> str:
    took = f" in {in_words(run.seconds)}" if run.seconds is not None else ""
    if not result.row_count:
        return f"Nothing was found{took}." if result.columns else f"Done{took}."
    return f"{result.row_count:,} row{'' if result.row_count == 1 else 's'}{took}"


def _page(session: Session, run: Run, result: Result) -> ResultPage:
    """Return the page that is shown; it is read once."""
    known: tuple[str, ResultPage] | None = st.session_state.get(_PAGE)
    first = _first(run)
    if known and known[0] == run.id and known[1].first == first:
        return known[1]
    page = session.services.sql_console.page(run.id, result, first)
    st.session_state[_PAGE] = (run.id, page)
    return page


def _first(run: Run) -> int:
    of, first = st.session_state.get(_FIRST, ("", 0))
    return int(first) if of == run.id else 0


def _draw_pages(run: Run, result: Result, page: ResultPage) -> None:
    if result.row_count <= PAGE_ROWS:
        return
    last = page.first + len(page.rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"Rows {page.first + 1:,} to {last:,} are shown, {PAGE_ROWS:,} at a time.",
            width="content",
        )
        for label, first, is_possible in (
            ("Earlier rows", page.first - PAGE_ROWS, page.first > 0),
            ("Later rows", last, last < result.row_count),
        ):
            st.button(
                label,
                key=f"sql_{label}",
                disabled=not is_possible,
                on_click=_go_to,
                args=(run.id, first),
            )


def _go_to(run_id: str, first: int) -> None:
    st.session_state[_FIRST] = (run_id, first)


def _view() -> str:
    named = st.query_params.get("view", "")
    chosen = st.segmented_control(
        "Show as",
        list(VIEWS),
        default=named if named in VIEWS else "table",
        format_func=VIEWS.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="sql_view",
    )
    if chosen == "plot":
        st.query_params["view"] = "plot"
    else:
        st.query_params.pop("view", None)
    return str(chosen or "table")


def _draw_table(session: Session, run: Run, result: Result, page: ResultPage) -> None:
    event = st.dataframe(
        cells.frame_of(result.columns, page.rows),
        hide_index=True,
        height=HEIGHT if len(page.rows) > FEW_ROWS else "auto",
        # A row that was chosen on another page, or of another statement, is not this one.
        key=f"sql_rows_{run.id}_{page.first}",
        on_select="rerun",
        selection_mode="single-row",
        alt="What the statement found.",
    )
    chosen = event["selection"]["rows"] if event else []
    if not chosen or chosen[0] >= len(page.rows):
        st.caption("Choose a row to read its cells in full.")
        return
    number = page.first + chosen[0]
    row = page.rows[chosen[0]]
    if page.has_cut_cells:
        row = session.services.sql_console.row(run.id, result, number) or row
    _draw_row(result, row, number)


def _draw_row(result: Result, row: tuple[str | None, ...], number: int) -> None:
    set_style()
    with st.container(border=True, gap="xsmall", key="sql_row"):
        st.markdown(f"**Row {number + 1:,}**")
        for column, cell in zip(result.columns, row, strict=True):
            st.markdown(f"{escaped(column.label)} :gray[{escaped(column.type)}]")
            if cell is None:
                st.caption("NULL: there is no value.")
            elif not cell:
                st.caption("An empty text.")
            else:
                st.code(readable(cell[:SHOWN_CHARACTERS]), language=None, wrap_lines=True)
                if len(cell) > SHOWN_CHARACTERS:
                    st.caption(
                        f"{SHOWN_CHARACTERS:,} of {len(cell):,} characters; all are in the file."
                    )


def _file(session: Session, run_id: str, result: Result) -> bytes:
    """Return the result as a file; the workspace returns no more than a few megabytes."""
    return b"".join(session.services.sql_console.csv(run_id, result))
