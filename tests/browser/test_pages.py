"""Every page in a real browser, as those who use it are shown it.

One test, because one site serves it all: what it costs is the stage and the server, not the questions.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import tasks
from tests.browser.axe import faults, pale, tell
from tests.browser.conftest import Site
from tests.browser.pages import pages

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres")]

THEMES = ("light", "dark", "contrast")
# `make axe` shows every page to everybody who may open it, in every theme; CI each page in both languages, by turns.
EVERYTHING = os.environ.get("AXE") == "everything"
FIRST_PAGE = 150_000  # bytes besides fonts, of the first page after signing in


def test_every_page_can_be_read_reached_and_loaded_and_every_task_be_done(site: Site, tmp_path: Path):
    assert weight_of_the_first_page(site) < FIRST_PAGE
    the_navigation_needs_no_script_and_no_mouse(site)
    found = what_axe_finds(site)
    assert not any(found.values()), tell(found)
    tasks.all_done(site, tmp_path)  # last: what they do changes what the pages show


def what_axe_finds(site: Site) -> dict[str, list[str]]:
    """Show each page in both languages, the Hindi one on a narrow screen."""
    found: dict[str, list[str]] = {}
    for number, page in enumerate(pages(site.scene)):
        for turn, language in enumerate(("en", "hi")):
            if page.has_sisters and number % 2 != turn and not EVERYTHING:
                continue
            readers = page.readers or ("",)
            chosen = readers if EVERYTHING else [readers[(number + turn) % len(readers)]]
            theme = THEMES[(number + turn) % len(THEMES)]
            for reader in chosen:
                name = f"{page.name} {page.path} as {reader} in {language}, {theme}"
                shown = site.show(reader, page.path, language=language, theme=theme, narrow=language == "hi")
                found[name] = faults(shown)
                for other in (it for it in THEMES if EVERYTHING and it != theme):
                    found[name] += pale(shown, other)
    return found


def weight_of_the_first_page(site: Site) -> int:
    """Return how many bytes come over the line, compressed as the server sends them."""
    page = site.as_person("manager").new_page()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}
    line.on("Network.requestWillBeSent", lambda it: addresses.update({it["requestId"]: it["request"]["url"]}))
    line.on("Network.loadingFinished", lambda it: sizes.update({it["requestId"]: it["encodedDataLength"]}))
    page.goto("/", wait_until="networkidle")
    page.close()
    assert any("bootstrap" in address for address in addresses.values())
    return sum(size for key, size in sizes.items() if not addresses[key].endswith(".woff2"))


def the_navigation_needs_no_script_and_no_mouse(site: Site) -> None:
    page = site.without_script("officer")
    page.goto("/projects/")
    groups = page.locator(".main-nav summary")
    expect(groups.first).to_be_visible()
    link = page.locator(".main-nav a[href='/milestones/']")
    expect(link).to_be_hidden()
    page.locator(".main-nav summary.here").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/milestones/")
    expect(link).to_have_attribute("aria-current", "page")
