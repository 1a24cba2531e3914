"""A report ordered at a real browser: its page follows the work by itself, stops when it is done, and needs no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.processes import Installation

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres")]

PATIENCE = 60_000  # milliseconds; the machine may be busy


@pytest.fixture
def installation(tmp_path, empty_database_url, redis_server) -> Iterator[Installation]:
    found = Installation(tmp_path, DATABASE_URL=empty_database_url, REDIS_URL=redis_server.url)
    yield found
    found.end()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as engine:
        found = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def signed_in(browser: Browser, installation: Installation, address: str, *, script: bool) -> Page:
    context = browser.new_context(base_url=address, java_script_enabled=script, locale="en")
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", "officer")
    page.fill("[name=password]", installation.passwords["officer"])
    page.click("main button[type=submit]")
    return page


def order(page: Page) -> None:
    page.goto("/reports/order/")
    page.select_option("[name=kind]", "project")
    page.select_option("[name=subject]", "project:PRJ-018")
    page.fill("[name=as_of]", "2026-03-31")
    page.click("main button.action")


def test_the_page_of_an_ordered_report_follows_it_to_its_issue(installation, browser):
    installation.prepare()
    address = installation.web()
    asked: list[str] = []
    complaints: list[str] = []
    page = signed_in(browser, installation, address, script=True)
    page.on("request", lambda request: asked.append(request.url) if "/progress" in request.url else None)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    order(page)
    expect(page.locator("#progress")).to_contain_text("It waits for its turn")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    installation.worker()
    page.evaluate("window.stayed = true")
    without = signed_in(browser, installation, address, script=False)
    without.goto(page.url)
    without.click("#progress noscript a")
    expect(page.locator("#report-actions a[hreflang=hi]")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("window.stayed"), "the page was never loaded anew"
    assert page.locator("#report-facts").inner_text().count("SHA-256") == 2
    known = len(asked)
    page.wait_for_timeout(5000)
    assert len(asked) == known > 0, "nobody asks once it is finished"
    assert complaints == []
    without.goto(page.url)
    assert without.locator("#report-actions a[hreflang=en]").is_visible()
