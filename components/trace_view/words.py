"""Times, sizes, costs, kinds of spans and what was said of them, in words."""

from backend.feedback.verdicts import CORRECTED, PREFERENCE, REASON, THUMB, Choice
from backend.serving.reviewer_guide import ReviewerGuide
from backend.traces.record import Said
from components.verdicts.verdict_reasons import word_for

_USUAL_REASONS = ReviewerGuide()
# What reviewers say in the chat, by the name every store keeps it under.
_THUMBS = {
    "positive": "Right",
    "yes": "Right",
    "negative": "Wrong",
    "no": "Wrong",
    "unknown": "I don't know",
}
_CHOICES = {
    Choice.PREFERRED.value: "better",
    Choice.REJECTED.value: "worse",
    Choice.TIE.value: "as good",
    Choice.BOTH_GOOD.value: "both are good",
    Choice.NEITHER.value: "neither is good",
}
_KINDS = {
    "LLM": "language model",
    "CHAT_MODEL": "language model",
    "RETRIEVER": "looks something up",
    "TOOL": "tool",
    "CHAIN": "chain",
    "AGENT": "agent",
    "EMBEDDING": "embedding",
    "RERANKER": "sorts what was found",
    "PARSER": "reads an answer",
    "UNKNOWN": "kind not said",
}


def took(nanoseconds: int) -> str:
    """Return how long something took."""
    if nanoseconds >= 60 * 10**9:
        return f"{nanoseconds / 60e9:.1f} min"
    if nanoseconds >= 10**9:
        return f"{nanoseconds / 1e9:.2f} s"
    return f"{nanoseconds / 1e6:,.0f} ms" if nanoseconds >= 10**6 else f"{nanoseconds // 1000} µs"


def cost_in_words(dollars: float) -> str:
    """Return what something cost; fractions of a cent are the usual case."""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.6f}".rstrip("0").rstrip(".")


def size(characters: int) -> str:
    """Return how long a text is."""
    if characters >= 1_000_000:
        return f"{characters / 1e6:.1f} million characters"
    return f"{characters:,} characters"


def kind(name: str) -> str:
    """Return what a kind of span does."""
    return _KINDS.get(name, name.replace("_", " ").lower())


def said(one: Said) -> tuple[str, str]:
    """Return what an assessment is of and what it says; a verdict in the words of the chat."""
    if one.name == THUMB and one.value in _THUMBS:
        return "A source" if one.span_id else "The answer", _THUMBS[one.value]
    if one.name.startswith(REASON):
        is_given = one.value == "yes"
        reason = word_for(one.name.removeprefix(REASON), _USUAL_REASONS)
        return "Reason", reason if is_given else f"{reason}: {one.value}"
    if one.name == CORRECTED:
        return "Expected answer", one.value
    if one.name == PREFERENCE:
        return "Beside another answer", _CHOICES.get(one.value, one.value)
    return (f"expected {one.name}" if one.is_expectation else one.name), one.value
