"""What is sent compressed, and what is not."""

import gzip
import os

import pytest
from django.conf import settings as current

from tracker.compression import StaticFilesMiddleware

ADDRESS = "/static/projects/tracker.css"


@pytest.mark.parametrize(("age", "is_compressed"), [(-60, True), (60, False)])
def test_a_collected_file_is_served_compressed_unless_it_is_older_than_its_source(
    tmp_path, settings, age, is_compressed
):
    source = current.BASE_DIR / "projects" / "static" / "projects" / "tracker.css"
    kept = tmp_path / "projects" / "tracker.css"
    kept.parent.mkdir()
    kept.write_bytes(source.read_bytes())
    (kept.parent / "tracker.css.gz").write_bytes(gzip.compress(source.read_bytes()))
    os.utime(kept, (moment := source.stat().st_mtime - age, moment))
    settings.STATIC_ROOT = tmp_path
    file = StaticFilesMiddleware(lambda request: None).files[ADDRESS]
    answer = file.get_response("GET", {"HTTP_ACCEPT_ENCODING": "gzip"})
    assert (dict(answer.headers).get("Content-Encoding") == "gzip") is is_compressed
    answer.file.close()


def test_pages_are_compressed_for_who_asks_and_the_api_keeps_its_strong_tags(cast, as_user):
    asks = {"Accept-Encoding": "gzip"}
    browser = as_user(cast.officer)
    page = browser.get("/projects/", headers=asks)
    assert page["Content-Encoding"] == "gzip"
    assert "</html>" in gzip.decompress(page.content).decode()
    assert "Content-Encoding" not in browser.get("/projects/")
    record = browser.get("/api/v1/projects/PRJ-901/", headers=asks)
    assert "Content-Encoding" not in record
    assert record["ETag"].startswith('"')
