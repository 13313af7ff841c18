"""What an answer may do on the page, whoever wrote it: be read."""

import pytest

from components.chat.answer_text import WORD_JOINER, cut, safe_markdown, web_address


@pytest.mark.parametrize(
    "text",
    [
        "Plain words, with commas; nothing else.",
        "**bold**, *emphasis* and ~~gone~~",
        "# Heading\n\n- one\n- two\n\n> said",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "`code` and ``co`de``",
        "```python\nx = a[0]  # $1 <b> ![i](http://h/i.png)\n```",
        "[the page](https://example.org/a_b?c=d)",
        "see https://example.org/a_b?c=d",
        "[write](mailto:a@example.org)",
    ],
)
def test_ordinary_markdown_stays_as_it_is(text):
    """Whoever answers politely is not mangled."""
    assert safe_markdown(text) == text


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        # Markup of the browser
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        ("<!-- hidden -->", r"\<!-- hidden -->"),
        ("&lt;b&gt;", r"\<b\>"),
        # Pictures
        ("![a](http://h.example/i.png)", r"[Picture: a (on h\.example)](http://h.example/i.png)"),
        ("![](https://h.example/i?q=1)", r"[Picture (on h\.example)](https://h.example/i?q=1)"),
        ("![a](data:image/png;base64,AA)", "Picture: a (not shown)"),
        ("![a][b]\n\n[b]: http://h.example/i", "!\\[a\\]\\[b\\]\n\n\\[b\\]: http://h.example/i"),
        (
            "[![a](http://h.example/i)](http://h.example/)",
            r"\[[Picture: a (on h\.example)](http://h.example/i)\](http://h.example/)",
        ),
        # Links
        ("[a](javascript:alert%281%29)", rf"\[a\](javascript\:{WORD_JOINER}alert%281%29)"),
        ("[a](data:text/html,x)", rf"\[a\](data\:{WORD_JOINER}text/html,x)"),
        ("[a](JaVaScRiPt:x)", rf"\[a\](JaVaScRiPt\:{WORD_JOINER}x)"),
        ("[a](/sign-out)", r"\[a\](/sign-out)"),
        ("[a](http://bank.com@h.example/)", r"\[a\](http://bank.com@h.example/)"),
        ("[bank.com](https://h.example/)", r"[bank.com (h\.example)](https://h.example/)"),
        ("<javascript:alert(1)>", rf"\<javascript\:{WORD_JOINER}alert(1)>"),
        # What Streamlit adds
        (":material/face:", rf"\:{WORD_JOINER}material/face:"),
        (r"\:material/face:", rf"\:{WORD_JOINER}material/face:"),
        ("&#58;smile&#58;", rf"\:{WORD_JOINER}smile\:{WORD_JOINER}"),
        (":red[careful]", rf"\:{WORD_JOINER}red\[careful\]"),
        (":red-background[x]", rf"\:{WORD_JOINER}red-background\[x\]"),
        ("it costs $5 or $6", r"it costs \$5 or \$6"),
        (r"\$a\$ and \\$b$", r"\$a\$ and \\\$b\$"),
        ("$$x^2$$", r"\$\$x^2\$\$"),
        ("[^1]", r"\[^1\]"),
        # Code that is none
        ("`open", r"\`open"),
        (
            "`x | ![a](http://h.example/i) `",
            r"\`x | [Picture: a (on h\.example)](http://h.example/i) \`",
        ),
        ("```mermaid\ngraph TD\n```", "```text\ngraph TD\n```"),
        ("      ```\n![a](http://h.example/i)", "```text\n![a](http://h.example/i)\n```"),
        ("- ```sql\n  select 1\n  ```", "- \n```sql\nselect 1\n```"),
        ("~~~\n```\n~~~", "````text\n```\n````"),
        # Characters nobody sees
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\x00b\x1b[0m", r"ab\[0m"),
        (">" * 5000 + "a", "> > > > a"),
    ],
)
def test_whatever_would_act_is_shown_as_characters(hostile, harmless):
    """No request, no script, no formula, no icon, no diagram comes of an answer."""
    assert safe_markdown(hostile) == harmless


def test_a_block_that_has_not_ended_yet_is_code_to_the_end():
    """An answer is drawn while it arrives."""
    assert safe_markdown("```python\nx = 1") == "```python\nx = 1\n```"


def test_an_address_that_is_none_leads_nowhere():
    """A source may name anything."""
    for address in (None, "", "/Volumes/a", "javascript:x", "http://[", "http://a b", "ftp://a/b"):
        assert web_address(address) is None


def test_a_long_text_is_cut_at_the_end_of_a_line():
    """What is shown first does not end in the middle of a word."""
    text = "a line of words\n" * 100

    assert cut(text, 200) == ("a line of words\n" * 12).rstrip()
    assert cut("x" * 300, 200) == "x" * 200
