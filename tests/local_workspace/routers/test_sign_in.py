"""From a one-time code to a token, and from a link into the MLflow UI."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit


def a_code(gateway, user_name: str) -> dict[str, str]:
    body = {"user_name": user_name}
    answer = gateway.call("POST", "/__local__/sign-in-codes", gateway.admin_token, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def redeem(gateway, code: str, **headers: str):
    form = {"grant_type": "authorization_code", "code": code}
    return gateway.call("POST", "/oidc/v1/token", data=form, headers=headers)


def test_code_becomes_a_token_of_its_person_once(gateway, new_user):
    """The token is the person's own; the code is used up."""
    new_user("guest@example.com", "reviewers")
    code = a_code(gateway, "guest@example.com")

    first, second = redeem(gateway, code["code"]), redeem(gateway, code["code"])

    token = first.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 30 * 24 * 3600)
    assert first.headers["cache-control"] == "no-store"
    me = gateway.client(token["access_token"]).current_user.me()
    assert me.user_name == "guest@example.com"
    assert second.status_code == 400
    assert code["code"] not in second.text


def test_code_says_when_it_expires(gateway):
    """An admin can tell a guest until when the code works."""
    expires_at = datetime.fromisoformat(a_code(gateway, "creator@example.com")["expires_at"])

    assert timedelta(days=6) < expires_at - datetime.now(UTC) <= timedelta(days=7)


def test_only_admins_make_codes_and_only_for_people(gateway, new_user):
    """A code is a way in, so nobody makes one for somebody else but an admin."""
    body = {"user_name": "admin@example.com"}
    path = "/__local__/sign-in-codes"

    token = new_user("plain@example.com", "analysts")
    assert gateway.call("POST", path, token, json=body).status_code == 403
    unknown = {"user_name": "unknown@example.com"}
    assert gateway.call("POST", path, gateway.admin_token, json=unknown).status_code == 404


def test_code_and_its_token_last_as_long_as_was_asked_for(gateway):
    """Both are the admin's choice, within limits."""
    path = "/__local__/sign-in-codes"
    body = {"user_name": "creator@example.com", "lifetime_seconds": 60}
    body |= {"token_lifetime_seconds": 3600}
    made = gateway.call("POST", path, gateway.admin_token, json=body).json()

    assert datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC) <= timedelta(minutes=1)
    assert redeem(gateway, made["code"]).json()["expires_in"] == 3600
    for wrong in ({"lifetime_seconds": 0}, {"token_lifetime_seconds": 10**9}):
        answer = gateway.call("POST", path, gateway.admin_token, json=body | wrong)
        assert answer.status_code == 400


def test_open_codes_are_listed_and_withdrawn(gateway, new_user):
    """By admins only, and without the codes themselves."""
    path = "/__local__/sign-in-codes"
    token = new_user("listed@example.com", "reviewers")
    code = a_code(gateway, "listed@example.com")

    listed = gateway.call("GET", path, gateway.admin_token)
    found = listed.json()["sign_in_codes"]
    (mine,) = [each for each in found if each["code_id"] == code["code_id"]]
    assert mine == {name: value for name, value in code.items() if name != "code"}
    assert (mine["user_name"], mine["created_by"]) == ("listed@example.com", "admin@example.com")
    assert code["code"] not in listed.text
    one = f"{path}/{code['code_id']}"
    assert gateway.call("GET", path, token).status_code == 403
    assert gateway.call("DELETE", one, token).status_code == 403

    assert gateway.call("DELETE", one, gateway.admin_token).status_code == 200

    assert redeem(gateway, code["code"]).status_code == 400
    assert gateway.call("DELETE", one, gateway.admin_token).status_code == 404


def test_link_opens_the_mlflow_ui_in_a_browser(mlflow_gateway):
    """The link sets a cookie scripts cannot read and moves on to the UI."""
    link = mlflow_gateway.call("POST", "/__local__/mlflow-links", mlflow_gateway.admin_token)
    parts = urlsplit(link.json()["url"])
    assert f"{parts.scheme}://{parts.netloc}" == mlflow_gateway.url

    opened = mlflow_gateway.call("GET", f"{parts.path}?{parts.query}")

    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    cookie = opened.headers["set-cookie"]
    for attribute in ("local_workspace_mlflow=", "HttpOnly", "SameSite=strict", "Path=/"):
        assert attribute in cookie
    page = mlflow_gateway.call("GET", "/", headers={"Cookie": cookie.split(";")[0]})
    assert "<title>MLflow</title>" in page.text
    assert mlflow_gateway.call("GET", f"{parts.path}?{parts.query}").status_code == 400


def test_link_followed_from_another_site_still_gets_its_cookie_sent(gateway):
    """A redirect would count as the other site's request; a page of our own does not."""
    link = gateway.call("POST", "/__local__/mlflow-links", gateway.admin_token).json()["url"]
    path = link.removeprefix(gateway.url)

    opened = gateway.call("GET", path, headers={"Sec-Fetch-Site": "cross-site"})

    assert opened.status_code == 200
    assert 'http-equiv="refresh" content="0;url=/"' in opened.text
    assert "local_workspace_mlflow=" in opened.headers["set-cookie"]


def test_reviewer_gets_no_link(gateway, new_user):
    """Who may not use MLflow cannot get in through a browser either."""
    token = new_user("link-reviewer@example.com", "reviewers")

    assert gateway.call("POST", "/__local__/mlflow-links", token).status_code == 403
