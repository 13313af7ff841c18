"""An answer's Markdown, made safe to draw: what a chain writes may have been written by anybody.

Emphasis, headings, lists, tables, code and links to web pages stay. Everything else that Markdown,
or Streamlit's additions to it, would act upon is shown as the characters it consists of: HTML,
images, other links, formulas, directives, icons, emoji names and diagrams.
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

# Longer answers are cut until somebody wants all of it.
SHOWN_CHARACTERS = 12_000
# Breaks up `:name:`, which icons and emoji are found by even behind a backslash.
WORD_JOINER = "\N{WORD JOINER}"
# Languages that are only coloured. Others are drawn as something else, diagrams for instance.
LANGUAGES = (
    *("bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "ini", "java", "javascript", "js"),
    *("json", "kotlin", "markdown", "php", "python", "r", "ruby", "rust", "scala", "sh", "shell"),
    *("sql", "swift", "text", "toml", "ts", "typescript", "xml", "yaml"),
)

_LINE_BREAK = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
# Control characters, and those that make text run backwards.
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_FENCE = re.compile(
    r"(?P<indent>[ \t]*)(?P<item>(?:[-*+]|\d+[.)])[ \t]+)?(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)"
)
_DEEP_QUOTE = re.compile(r"^(?:\s*>){5,}")
_TARGET = r"\(\s*<?(?P<{0}>[^\s()<>\\]*)>?(?:\s+[\"'][^\"'\n]*[\"'])?\s*\)"
_TOKEN = re.compile(
    r"(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<inside>.+?)(?<!`)(?P=ticks)(?!`))"
    r"|(?P<image>!\[(?P<alt>[^\[\]]*)\]" + _TARGET.format("picture") + ")"
    r"|(?P<link>\[(?P<label>[^\[\]]*)\]" + _TARGET.format("target") + ")"
    r"|(?P<address>\bhttps?://[\w.-]+(?::\d+)?(?:/[\w\-./%?=&#~+,;@]*)?)"
    r"|(?P<entity>&(?:#\w+|\w+);)"
    r"|(?P<colon>:(?=[\w:+\-\[{]))"
    r"|(?P<special>[<`$\[\]])"
)


def safe_markdown(text: str) -> str:
    """Return Markdown that fetches nothing, runs nothing and pretends nothing."""
    text = _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text))
    return "\n".join(_blocks(text.split("\n")))


def cut(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """Return the beginning of a long text, up to the end of a line where there is one near."""
    if len(text) <= limit:
        return text
    end = text.rfind("\n", limit * 3 // 4, limit)
    return text[: end if end > 0 else limit]


def web_address(address: str | None) -> str | None:
    """Return the address if a browser may be sent there from a link, else None."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    is_plain = parts.scheme in ("http", "https") and re.fullmatch(r"[\w.:-]+", parts.netloc)
    return address if is_plain and not re.search(r"[\s()<>\\]", address or "") else None


def _blocks(lines: list[str]) -> Iterator[str]:
    """Yield safe lines; what stands between fences is code and keeps every character."""
    rest = iter(lines)
    for line in rest:
        fence = _FENCE.fullmatch(line)
        if fence:
            yield from _code_block(fence, rest)
        else:
            yield _inline(_DEEP_QUOTE.sub("> > > > ", line))


def _code_block(fence: re.Match[str], rest: Iterator[str]) -> Iterator[str]:
    """Yield the block anew, at the margin, where no other rule can make it anything but code."""
    indent, item, mark = fence["indent"], fence["item"] or "", fence["mark"]
    # An item of a list that consists of code keeps its number, and the code follows it.
    yield from [indent + item] if item else []
    closing = re.compile(rf"\s*{re.escape(mark[0])}{{{len(mark)},}}\s*")
    inside: list[str] = []
    for line in rest:
        if closing.fullmatch(line):
            break
        inside.append(line.removeprefix(indent + " " * len(item)))
    longest = max((len(run) for line in inside for run in re.findall("`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    language = fence["info"].strip().lower()
    yield ticks + (language if language in LANGUAGES else "text")
    yield from inside
    yield ticks


def _inline(line: str) -> str:
    return _TOKEN.sub(_safe, line)


def _safe(token: re.Match[str]) -> str:
    """Return what stands for one piece of the line."""
    found = token[0]
    if token["code"] is not None:
        return _code(token["ticks"], token["inside"])
    if token["image"] is not None:
        return _picture(token["alt"], token["picture"])
    if token["link"] is not None:
        return _link(token["label"], token["target"])
    if token["address"] is not None:
        return found
    if token["escaped"] is not None:
        return _literal(found[1])
    # Decoded here, since the browser would decode it after everything was looked at.
    return _literal(html.unescape(found) if token["entity"] is not None else found)


def _literal(characters: str) -> str:
    """Return these characters as themselves."""
    safe = "".join(
        f"\\{each}" if re.match(r"[!-/:-@\[-`{-~]", each) else each
        for each in " ".join(characters.split()) or " "
    )
    return safe.replace(r"\:", rf"\:{WORD_JOINER}")


def _code(ticks: str, inside: str) -> str:
    if "|" not in inside:
        return ticks + inside + ticks
    # A table splits its cells at the bar even within code, and what is left would be Markdown.
    return _literal(ticks) + _inline(inside) + _literal(ticks)


def _link(label: str, target: str) -> str:
    if target.startswith("mailto:"):
        return f"[{_inline(label)}]({target})"
    if web_address(target) is None:
        return rf"\[{_inline(label)}\]({_inline(target)})"
    host = urlsplit(target).netloc
    # A label that looks like an address must not name another one.
    hint = f" ({_literal(host)})" if "." in label and host not in label else ""
    return f"[{_inline(label)}{hint}]({target})"


def _picture(alt: str, target: str) -> str:
    name = f"Picture: {_inline(alt)}" if alt.strip() else "Picture"
    if web_address(target) is None:
        return f"{name} (not shown)"
    return f"[{name} (on {_literal(urlsplit(target).netloc)})]({target})"
