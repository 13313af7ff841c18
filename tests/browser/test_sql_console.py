"""The SQL console in the browser: keys, errors with their place, a link, a long statement."""

from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.choosing import choose
from tests.browser.looking import look_at
from tests.contract.test_sql import SLOW

STATEMENT = "SELECT explode(array(1, 2, 3)) AS n, 'a < b' AS t"


def test_analyst_writes_a_statement_sees_its_place_and_shares_it(place, visit):
    """Ctrl+Enter runs; an error marks its place; who opens the link finds all, and runs nothing."""
    visitor = visit(_sign_in(place, "Sarah", "/sql_console"))
    page = visitor.page
    field = page.get_by_role("textbox", name="Statement")
    choose(page, "Catalog", "main")
    choose(page, "Schema", "browser")
    expect(page.get_by_role("combobox", name="Table")).to_be_visible()

    field.fill("SELECT n\nFORM nowhere WHERE")
    field.press("Control+Enter")
    expect(page.get_by_text("This cannot be read as SQL")).to_be_visible()
    expect(page.get_by_text("2 | FORM nowhere WHERE")).to_be_visible()
    look_at(page, "sql-error")

    field.fill(STATEMENT)
    field.press("Control+Enter")
    expect(page.get_by_text("3 rows in")).to_be_visible()
    page.get_by_role("radio", name="My statements").click()
    expect(page.get_by_text("3 rows", exact=False).last).to_be_visible()
    page.get_by_role("radio", name="Plot").click()
    expect(page.get_by_text("Colour by")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").get_by_role("img")).to_be_visible()
    look_at(page, "sql-plot")
    link = page.url
    assert visitor.complaints == []

    page.reload()
    expect(page.get_by_text("3 rows")).to_be_visible()
    other = visit(_sign_in(place, "Samuel", f"/sql_console?{link.partition('?')[2]}"))
    expect(other.page.get_by_role("textbox", name="Statement")).to_have_value(STATEMENT)
    expect(other.page.get_by_text("somebody else's")).to_be_visible()


def test_long_statement_is_cancelled_from_the_page(place, visit):
    """The page stays alive while it runs."""
    page = visit(_sign_in(place, "Sigrid", f"/sql_console?q={quote(SLOW)}")).page
    expect(page.get_by_text("What a statement finds is shown here")).to_be_visible()
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("It has been running for")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The statement was stopped")).to_be_visible()


def _sign_in(place, name, target):
    user = f"{name.lower()}@example.com"
    place.client.ensure_user(user, name, "analysts")
    code = place.client.sign_in_code(user)
    return f"{place.app}/sign-in?code={code}&next={quote(target, safe='')}"
