"""What went into a step or came out of it, as a person reads it.

Messages are drawn as messages, documents as documents, anything else as folded JSON or plain text.
Nothing that was logged is ever Markdown or HTML, and no more is sent than a browser can bear.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from backend.traces.record import Text
from components.plain_text import escaped
from components.request_logs.readable import indented, one_line, readable
from components.trace_view import words

# Of one message or document; all of it is under "As it was written".
PASSAGE_CHARACTERS = 20_000
# Larger ones are shown as text: the folding tree makes something of every value at once.
FOLDED_CHARACTERS = 60_000
_MOST_PASSAGES = 100
_LONG_CHARACTERS, _LONG_LINES, _HEIGHT = 1_000, 16, 360
_ROLES = ("role", "type")
_LISTS = ("messages", "input", "output", "choices")
# Of the Responses API, beside messages, and what to call them.
_PARTS = {"function_call": "", "function_call_output": "tool", "reasoning": "reasoning"}
_TITLES = ("title", "name", "doc_name")
_ADDRESSES = ("doc_uri", "uri", "url", "source")
_TEXTS = ("page_content", "content", "text")


@dataclass(frozen=True)
class Passage:
    """A message or a document."""

    title: str
    text: str
    address: str = ""


def draw(part: Text, key: str) -> None:
    """Draw it in the way that suits it."""
    if not part.characters:
        st.caption("Nothing was noted.")
        return
    value = None if part.is_cut else _value(part.text)
    passages = messages_in(value) or documents_in(value)
    if isinstance(value, str):
        _draw_text(value)
    elif passages:
        _draw_passages(passages)
    elif isinstance(value, dict | list) and part.characters <= FOLDED_CHARACTERS:
        st.json(_seen(value), expanded=2)
    else:
        _draw_code(part.text)
        return
    if not isinstance(value, str) and st.toggle("As it was written", key=f"written_{key}"):
        _draw_code(part.text)


def messages_in(value: Any) -> tuple[Passage, ...]:
    """Return the messages of a conversation, if that is what it is."""
    listed = value
    if isinstance(value, dict):
        listed = next((value[name] for name in _LISTS if name in value), None)
    if isinstance(listed, list) and listed and isinstance(listed[0], list):
        # LangChain's models take several conversations at a time.
        listed = [message for each in listed if isinstance(each, list) for message in each]
    if not isinstance(listed, list):
        return ()
    found = [_message(each) for each in listed]
    return tuple(each for each in found if each) if found and all(found) else ()


def documents_in(value: Any) -> tuple[Passage, ...]:
    """Return the documents of a retriever, if that is what it is."""
    listed = value.get("documents") if isinstance(value, dict) else value
    if not isinstance(listed, list) or not listed:
        return ()
    found = [_document(each) for each in listed]
    return tuple(each for each in found if each) if all(found) else ()


def room_for(text: str) -> int | Literal["content"]:
    """Return how high a text stands: as high as it is, or less and then it scrolls by itself."""
    is_long = len(text) > _LONG_CHARACTERS or text.count("\n") >= _LONG_LINES
    return _HEIGHT if is_long else "content"


def _message(value: Any) -> Passage | None:
    if not isinstance(value, Mapping):
        return None
    said = _mapping(value.get("message")) or value
    if value.get("type") in _PARTS:
        return _part(value)
    role = next((said[name] for name in _ROLES if isinstance(said.get(name), str)), None)
    if role is None or not ("content" in said or "tool_calls" in said):
        return None
    calls = said.get("tool_calls")
    text = _plain(said.get("content"))
    if isinstance(calls, list) and calls:
        text = "\n".join([*([text] if text else []), *(_call(each) for each in calls)])
    return Passage(role, text)


def _part(value: Mapping[str, Any]) -> Passage:
    """Return what is no message in a list of the Responses API."""
    kind = str(value["type"])
    if kind == "function_call":
        return Passage("assistant", _call(value))
    text = _plain(value.get("output", value.get("summary")))
    return Passage(_PARTS[kind], text)


def _call(value: Any) -> str:
    told = _mapping(value)
    function = _mapping(told.get("function")) or told
    arguments = function.get("arguments", function.get("args", ""))
    return f"calls {function.get('name')} with {_plain(arguments)}"


def _document(value: Any) -> Passage | None:
    if not isinstance(value, Mapping):
        return None
    text = next((value[name] for name in _TEXTS if isinstance(value.get(name), str)), None)
    noted = _mapping(value.get("metadata"))
    if text is None or ("page_content" not in value and not noted):
        return None
    address = next((str(noted[name]) for name in _ADDRESSES if noted.get(name)), "")
    title = next((str(noted[name]) for name in _TITLES if noted.get(name)), "")
    return Passage(title or address or "Document", text, address if title else "")


def _draw_passages(passages: tuple[Passage, ...]) -> None:
    for number, passage in enumerate(passages[:_MOST_PASSAGES], start=1):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{number}. {escaped(one_line(passage.title)[:300])}**")
            if passage.address:
                st.caption(escaped(one_line(passage.address)[:1000]))
            _draw_text(passage.text)
    if len(passages) > _MOST_PASSAGES:
        st.caption(f"And {len(passages) - _MOST_PASSAGES:,} more, as they were written.")


def _draw_code(text: str) -> None:
    shown = indented(text)
    st.code(shown, language=None, wrap_lines=True, height=room_for(shown))


def _draw_text(text: str) -> None:
    st.text(readable(text[:PASSAGE_CHARACTERS]) or " ")
    if len(text) > PASSAGE_CHARACTERS:
        st.caption(f"The beginning of {words.size(len(text))}.")


def _plain(value: Any) -> str:
    """Return the text of a message, which may be in parts."""
    if isinstance(value, list):
        parts = [each.get("text") if isinstance(each, Mapping) else each for each in value]
        texts = [each for each in parts if isinstance(each, str)]
        if len(texts) == len(parts):
            return "\n".join(texts)
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _seen(value: Any) -> Any:
    """Return the value without characters that cannot be sent or seen."""
    return json.loads(readable(json.dumps(value, ensure_ascii=False)))
