"""The agent's two tools and the rule by which it picks them."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import uuid4

import mlflow
from mlflow.entities import Document, SpanType

from examples.answering.conversation import Turn, last_question, search_text
from examples.answering.retrieval import Handbook
from examples.chat_agent.cosmology import MAX_REDSHIFT, LightTravel, light_travel

SEARCH = "search_handbook"
LIGHT_TRAVEL = "light_travel"
_REDSHIFT = re.compile(r"(?:\bz|redshift)\s*(?:of|=|~|is|at|about)?\s*(\d+(?:\.\d+)?)", re.I)


@dataclass(frozen=True)
class ToolCall:
    """A decision to run a tool."""

    name: str
    arguments: dict[str, str | float]
    call_id: str = field(default_factory=lambda: f"call_{uuid4().hex}")


@dataclass(frozen=True)
class ToolResult:
    """What a tool returned: text for the conversation, and passages if it found some."""

    call: ToolCall
    content: str
    documents: list[Document] = field(default_factory=list)
    travel: LightTravel | None = None


def plan(turns: Sequence[Turn]) -> list[ToolCall]:
    """Return which tools the last question calls for; the handbook is always searched."""
    # The figure is for the calculator; as a search term it would only be missing everywhere.
    query = _REDSHIFT.sub("redshift", search_text(turns))
    calls = [ToolCall(SEARCH, {"query": query})]
    stated = _REDSHIFT.search(last_question(turns))
    if stated and float(stated[1]) <= MAX_REDSHIFT:
        calls.append(ToolCall(LIGHT_TRAVEL, {"redshift": float(stated[1])}))
    return calls


def run(call: ToolCall, handbook: Handbook) -> ToolResult:
    """Run one tool in a span of its own."""
    with mlflow.start_span(call.name, span_type=SpanType.TOOL) as span:
        span.set_inputs(call.arguments)
        result = _search(call, handbook) if call.name == SEARCH else _light_travel(call)
        span.set_outputs(json.loads(result.content))
    return result


def describe(travel: LightTravel) -> str:
    """Return the calculator's result as a sentence."""
    return (
        f"Light from redshift {travel.redshift:g} has travelled for about "
        f"{travel.travel_time_gyr:.1f} billion years; it left when the universe was "
        f"{travel.age_at_emission_gyr:.1f} billion years old. The luminosity distance is about "
        f"{travel.luminosity_distance_gpc:.2g} gigaparsecs, and durations are stretched by a "
        f"factor of {travel.stretch:.3g}."
    )


def _search(call: ToolCall, handbook: Handbook) -> ToolResult:
    documents = handbook.search(str(call.arguments["query"]))
    found = [
        {"number": number, "text": document.page_content, **document.metadata}
        for number, document in enumerate(documents, start=1)
    ]
    return ToolResult(call, json.dumps(found), documents)


def _light_travel(call: ToolCall) -> ToolResult:
    travel = light_travel(float(call.arguments["redshift"]))
    rounded = {name: float(f"{value:.4g}") for name, value in asdict(travel).items()}
    return ToolResult(call, json.dumps(rounded), travel=travel)
