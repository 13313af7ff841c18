"""A chat as Databricks' public Streamlit template builds it, written by us for comparison.

Every run draws the whole history anew, with `st.feedback` in a fragment under each answer; the
endpoint is asked with MLflow's deployment client and streamed with `st.write_stream`. The template
says nothing once a verdict is sent; the line that does is all that was added to the pattern.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import streamlit as st
from databricks.sdk import WorkspaceClient
from mlflow.deployments import get_deploy_client

ENDPOINT = os.environ["SERVING_ENDPOINT"]
WORDS = ("negative", "positive")


def begin() -> list[dict[str, Any]]:
    """Return the turns the session begins with; thumbs given before are put back."""
    turns: list[dict[str, Any]] = json.loads(Path(os.environ["PEER_HISTORY"]).read_text())
    for number, turn in enumerate(turns):
        if turn["judged"]:
            st.session_state[f"feedback_{number}"] = 1
    return turns


def draw_question(text: str) -> None:
    """Draw what was asked."""
    with st.chat_message("user"):
        st.markdown(text)


@st.fragment
def draw_feedback(number: int, request_id: str) -> None:
    """Draw the thumbs of one answer."""
    key = f"feedback_{number}"
    st.feedback("thumbs", key=key, on_change=send_feedback, args=(key, request_id))
    if st.session_state.get(key) is not None:
        st.caption("Your verdict is saved")


def send_feedback(key: str, request_id: str) -> None:
    """Send the thumb to the feedback API."""
    rating = {"answer_correct": {"value": WORDS[st.session_state[key]]}}
    record = {
        "request_id": request_id,
        "source": json.dumps({"id": "e2e-chatbot-app", "type": "human"}),
        "text_assessments": json.dumps([{"ratings": rating, "free_text_comment": None}]),
        "retrieval_assessments": json.dumps([]),
    }
    WorkspaceClient().api_client.do(
        "POST",
        f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations",
        body={"dataframe_records": [record]},
    )


def pieces(question: str, found: dict[str, Any]) -> Iterator[str]:
    """Ask the endpoint with the whole history and yield the answer as it comes."""
    said = [
        message
        for turn in st.session_state.history
        for message in (
            {"role": "user", "content": turn["question"]},
            {"role": "assistant", "content": turn["answer"]},
        )
    ]
    inputs = {
        "messages": [*said, {"role": "user", "content": question}],
        "databricks_options": {"return_trace": True},
    }
    client = get_deploy_client("databricks")  # type: ignore[no-untyped-call] # MLflow's own
    for chunk in client.predict_stream(endpoint=ENDPOINT, inputs=inputs):
        output = chunk.get("databricks_output") or {}
        found["request_id"] = output.get("databricks_request_id") or found.get("request_id")
        choices = chunk.get("choices") or [{}]
        yield choices[0].get("delta", {}).get("content") or ""


def answer(question: str) -> None:
    """Draw a new question and its answer, and keep both."""
    draw_question(question)
    found: dict[str, Any] = {"question": question}
    with st.chat_message("assistant"):
        found["answer"] = st.write_stream(pieces(question, found))
        if found.get("request_id"):
            draw_feedback(len(st.session_state.history), found["request_id"])
    st.session_state.history.append(found)


if "history" not in st.session_state:
    st.session_state.history = begin()
st.title("Chatbot App")
for position, past in enumerate(st.session_state.history):
    draw_question(past["question"])
    with st.chat_message("assistant"):
        st.markdown(past["answer"])
        draw_feedback(position, past["request_id"])
if asked := st.chat_input("Ask a question"):
    answer(asked)
