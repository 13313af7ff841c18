"""What happens before there is a session: a small page in the app's look, and the way on."""

from html import escape
from urllib.parse import urlsplit

# Going on there would end the session again, or begin another.
_NO_WAY_ON = ("/sign-in", "/sign-out")

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Review App</title>
<style>
  :root {{ color-scheme: light dark; --line: #e4e7ec; --text: #0f1219; --back: #fff;
           --link: #4338ca; }}
  @media (prefers-color-scheme: dark) {{
    :root {{ --line: #2a2f3a; --text: #e6e8ee; --back: #101218; --link: #a5b4fc; }}
  }}
  body {{ margin: 0; padding: 12vh 1rem; color: var(--text); background: var(--back);
          font: 15px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
                "Liberation Sans", sans-serif; }}
  main {{ max-width: 32rem; margin: 0 auto; padding: 1.75rem 2rem; border: 1px solid var(--line);
          border-radius: 0.6rem; }}
  h1 {{ margin: 0 0 0.75rem; font-size: 1.35rem; line-height: 1.3; }}
  p {{ margin: 0.5rem 0; }}
  a {{ color: var(--link); }}
</style>
<main>
<h1>{title}</h1>
{paragraphs}
<p><a href="{onward}">Open the Review App</a></p>
</main>
</html>
"""


def notice(title: str, *sentences: str, onward: str = "/") -> str:
    """Return the page as HTML; everything handed in is text."""
    paragraphs = "\n".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return _PAGE.format(title=escape(title), paragraphs=paragraphs, onward=escape(onward))


def local_path(address: str) -> str:
    """Return the address if it is a page of this app, else that of the first page.

    It comes from a link anybody can write, and must not lead a person who has just signed in to
    somebody else's copy of the app. Browsers read `\\` as `/` and leave out control characters.
    """
    is_plain = all(" " < letter < "\x7f" and letter != "\\" for letter in address)
    if not is_plain or not address.startswith("/") or address.startswith("//"):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    leads_on = not parts.scheme and not parts.netloc and parts.path not in _NO_WAY_ON
    return address if leads_on else "/"
