"""A file on a page: looked at first, and what was looked at is what is imported."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from projects.models import Milestone
from tests.cast import Cast

ROWS = "project,title,type,baseline_on,reference\nPRJ-901,Kiln lit,commissioning,2026-12-31,\n"
ADDRESS = "/milestones/import/"


def client(user) -> Client:
    made = Client()
    made.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return made


def test_a_file_is_shown_and_then_imported_as_it_was_shown(cast: Cast):
    officer = client(cast.officer)
    shown = officer.post(ADDRESS, {"file": SimpleUploadedFile("rows.csv", ROWS.encode())})
    assert "Kiln lit" in shown.content.decode()
    assert Milestone.objects.count() == 2
    held = shown.context["held"]
    for wrong in (f"{held}x", ""):
        assert officer.post(ADDRESS, {"held": wrong}).status_code == 200
    assert client(cast.manager).post(ADDRESS, {"held": held}).status_code == 200  # held for the officer alone
    assert Milestone.objects.count() == 2
    done = officer.post(ADDRESS, {"held": held}, follow=True)
    assert done.redirect_chain == [("/milestones/", 302)]
    assert Milestone.objects.get(title="Kiln lit").reference == "MST-903"
    again = officer.post(ADDRESS, {"held": held}, follow=True)
    assert again.status_code == 200
    assert Milestone.objects.count() == 3


def test_problems_of_a_file_stand_on_the_page(cast: Cast):
    rows = ROWS.replace("PRJ-901", "PRJ-999").encode()
    page = client(cast.officer).post(ADDRESS, {"file": SimpleUploadedFile("rows.csv", rows)})
    assert page.status_code == 400
    assert "PRJ-999 is not known" in page.content.decode()
    large = client(cast.officer).post(ADDRESS, {"file": SimpleUploadedFile("rows.csv", b"a" * 5_000_001)})
    assert large.status_code == 413


def test_a_list_links_to_its_files_with_its_filter(cast: Cast):
    page = (
        client(cast.officer).get("/projects/?lead=INS-901&kind=&sort=name&as_of=2026-05-31").content.decode()
    )
    assert "/api/v1/projects/?lead=INS-901&amp;sort=name&amp;as_of=2026-05-31&amp;format=csv" in page
    page = client(cast.officer).get("/milestones/?project=PRJ-901&sort=-due_on").content.decode()
    assert '"/api/v1/milestones/?project=PRJ-901&amp;format=xlsx"' in page
