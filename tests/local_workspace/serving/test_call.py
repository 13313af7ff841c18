"""One call: the answer, how it ended, and exactly one trace of it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import mlflow
import pytest
from mlflow.entities import Trace

from local_workspace.serving.call import answer_call, stream_call
from local_workspace.serving.model_runner import ModelRunner
from local_workspace.serving.tracing import TraceRecorder, trace_langchain
from local_workspace.serving.worker_messages import Kind, Message
from local_workspace.serving.worker_process import WorkerSpec

pytestmark = [
    # MLflow's own notes to whoever logs a model; these chains are what they should be.
    pytest.mark.filterwarnings("ignore:.*type hint:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*ChatModel.* is deprecated:FutureWarning"),
    # MLflow's LangChain flavour imports it whether a chain does or not.
    pytest.mark.filterwarnings("ignore:.*langchain-community.*:DeprecationWarning"),
]


class Served:
    """A loaded model with its recorder, asked as a model process asks it."""

    def __init__(self, folder, name, recorder="default"):
        self.spec = WorkerSpec("the-endpoint", "v1", f"main.rag.{name}", str(folder / name), 1)
        self.recorder = (
            TraceRecorder(self.spec.model_name, "m-1") if recorder == "default" else recorder
        )
        self.runner = ModelRunner(mlflow.pyfunc.load_model(self.spec.model_path))

    def answer(self, body, request_id="r1", **meta):
        """Ask for the whole answer; return the outcome with what its body holds."""
        call = Message(Kind.CALL, 5, {"request_id": request_id, "user": "ada"} | meta, body)
        return parts(answer_call(self.runner, self.recorder, self.spec, call))

    def stream(self, body, is_canceled=lambda: False, **meta):
        """Ask for a stream; return the chunks sent and the outcome with what its body holds."""
        sent = []
        call = Message(Kind.CALL, 5, {"request_id": "r1", "user": "ada"} | meta, body)
        outcome = stream_call(self.runner, self.recorder, self.spec, call, sent.append, is_canceled)
        assert {message.kind for message in sent} <= {Kind.CHUNK}
        return [json.loads(message.body) for message in sent], *parts(outcome)


def parts(outcome):
    """Return an outcome, the answer in its body if any, and the trace behind it if any."""
    length = outcome.meta.get("answer", 0)
    answer, trace = outcome.body[:length], outcome.body[length:]
    return (
        outcome,
        json.loads(answer) if answer else None,
        Trace.from_json(trace.decode()) if trace else None,
    )


def chat(question):
    """Return the body of a chat request."""
    return json.dumps({"messages": [{"role": "user", "content": question}]}).encode()


@pytest.fixture(autouse=True)
def tracing_of_the_process():
    """The recorder takes MLflow's tracing over; afterwards it is as it was."""
    mlflow.tracing.reset()
    yield
    mlflow.tracing.reset()


@pytest.fixture
def served(saved_models):
    """Load a model with its recorder."""
    return lambda name, **options: Served(saved_models, name, **options)


def test_answer_comes_with_its_trace(served):
    """One message holds both, and says where the answer ends."""
    outcome, answer, trace = served("chat").answer(chat("hello"))

    assert (outcome.kind, outcome.call_id) == (Kind.ANSWER, 5)
    assert answer["choices"][0]["message"]["content"] == "hello"
    assert trace.info.client_request_id == "r1"
    assert trace.info.state == "OK"


def test_root_span_holds_what_was_asked_and_answered(served):
    """The trace can be read without the request log."""
    _, answer, trace = served("chat").answer(chat("hello"))

    root = trace.data.spans[0]
    assert (root.name, root.parent_id) == ("chat", None)
    assert root.inputs == json.loads(chat("hello"))
    assert root.outputs == answer


