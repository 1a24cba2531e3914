"""What each of the three kinds of people comes for, done as they do it: in both languages, on a narrow screen, without scripts, by keys."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, Site


def all_done(site: Site, folder: Path) -> None:
    """Go through the tasks one after the other; each begins where the one before ended."""
    reference = an_officer_logs_a_milestone_in_three_clicks(site)
    a_lead_claims_it_with_evidence_in_hindi_on_a_narrow_screen(site, reference, folder)
    a_manager_verifies_it_together_with_others_without_scripts(site, reference)
    an_auditor_downloads_a_report_and_proves_it_genuine(site, folder)
    keys_lead_where_they_say_and_rest_while_somebody_types(site)


def an_officer_logs_a_milestone_in_three_clicks(site: Site) -> str:
    page = site.show("officer", "/")
    page.get_by_role("link", name="Log a milestone").first.click()
    page.fill("#id_title", "First magnets out of the furnace")
    page.select_option("#id_project", value=_option(page, "#id_project", "PRJ-901"))
    page.select_option("#id_type", index=1)
    page.fill("#id_baseline_on", "2026-05-31")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator(".notice-success")).to_contain_text("is logged")
    found = re.search(r"/milestones/([^/]+)/", page.url)
    assert found, page.url
    return found.group(1)


def _option(page: Page, field: str, words: str) -> str:
    value = page.locator(f"{field} option", has_text=words).first.get_attribute("value")
    assert value is not None
    return value


def a_lead_claims_it_with_evidence_in_hindi_on_a_narrow_screen(
    site: Site, reference: str, folder: Path
) -> None:
    letter = folder / "letter.txt"
    letter.write_text("The furnace was heated.")
    page = site.show("our_lead", "/milestones/", language="hi", narrow=True)
    assert page.viewport_size == NARROW
    page.goto(f"/milestones/{reference}/")
    page.locator(f"main a[href='/milestones/{reference}/claim/']").first.click()
    page.fill("#id_actual_on", "2026-06-10")
    page.set_input_files("#id_evidence", letter)
    expect(page.locator(".uploads li")).to_have_count(1)
    page.locator("main form button.action[type=submit]").click()
    page.wait_for_url(f"**/milestones/{reference}/")
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page.locator("main")).to_contain_text("letter.txt")


def a_manager_verifies_it_together_with_others_without_scripts(site: Site, reference: str) -> None:
    page = site.without_script("manager")
    page.goto("/")
    page.get_by_role("link", name="All that wait").click()
    boxes = page.locator("input[name=claim][value^='milestone:']")
    assert boxes.count() >= 2
    for number in range(boxes.count()):
        boxes.nth(number).check()
    page.get_by_role("button", name="Look at the chosen ones").click()
    expect(page.locator(f"input[value^='milestone:{reference}:']")).to_be_checked()
    page.get_by_role("button", name="Verify all that are chosen").click()
    expect(page.locator(".notice-success")).to_contain_text("claims are verified")
    page.goto(f"/milestones/{reference}/")
    expect(page.locator("main")).to_contain_text("verified")
    page.context.close()


def an_auditor_downloads_a_report_and_proves_it_genuine(site: Site, folder: Path) -> None:
    page = site.show("auditor", "/")
    with page.expect_download() as started:
        page.locator("main p.download a").first.click()
    report = folder / started.value.suggested_filename
    started.value.save_as(report)
    page.goto("/verify/")
    page.set_input_files("main input[type=file]", report)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".verdict")).to_contain_text("Genuine")


def keys_lead_where_they_say_and_rest_while_somebody_types(site: Site) -> None:
    page = site.show("officer", "/")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/milestones/")
    page.keyboard.press("/")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type("gn?")
    assert page.locator("input[name=q]").input_value() == "gn?"
    assert page.url.endswith("/milestones/")
