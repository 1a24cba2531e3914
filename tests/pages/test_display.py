"""How the pages are shown: language, theme and size of text, chosen by whoever reads."""

import pytest
from django.test import Client

from tests.cast import PASSWORD


def sign_in(**cookies: str) -> Client:
    browser = Client()
    browser.cookies.load(cookies)
    assert browser.post("/sign-in/", {"username": "officer", "password": PASSWORD}).status_code == 302
    return browser


def page(browser: Client, path: str = "/projects/") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_language_of_the_header_holds_on_this_device_and_goes_back_to_the_page(cast, as_user):
    browser = as_user(cast.officer)
    assert '<html lang="en"' in page(browser)
    answer = browser.post("/preferences/", {"language": "hi", "next": "/projects/?q=a"})
    assert (answer.status_code, answer.url) == (302, "/projects/?q=a")
    assert '<html lang="hi"' in page(browser)
    cast.officer.refresh_from_db()
    assert cast.officer.language == "hi"


def test_another_device_takes_the_language_over_when_its_person_signs_in(cast, as_user):
    assert '<html lang="en"' in page(sign_in())
    as_user(cast.officer).post("/preferences/", {"language": "hi"})
    assert '<html lang="hi"' in page(sign_in())
    assert '<html lang="en"' in page(sign_in(django_language="en"))  # what the device has chosen stays


def test_the_page_keeps_theme_and_size_and_names_what_is_chosen(cast, client):
    chosen = {"language": "en", "theme": "contrast", "text": "larger", "next": "/sign-in/"}
    assert client.post("/preferences/", chosen).url == "/sign-in/"
    assert '<html lang="en" data-theme="contrast" data-text="larger">' in page(client, "/sign-in/")
    assert 'value="contrast"' in (kept := page(client, "/preferences/"))
    assert kept.count("checked") == 4
    client.post("/preferences/", {"language": "en", "theme": "", "text": ""})
    assert '<html lang="en">' in page(client, "/sign-in/")


def test_keys_lead_somewhere_until_they_are_switched_off(cast, as_user):
    browser = as_user(cast.officer)
    assert 'data-keys="g m"' in page(browser, "/")
    assert 'data-keys="n"' not in page(as_user(cast.our_viewer), "/")  # who may not log has no such key
    browser.post("/preferences/", {"language": "en", "theme": "", "text": "", "shortcuts": "off"})
    off = page(browser, "/")
    assert "shortcuts.js" not in off
    assert "data-keys" not in off


@pytest.mark.parametrize("cookie", ['"><script>', "blue"])
def test_a_theme_that_does_not_exist_is_none(cast, cookie):
    browser = Client()
    browser.cookies.load({"theme": cookie})
    assert '<html lang="en">' in page(browser, "/sign-in/")


def test_what_cannot_be_chosen_is_refused_and_changes_nothing(cast, as_user):
    browser = as_user(cast.officer)
    for wrong in ({"language": "fr"}, {"language": "en", "theme": "blue"}, {}):
        answer = browser.post("/preferences/", wrong)
        assert answer.status_code == 200
        assert "error-summary" in answer.content.decode()
    cast.officer.refresh_from_db()
    assert cast.officer.language == ""


def test_no_other_site_is_opened_afterwards(cast, client):
    assert client.post("/preferences/", {"language": "hi", "next": "https://example.org/"}).url == "/"


def test_a_page_that_answers_a_form_leads_back_to_the_page_of_the_form(cast, as_user):
    form = "/milestones/MST-901/claim/"
    browser = as_user(cast.our_lead)
    came_from = {"HTTP_REFERER": f"http://testserver{form}?as_of=2026-06-01"}
    answer = browser.post(form, {"actual_on": "never", "version": 1}, **came_from).content.decode()
    assert f'name="next" value="{form}?as_of=2026-06-01"' in answer
    elsewhere = browser.post(
        form, {"actual_on": "never"}, HTTP_REFERER="https://example.org/a/"
    ).content.decode()
    assert 'name="next" value=""' in elsewhere
