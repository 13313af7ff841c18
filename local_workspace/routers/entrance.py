"""What a browser reads that has no way in yet: where the way in is."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en">
<title>Local workspace</title>
<p>This is a local workspace. What there is to see here are MLflow's pages, and they open from the
link to MLflow in the Review App: <a href="{app}">{app}</a>.</p>
<p>Programs come with a token: <code>python -m local_workspace env</code> prints one.</p>
</html>
"""


def is_wanted(request: Request) -> bool:
    """Tell whether a person is reading: no client of an API asks for HTML."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def page(request: Request) -> HTMLResponse:
    """Return the page; it is still a 401."""
    app_url = escape(request.app.state.workspace.settings.app_url)
    return HTMLResponse(_PAGE.format(app=app_url), status_code=401)
