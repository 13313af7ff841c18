"""Times, sizes, costs and kinds of spans, in words."""

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
