"""The scene of the matrix, served as in production, and a browser that its people sit at."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from projects import noticing
from projects.models import Notice
from tests.api.scene import OWN, Scene, assemble_scene
from tests.processes import Installation
from tracker import compression

expect.set_options(timeout=30_000)  # a busy machine takes longer: that is no failure
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 800}


@dataclass
class Site:
    """The running application and its scene; `as_person` opens a browser where somebody has signed in."""

    scene: Scene
    address: str
    browser: Browser
    cookies: dict[str, str]
    _contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def as_person(self, name: str) -> BrowserContext:
        """Return the browser of one of the cast, "" of somebody who has not signed in."""
        if name not in self._contexts:
            made = self.browser.new_context(base_url=self.address, locale="en-IN", viewport=WIDE)
            if name:
                made.add_cookies(
                    [{"name": settings.SESSION_COOKIE_NAME, "value": self.cookies[name], "url": self.address}]
                )
            made.add_init_script(
                script=AXE_SCRIPT
            )  # sent once, not with each page; the policy of pages does not bind it
            self._contexts[name] = made
        return self._contexts[name]

    def without_script(self, name: str) -> Page:
        """Return a page of the person's in a browser that runs no script."""
        made = self.browser.new_context(base_url=self.address, java_script_enabled=False)
        made.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": self.cookies[name], "url": self.address}]
        )
        return made.new_page()

    def show(
        self, name: str, path: str, *, language: str = "en", theme: str = "", narrow: bool = False
    ) -> Page:
        """Return the page as the person is shown it."""
        context = self.as_person(name)
        page = context.pages[0] if context.pages else context.new_page()
        chosen = {"django_language": language, "theme": theme}
        context.add_cookies(
            [{"name": key, "value": value, "url": self.address} for key, value in chosen.items()]
        )
        page.set_viewport_size(NARROW if narrow else WIDE)  # type: ignore[arg-type]
        answer = page.goto(path, wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{name or 'a stranger'} is answered {answer.status} at {path}"
        return page


@pytest.fixture
def site(tmp_path: Path, transactional_db: None) -> Iterator[Site]:
    """The scene behind a web server with compressed files, and a Chromium."""
    scene = assemble_scene()
    noticing.owe(now=dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC))
    scene.keys["notice"][OWN] = Notice.objects.filter(person=scene.cast.manager, settled_at=None).first().pk
    cookies = {}
    for name, user in scene.cast.people.items():
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    server, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    served = Installation(
        tmp_path,
        DATABASE_URL=f"{server}/{connection.settings_dict['NAME']}",
        SECRET_KEY=settings.SECRET_KEY,
    )
    (served.data_dir / "files").symlink_to(settings.FILES_DIR)
    served.manage("collectstatic", "--noinput", *(f"--ignore={it}" for it in compression.LEFT_OUT))
    try:
        address = served.web()
        with sync_playwright() as engine:
            browser = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            yield Site(scene, address, browser, cookies)
            browser.close()
    finally:
        served.end()
