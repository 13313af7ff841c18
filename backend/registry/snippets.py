"""Code to load a version and to ask the endpoint that serves it, right for the kind of the model.

No snippet holds a token: it is read from the environment wherever it runs. Pure text; asks nobody.
"""

import json
from dataclasses import dataclass
from pprint import pformat

from backend.registry.contents import Contents, Json
from backend.registry.record import Version

HELLO = "What can you help me with?"
_LONGEST_EXAMPLE = 4000
_CHATS = ("agent/v1/chat", "agent/v2/chat", "llm/v1/chat")
_RESPONSES = "agent/v1/responses"


@dataclass(frozen=True)
class Snippet:
    """A piece of code, what it is for, and the language it is in."""

    title: str
    code: str
    language: str = "python"
    remark: str = ""


def request_body(contents: Contents) -> Json:
    """Return the body of a question this model understands."""
    known = contents.request
    if known and len(json.dumps(known)) <= _LONGEST_EXAMPLE:
        return known
    names = [part.name for part in (contents.signature.inputs if contents.signature else ())]
    message = {"role": "user", "content": HELLO}
    if contents.task == _RESPONSES or (names and names[0] == "input" and not contents.task):
        return {"input": [message]}
    if contents.task in _CHATS or "messages" in names:
        return {"messages": [message]}
    columns = [name for name in names if name]
    if columns:
        return {"dataframe_split": {"columns": columns, "data": [[HELLO for _ in columns]]}}
    return {"inputs": [HELLO]}


def to_load(version: Version, contents: Contents, in_catalog: bool) -> list[Snippet]:
    """Return how to load a version with MLflow, alone and in Spark."""
    question = _written(request_body(contents))
    imports = "import mlflow\n" + ("import pandas as pd\n" if question.startswith("pd.") else "")
    address = 'mlflow.set_registry_uri("databricks-uc")\n' if in_catalog else ""
    address += f"model_uri = {_text(version.uri)}\n"
    load = (
        f"{imports}\n{address}"
        "model = mlflow.pyfunc.load_model(model_uri)\n"
        f"print(model.predict({question}))\n"
    )
    spark = (
        f"import mlflow\nfrom pyspark.sql.functions import col, struct\n\n{address}"
        "predict = mlflow.pyfunc.spark_udf(spark, model_uri=model_uri)\n"
        'df = df.withColumn("predictions", predict(struct(*map(col, df.columns))))\n'
    )
    remark = "`spark` and `df` are those of your notebook; `df` has a column for each input."
    return [
        Snippet("Load it in Python", load),
        Snippet("Use it in Spark", spark, remark=remark),
    ]


def to_ask(contents: Contents, host: str, endpoint: str, served: str = "") -> list[Snippet]:
    """Return how to ask an endpoint; `served` names a version that is asked by its own name."""
    body = request_body(contents)
    part = f"/served-models/{served}" if served else ""
    path = f"/serving-endpoints/{endpoint}{part}/invocations"
    snippets = [
        Snippet("curl", _curl(host, path, body), "bash"),
        Snippet("Python", _python(path, body)),
    ]
    if served:
        return snippets
    if client := _openai(endpoint, body):
        snippets.append(client)
    snippets.append(Snippet("MLflow", _deployments(endpoint, body)))
    return [*snippets, Snippet("Databricks SDK", _sdk(path, body))]


def _curl(host: str, path: str, body: Json) -> str:
    # In a shell a quote ends the text, so it is taken out of it for a moment.
    written = json.dumps(body, ensure_ascii=False).replace("'", "'\"'\"'")
    return (
        f'curl -X POST "{host.rstrip("/")}{path}" \\\n'
        '  -H "Authorization: Bearer $DATABRICKS_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{written}'\n"
    )


def _python(path: str, body: Json) -> str:
    return (
        "import os\n\nimport requests\n\n"
        "answer = requests.post(\n"
        f'    os.environ["DATABRICKS_HOST"] + "{path}",\n'
        '    headers={"Authorization": f"Bearer {os.environ[\'DATABRICKS_TOKEN\']}"},\n'
        f"    json={_indented(body)},\n"
        "    timeout=120,\n)\n"
        "answer.raise_for_status()\nprint(answer.json())\n"
    )


def _openai(endpoint: str, body: Json) -> Snippet | None:
    head = (
        "import os\n\nfrom openai import OpenAI\n\n"
        "client = OpenAI(\n"
        '    api_key=os.environ["DATABRICKS_TOKEN"],\n'
        '    base_url=os.environ["DATABRICKS_HOST"] + "/serving-endpoints",\n)\n'
    )
    if "messages" in body:
        asked = (
            "answer = client.chat.completions.create(\n"
            f"    model={_text(endpoint)},\n    messages={_indented(body['messages'])},\n)\n"
            "print(answer.choices[0].message.content)\n"
        )
    elif "input" in body:
        asked = (
            "answer = client.responses.create(\n"
            f"    model={_text(endpoint)},\n    input={_indented(body['input'])},\n)\n"
            "print(answer.output_text)\n"
        )
    else:
        return None
    return Snippet("OpenAI client", head + asked)


def _deployments(endpoint: str, body: Json) -> str:
    return (
        "from mlflow.deployments import get_deploy_client\n\n"
        'client = get_deploy_client("databricks")\n'
        f"answer = client.predict(\n    endpoint={_text(endpoint)},\n"
        f"    inputs={_indented(body)},\n)\nprint(answer)\n"
    )


def _sdk(path: str, body: Json) -> str:
    return (
        "from databricks.sdk import WorkspaceClient\n\n"
        "workspace = WorkspaceClient()\n"
        "answer = workspace.api_client.do(\n"
        f'    "POST",\n    "{path}",\n    body={_indented(body)},\n)\nprint(answer)\n'
    )


def _written(body: Json) -> str:
    """Return what a model that was loaded is asked: without what only the wire needs."""
    if set(body) == {"dataframe_split"}:
        table = body["dataframe_split"]
        columns, rows = _literal(table.get("columns")), _literal(table.get("data"))
        return f"pd.DataFrame({rows}, columns={columns})"
    if set(body) == {"dataframe_records"}:
        return f"pd.DataFrame({_literal(body['dataframe_records'])})"
    wrapper = next((name for name in ("inputs", "instances") if set(body) == {name}), None)
    return _literal(body[wrapper] if wrapper else body)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _literal(value: object) -> str:
    return pformat(value, width=80, sort_dicts=False)


def _indented(value: object) -> str:
    return _literal(value).replace("\n", "\n    ")