def test_spans_of_the_model_hang_below_the_root(served):
    """What the model traces itself is part of the same trace."""
    _, _, trace = served("chat").answer(chat("hello"))

    root, *below = trace.data.spans
    inner = next(span for span in below if span.name == "inner")
    by_id = {span.span_id: span for span in trace.data.spans}
    ancestor = inner
    while ancestor.parent_id:
        ancestor = by_id[ancestor.parent_id]
    assert ancestor is root
    assert inner.inputs == "hello"


def test_trace_says_whose_call_it_was(served):
    """Session, user, endpoint and version are found by trace metadata."""
    meta = {"conversation_id": "c7", "client_request_id": "mine"}
    _, _, trace = served("chat").answer(chat("hello"), **meta)

    found = trace.info.trace_metadata
    assert found["mlflow.trace.session"] == "c7"
    assert found["mlflow.trace.user"] == "ada"
    assert found["reviewapp.endpoint"] == "the-endpoint"
    assert found["reviewapp.served_version"] == "v1"
    assert found["reviewapp.client_request_id"] == "mine"


def test_trace_without_a_conversation_has_no_session(served):
    """What is not known is not invented, nor can a caller claim what only the workspace knows."""
    claimed = {"usage_context": {"reviewapp.interrupted": "true"}}
    _, _, trace = served("chat").answer(chat("hello"), **claimed)

    assert "mlflow.trace.session" not in trace.info.trace_metadata
    assert "reviewapp.interrupted" not in trace.info.trace_metadata


def test_exception_is_told_with_its_text_and_traced_as_an_error(served):
    """The caller gets a sentence, the trace says that and where it failed."""
    outcome, answer, trace = served("chat").answer(chat("raise the index is gone"))

    assert outcome.kind is Kind.ERROR
    assert "ValueError: the index is gone" in outcome.meta["message"]
    assert outcome.meta["status"] == 400
    assert answer is None
    assert trace.info.state == "ERROR"


def test_wrong_input_is_told_in_mlflows_words(served):
    """The message of the signature check reaches the caller."""
    outcome, _, _ = served("table").answer(b'{"dataframe_records": [{"y": 1}]}')

    assert outcome.kind is Kind.ERROR
    assert "missing inputs ['x']" in outcome.meta["message"]


def test_body_that_is_no_json_is_traced_as_it_came(served):
    """CSV has its trace, too."""
    _, answer, trace = served("table").answer(b"x\n1.5\n", content_type="text/csv")

    assert answer == {"predictions": [3.0]}
    assert trace.data.spans[0].inputs == {"body": "x\n1.5\n"}


def test_calls_at_the_same_time_have_their_own_traces(served):
    """Threads of one process do not mix up traces, nor who asked."""
    model = served("chat")

    def ask(number):
        return model.answer(chat(f"question {number}"), request_id=f"r{number}")[2]

    with ThreadPoolExecutor(8) as pool:
        traces = list(pool.map(ask, range(40)))

    for number, trace in enumerate(traces):
        assert trace.info.client_request_id == f"r{number}"
        assert trace.data.spans[0].inputs == json.loads(chat(f"question {number}"))
        assert [span.name for span in trace.data.spans].count("inner") == 1


def test_nothing_of_a_finished_call_is_kept(served):
    """A process that answers for weeks does not fill up with traces."""
    model = served("chat")
    for _ in range(5):
        model.answer(chat("hello"))
        model.answer(chat("raise it"))
        model.stream(chat("hello"))

    assert model.recorder._collector._finished == {}
    assert mlflow.tracing.trace_manager.InMemoryTraceManager.get_instance()._traces == {}


def test_call_without_a_recorder_has_no_trace(served):
    """ENABLE_MLFLOW_TRACING=false leaves the answer as it is."""
    mlflow.tracing.disable()
    model = served("chat", recorder=None)

    outcome, answer, trace = model.answer(chat("hello"))
    chunks, _, _, streamed_trace = model.stream(chat("hello"))

    assert (outcome.kind, trace, streamed_trace) == (Kind.ANSWER, None, None)
    assert answer["choices"][0]["message"]["content"] == "hello"
    assert len(chunks) == 1


