"""Models are asked as MLflow's own scoring server asks them, and say themselves what is wrong."""

import json

import mlflow
import pytest

from local_workspace.serving.model_runner import ModelError, ModelRunner, describe

pytestmark = [
    # MLflow's own notes to whoever logs a model; these chains are what they should be.
    pytest.mark.filterwarnings("ignore:.*type hint:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*ChatModel.* is deprecated:FutureWarning"),
]
JSON = "application/json"


@pytest.fixture(autouse=True)
def no_traces():
    """Keep what the models trace to themselves; other tests get MLflow's tracing as it was."""
    mlflow.tracing.disable()
    yield
    mlflow.tracing.reset()


@pytest.fixture
def runner(saved_models):
    """Load a model."""
    return lambda name: ModelRunner(mlflow.pyfunc.load_model(str(saved_models / name)))


def chat(question, **more):
    """Return the body of a chat request."""
    return json.dumps({"messages": [{"role": "user", "content": question}]} | more).encode()


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("chat", "agent/v1/chat"),
        ("agent", "agent/v2/chat"),
        ("responses", "agent/v1/responses"),
        ("table", None),
    ],
)
def test_task_is_the_interface_mlflow_recorded(runner, name, task):
    """The interface decides how answers are translated."""
    assert runner(name).task == task


def test_whole_answer_of_a_chat_model_is_a_completion(runner):
    """The answer is the model's, in its own shape."""
    answer = json.loads(runner("chat").answer(chat("hello there"), JSON))

    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "hello there"}


def test_agent_gets_the_context_and_the_custom_inputs(runner):
    """What MLflow's interface knows of a call reaches the model."""
    body = chat("x", context={"conversation_id": "c7"}, custom_inputs={"depth": 2})
    answer = json.loads(runner("agent").answer(body, JSON))

    assert [each["content"] for each in answer["messages"]] == ["z = 1", "In c7."]
    assert answer["custom_outputs"] == {"depth": 2}


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": [{"x": 1.5}, {"x": 2}]},
        {"dataframe_split": {"columns": ["x"], "data": [[1.5], [2]]}},
        {"inputs": {"x": [1.5, 2]}},
        {"instances": [{"x": 1.5}, {"x": 2}]},
    ],
    ids=lambda body: next(iter(body)),
)
def test_table_is_read_in_every_way_mlflow_reads_it(runner, body):
    """The four forms are MLflow's."""
    answer = json.loads(runner("table").answer(json.dumps(body).encode(), JSON))

    assert answer == {"predictions": [3.0, 4.0]}


def test_table_may_be_csv(runner):
    """MLflow reads CSV, so does this."""
    assert json.loads(runner("table").answer(b"x\n1.5\n", "text/csv")) == {"predictions": [3.0]}


def test_stream_yields_what_the_model_yields(runner):
    """Each chunk of the model is one chunk here."""
    chunks = list(runner("chat").stream(chat("one two three"), JSON))

    assert [each["choices"][0]["delta"]["content"] for each in chunks] == ["one ", "two ", "three "]


def test_stream_of_texts_yields_texts(runner):
    """A chain that yields bare texts is not forced into a shape here."""
    assert list(runner("strings").stream(chat("count"), JSON)) == ["one ", "two ", "three"]


@pytest.mark.parametrize("name", ["whole_chat", "responses", "table"])
def test_model_that_cannot_stream_answers_as_one_chunk(runner, name):
    """Asked for a stream it gives the very answer it would have given without."""
    bodies = {
        "whole_chat": chat("hello"),
        "responses": b'{"input": [{"role": "user", "content": "hello"}]}',
        "table": b'{"dataframe_records": [{"x": 1}]}',
    }
    model, body = runner(name), bodies[name]

    (only,) = model.stream(body, JSON)

    whole = json.loads(model.answer(body, JSON))
    for document in (only, whole):
        for volatile in ("created", "id"):
            document.pop(volatile, None)
    assert only == whole


def test_exception_of_a_model_is_told_with_its_text(runner):
    """The caller learns what went wrong in the chain, not that something did."""
    with pytest.raises(ModelError) as failure:
        runner("chat").answer(chat("raise the index is gone"), JSON)

    assert "ValueError: the index is gone" in failure.value.message
    assert failure.value.status == 400


def test_exception_before_the_first_chunk_is_told_with_its_text(runner):
    """The same holds for a stream that never begins."""
    with pytest.raises(Exception, match="the index is gone"):
        list(runner("chat").stream(chat("raise the index is gone"), JSON))


def test_exception_in_the_middle_of_a_stream_comes_after_what_was_said(runner):
    """What the model has yielded is not taken back, and it is not asked again."""
    stream = runner("agent").stream(chat("break"), JSON)

    assert next(stream)["delta"]["content"] == "In "
    with pytest.raises(LookupError, match="the index is gone"):
        next(stream)


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("table", b'{"dataframe_records": [{"y": 1}]}', "missing inputs ['x']"),
        ("table", b'{"dataframe_records": [{"x": "far"}]}', "x"),
        ("chat", b'{"messages": "hello"}', "messages"),
        ("chat", b"{", "JSON"),
        ("table", b'{"rows": []}', "dataframe_split"),
    ],
)
def test_wrong_input_is_refused_in_mlflows_words(runner, name, body, says):
    """MLflow's check of the signature tells the caller what to change, streaming or not."""
    model = runner(name)
    with pytest.raises(ModelError) as whole:
        model.answer(body, JSON)
    with pytest.raises(ModelError) as streamed:
        list(model.stream(body, JSON))

    assert says in whole.value.message
    assert says in streamed.value.message
    assert whole.value.status == 400


def test_content_type_mlflow_does_not_read_is_refused(runner):
    """The status is the one for this."""
    with pytest.raises(ModelError) as refusal:
        runner("table").answer(b"x", "text/plain")

    assert refusal.value.status == 415


def test_stream_of_something_else_than_json_is_refused(runner):
    """A table in CSV cannot be streamed."""
    with pytest.raises(ModelError) as refusal:
        list(runner("table").stream(b"x\n1\n", "text/csv"))

    assert refusal.value.status == 415


def test_long_text_of_an_exception_is_cut():
    """A caller gets an explanation, not a memory dump."""
    assert len(describe(ValueError("x" * 100_000))) <= 4000
    assert len(ModelError("x" * 100_000).message) <= 4000


def test_exception_without_a_text_is_told_by_its_name():
    """Something is always said."""
    assert describe(KeyError()) == "KeyError"
