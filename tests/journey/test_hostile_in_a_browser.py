"""Hostile files that were taken, and ones that never would be, opened in a real browser: nothing runs, and nothing is asked for."""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Error, Page, sync_playwright

from projects import archive, uploads
from projects.models import Evidence
from tests.cast import acting
from tests.hostile import documents, packages, pictures, texts

pytestmark = [pytest.mark.processes, pytest.mark.engine("postgres"), pytest.mark.django_db(transaction=True)]
OUTSIDE = ("http", "ws", "ftp", "file")  # the reader of PDFs within the browser has addresses of its own
OWN = re.compile(
    rb"\w+ (?:https?://)?[\w.-]+\.(?:googleapis|google|gstatic|gvt1)\.com[:/]"
)  # the browser looks for its updates
LABELS = {
    "png with html in a text chunk", "jpeg and html in its comment", "jpeg with its place and a script in EXIF",
    "html as csv", "html as text", "svg as text", "a link that is clicked", "an address that is clicked", "nested archives",
}  # fmt: skip


@pytest.fixture
def outside() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy for everything but the tracker: its port, and what it was asked for."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    with line:
                        line.settimeout(2)
                        with suppress(OSError):
                            asked.append(line.recv(300))

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1], asked
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def _in_this_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser's driver runs a loop in this thread, in which Django would refuse the database."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def visit(page: Page, address: str) -> None:
    """Open an address; what is sent to be saved ends the way there."""
    with suppress(Error):
        page.goto(address, wait_until="load")
    page.wait_for_timeout(50)


@pytest.mark.usefixtures("_in_this_thread")
def test_nothing_runs_and_nothing_is_asked_for(cast, live_server, outside):
    every = [case for part in (pictures, packages, documents, texts) for case in part.cases()]
    files = [
        uploads.keep(SimpleUploadedFile(case.name, case.content)) for case in every if case.label in LABELS
    ]
    assert len(files) == len(LABELS)
    # What no door takes, as if one had.
    files += [
        archive.store([pictures.SCRIPT], name="page.html", content_type="text/html"),
        archive.store([pictures.SVG], name="a.svg", content_type="image/svg+xml"),
        archive.store([pictures.SCRIPT], name="a.png", content_type="image/png"),
        archive.store([pictures.SCRIPT], name="a.pdf", content_type="application/pdf"),
    ]
    today = timezone.localdate()
    cast.our_milestone.claim(
        by=acting(cast.officer, today), actual_on=today - dt.timedelta(1), evidence=files
    )
    keys = list(Evidence.objects.values_list("pk", flat=True))
    client = Client()
    client.force_login(cast.officer)
    port, asked = outside
    with sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", f"--proxy-server=http://127.0.0.1:{port}",
                  f"--proxy-bypass-list=<-loopback>;{live_server.url.removeprefix('http://')}"],
        )  # fmt: skip
        context = browser.new_context()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        requests: list[str] = []
        dialogs: list[str] = []
        context.on("request", lambda request: requests.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        titles = []
        for key in keys:
            for address in ("about/", "", "preview/"):
                visit(page, f"{live_server.url}/evidence/{key}/{address}")
                titles += [page.title(), *(frame.evaluate("document.title") for frame in page.frames)]
        # The proof that something would have been heard: a page without our headers.
        foreign = browser.new_page()
        foreign.set_content(pictures.SCRIPT.decode())
        foreign.wait_for_timeout(300)
        ran = foreign.title()
        browser.close()
    assert ran == "ran"
    assert not [title for title in titles if title == "ran"]
    assert dialogs == []
    assert [it for it in requests if it.startswith(OUTSIDE) and not it.startswith(live_server.url)] == []
    others = [it for it in asked if not OWN.match(it)]
    assert len(others) == 1, others  # the foreign page's
    assert b"127.0.0.1:8999/ran" in others[0]
