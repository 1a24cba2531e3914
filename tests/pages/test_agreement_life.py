"""The life of an agreement as pages: an amendment with its document, a step, and what the forms refuse."""

from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Amendment, Evidence

LIFE = "/agreements/AGR-901/life/"
AMEND = "/agreements/AGR-901/amendments/new/"
FORM = {"agreed_on": "2026-06-01", "summary": "Prolonged by a year.", "visibility": "partner"}


def letter():
    return SimpleUploadedFile("letter.pdf", b"%PDF-1.7 signed", content_type="application/pdf")


def test_an_amendment_needs_its_document(cast, as_user):
    browser = as_user(cast.officer)
    refused = browser.post(AMEND, FORM)
    assert (refused.status_code, list(refused.context["form"].errors)) == (200, ["evidence"])
    assert not Amendment.objects.exists()
    answer = browser.post(AMEND, {**FORM, "evidence": [letter()]}, follow=True)
    assert answer.redirect_chain == [(LIFE, 302)]
    assert "letter.pdf" in answer.content.decode()
    assert Evidence.objects.get().amendment == Amendment.objects.get()
