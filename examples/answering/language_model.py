"""A real language model behind any OpenAI-compatible URL, if the environment names one.

The key is read from the environment when the client is built and is kept by the client alone: it
is no argument of a traced function and no part of a model's configuration.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import mlflow
from mlflow.entities import SpanType
from mlflow.tracing.constant import SpanAttributeKey

from examples.answering.conversation import Turn

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types import CompletionUsage

BASE_URL = "EXAMPLES_LLM_BASE_URL"
MODEL = "EXAMPLES_LLM_MODEL"
API_KEY = "EXAMPLES_LLM_API_KEY"
_TIMEOUT_SECONDS = 60.0
_RETRIES = 2
# Sampling options of a call, such as its temperature; none means the server's own.
DEFAULTS: Mapping[str, Any] = MappingProxyType({})


class LanguageModel:
    """Chat completions from one model; safe for all threads, since the client is."""

    def __init__(self, client: "OpenAI", name: str) -> None:
        # The overloads of `create` cannot follow options that come in a mapping.
        self._create: Any = client.chat.completions.create
        self._name = name

    @classmethod
    def from_environment(cls) -> "LanguageModel | None":
        """Return the model the environment names, or None if it names no base URL."""
        base_url = os.environ.get(BASE_URL)
        if not base_url:
            return None
        # Two seconds of import that only a model process with a language model has to pay.
        from openai import OpenAI  # noqa: PLC0415

        client = OpenAI(
            base_url=base_url,
            # Servers on the same machine often want no key, the client always wants one.
            api_key=os.environ.get(API_KEY) or "no-key",
            timeout=_TIMEOUT_SECONDS,
            max_retries=_RETRIES,
        )
        return cls(client, os.environ.get(MODEL, "default"))

    @mlflow.trace(name="Language model", span_type=SpanType.CHAT_MODEL)
    def answer(self, messages: Sequence[Turn], options: Mapping[str, Any] = DEFAULTS) -> str:
        """Return the model's whole answer."""
        completion = self._create(model=self._name, messages=list(messages), **options)
        _note_usage(completion.usage)
        return completion.choices[0].message.content or ""

    @mlflow.trace(name="Language model", span_type=SpanType.CHAT_MODEL, output_reducer="".join)
    def stream(
        self, messages: Sequence[Turn], options: Mapping[str, Any] = DEFAULTS
    ) -> Iterator[str]:
        """Yield the model's answer as it arrives."""
        chunks = self._create(model=self._name, messages=list(messages), stream=True, **options)
        for chunk in chunks:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text


def _note_usage(usage: "CompletionUsage | None") -> None:
    span = mlflow.get_current_active_span()
    if span is None or usage is None:
        return
    span.set_attribute(
        SpanAttributeKey.CHAT_USAGE,
        {
            "input_tokens": usage.prompt_tokens,
            "output_tokens": usage.completion_tokens,
            "total_tokens": usage.total_tokens,
        },
    )
