"""More of what a chain may answer, on purpose or not: it is read, and does nothing else."""

from tests.browser.looking import AT_REST, keep_picture

ANSWER = r"""![a](//evil.example/a.png) ![b](<http://evil.example/b.png>) ![c](\evil.example/c.png)
![d]( http://evil.example/d.png "title") [![e](http://evil.example/e.png)](http://evil.example/)
<picture><source srcset="http://evil.example/f.png"><img srcset="http://evil.example/g.png"></picture>
<svg onload="fetch('http://evil.example/h')"><image href="http://evil.example/i.png"/></svg>
<link rel="prefetch" href="http://evil.example/j"><meta http-equiv="refresh" content="0;url=//evil">
<iframe src="http://evil.example/k"></iframe><form action="http://evil.example/l"><button>Go</button>
<video src="http://evil.example/m" autoplay></video><object data="http://evil.example/n"></object>

[one](javascript:alert(1)) [two](JaVaScRiPt:alert(1)) [three](&#106;avascript:alert(1))
[four](java%0ascript:alert(1)) [five](vbscript:x) [six](data:text/html;base64,PHN=) [seven][js]
<javascript:alert(1)> <a href="javascript:alert(1)">eight</a>

[js]: javascript:alert(1)

:red[red] :red-background[on red] :blue-badge[badge] :small[small] :rainbow[rain] :shortcut[Ctrl+C]
:material/delete: :streamlit: :smile: :red[:material/error: Not saved. Sign in again.]

$$\href{javascript:alert(1)}{x}$$ $\includegraphics{http://evil.example/o.png}$ \(y\) \[z\]

> > > > > > > > deep :green[green] ![p](http://evil.example/p.png)

- item ![q](http://evil.example/q.png)
    - nested <img src=x onerror=alert(1)>

| a | b |
|---|---|
| ![r](http://evil.example/r.png) | `a|b` $x$ <img src="http://evil.example/s.png"> |

```html
<img src="http://evil.example/t.png" onerror="alert(1)">
```
"""
ACTED_UPON = (
    "img, picture, svg image, script, iframe, form, video, object, link, meta, .katex, "
    "a[href^='javascript' i], a[href^='data' i], a[href^='vbscript' i], [onload], [onerror]"
)
COLOURED = ".stMarkdownColoredText, .stMarkdownBadge, [class*=Badge], [data-testid=stIconMaterial]"
LONG = 300_000


def assert_only_read(answer):
    """In the answer's text is nothing but text, lists, tables, code and links one may follow."""
    text = answer.get_by_test_id("stMarkdown").first
    for selector in (ACTED_UPON, COLOURED):
        found = text.locator(selector)
        assert found.count() == 0, found.first.evaluate("each => each.outerHTML")
    for said in (":red[red]", ":material/delete:", "$$", "<iframe"):
        assert said in text.inner_text().replace("\N{WORD JOINER}", "")


def test_a_hostile_answer_is_only_read_while_it_comes_and_when_it_is_back(place, visit):
    """Pictures, scripts, links and Streamlit's own directives stay letters, also after a reload."""
    arno = visit(place.invite("Arno"))
    arno.page.on("dialog", lambda dialog: arno.complaints.append(dialog.message))
    arno.page.get_by_placeholder("Ask a question").wait_for()
    arno.ask(f"cite {ANSWER}")
    assert_only_read(arno.answer())
    arno.page.get_by_text("1 source").click()
    arno.page.locator("[class*=st-key-card_]").wait_for()
    assert arno.page.locator("[class*=st-key-card_]").locator(ACTED_UPON).count() == 0

    arno.page.reload()
    assert_only_read(arno.answer())
    keep_picture(arno.page, "chat-hostile-again")
    assert arno.complaints == []


def test_a_very_long_answer_stays_usable(place, visit):
    """Three hundred thousand characters are cut, shown on a click, and can be judged meanwhile."""
    berta = visit(place.invite("Berta"))
    berta.page.get_by_placeholder("Ask a question").wait_for()
    line = "A line of some length, with **bold** words and a [link](http://evil.example/). "
    berta.ask(f"repeat {LONG // len(line)} {line}")
    answer = berta.answer()
    shown = answer.get_by_test_id("stMarkdown").first.inner_text()
    assert 5_000 < len(shown) < LONG / 4

    berta.thumb("Wrong").click()
    berta.page.get_by_text("Your verdict is saved").wait_for()
    answer.get_by_role("button", name="Show all").click()
    answer.locator("code").first.wait_for()
    berta.page.locator(AT_REST).wait_for()
    assert len(answer.locator("code").first.inner_text()) > LONG * 0.9
    assert berta.complaints == []