def test_stream_sends_each_chunk_and_ends_with_the_whole(served):
    """The last message has what goes on record: the answer the chunks add up to, and the trace."""
    chunks, outcome, answer, trace = served("chat").stream(chat("one two"))

    assert [each["choices"][0]["delta"]["content"] for each in chunks] == ["one ", "two "]
    assert outcome.kind is Kind.END
    assert answer["choices"][0]["message"]["content"] == "one two "
    assert trace.data.spans[0].outputs == answer
    assert "inner" in [span.name for span in trace.data.spans]


@pytest.mark.parametrize(
    ("name", "body", "events"),
    [
        ("whole_chat", chat("x"), ["chat.completion.chunk"]),
        (
            "responses",
            b'{"input": [{"role": "user", "content": "x"}]}',
            ["response.output_item.done"],
        ),
        ("strings", chat("x"), ["chat.completion.chunk"] * 3),
    ],
)
def test_model_that_cannot_stream_is_sent_in_the_shape_of_a_stream(served, name, body, events):
    """A client that reads deltas or items finds them, whatever the model can do."""
    chunks, outcome, answer, _ = served(name).stream(body)

    assert [each.get("type") or each["object"] for each in chunks] == events
    assert outcome.kind is Kind.END
    assert answer["object"] in ("chat.completion", "response")


def test_stream_that_breaks_keeps_what_was_said_and_says_why(served):
    """The record of a broken stream has the half that was sent."""
    chunks, outcome, answer, trace = served("agent").stream(chat("break"))

    assert [each["delta"]["content"] for each in chunks] == ["In "]
    assert outcome.kind is Kind.ERROR
    assert "LookupError: the index is gone" in outcome.meta["message"]
    assert answer["messages"][0]["content"] == "In "
    assert trace.info.state == "ERROR"


def test_stream_nobody_listens_to_stops_at_the_next_chunk(served):
    """After a cancel the model is not asked for more, and what was sent is on record."""
    heard = threading.Event()
    model = served("chat")
    sent = []

    def send(message):
        sent.append(message)
        heard.set()

    call = Message(Kind.CALL, 5, {"request_id": "r1", "user": "ada"}, chat("count 500"))
    outcome = stream_call(model.runner, model.recorder, model.spec, call, send, heard.is_set)

    assert len(sent) == 1
    _, answer, trace = parts(outcome)
    assert answer["choices"][0]["message"]["content"] == "0 "
    assert trace.info.trace_metadata["reviewapp.interrupted"] == "true"
    assert trace.info.state == "OK"


@pytest.fixture
def langchain_traced(monkeypatch):
    """LangChain traced as in a model process; afterwards it is as it was."""
    from mlflow.langchain import api_request_parallel_processor as processor  # noqa: PLC0415

    monkeypatch.setattr(processor, "ThreadPoolExecutor", processor.ThreadPoolExecutor)
    trace_langchain()
    yield
    mlflow.langchain.autolog(disable=True)


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
def test_steps_of_a_langchain_chain_hang_below_the_root(served, langchain_traced, streaming):
    """There is one trace, not two, and each named step is in it."""
    model = served("langchain_chain")
    *_, answer, trace = model.stream(chat("z")) if streaming else model.answer(chat("z"))

    assert "Found: z" in json.dumps(answer)
    roots = [span for span in trace.data.spans if span.parent_id is None]
    assert [root.name for root in roots] == ["langchain_chain"]
    assert {"find", "answer"} <= {span.name for span in trace.data.spans}
    assert mlflow.tracing.trace_manager.InMemoryTraceManager.get_instance()._traces == {}


def test_step_of_a_langchain_chain_that_fails_is_told_and_traced(served, langchain_traced):
    """The cause reaches the caller, and the trace shows in which step it was."""
    outcome, _, trace = served("langchain_chain").answer(chat("break"))

    assert outcome.kind is Kind.ERROR
    assert "the index is gone" in outcome.meta["message"]
    failed = [span.name for span in trace.data.spans if span.status.status_code == "ERROR"]
    assert "find" in failed
