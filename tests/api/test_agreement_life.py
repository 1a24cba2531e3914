"""The life of agreements over the API: amendments with their documents, and what of them a partner reads."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from projects import agreeing
from projects.models import Amendment, Clearance, Evidence
from tests.api.conftest import SignIn
from tests.cast import Cast, acting, document, milestone, organisation, project

ADDRESS = "/api/v1/amendments/"
RENEWED = {
    "agreement": "AGR-901",
    "agreed_on": "2026-06-01",
    "summary": "Prolonged by a year.",
    "expires_on": "2027-06-30",
}


def signed(name: str = "signed.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"Signed by both sides", content_type="text/plain")


def test_an_amendment_comes_with_its_document_and_moves_the_last_day(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    answer = client.post(
        ADDRESS, {**RENEWED, "evidence": [signed(), signed("annex.txt")]}, format="multipart"
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["number"], [it["name"] for it in made["evidence"]]) == (1, ["signed.txt", "annex.txt"])
    assert client.get(f"{ADDRESS}{made['id']}/").json() == made
    life = client.get("/api/v1/agreements/AGR-901/life/").json()
    assert (life["expires_on"], life["expiry_basis"]) == ("2027-06-30", "amended")


def test_an_amendment_without_a_document_or_with_a_refused_one_is_not_recorded(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    answers = [
        client.post(ADDRESS, RENEWED, format="json"),
        client.post(ADDRESS, {**RENEWED, "evidence": ["signed.txt"]}, format="json"),
        client.post(ADDRESS, RENEWED, format="multipart"),
        client.post(ADDRESS, {**RENEWED, "evidence": [signed(), signed("run.exe")]}, format="multipart"),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {"evidence"}
    assert not Amendment.objects.exists()
    assert not Evidence.objects.exists()


def test_steps_are_taken_in_their_order_and_each_once(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.manager)
    given = {"taken_on": "2026-06-01", "decided_by_post": "Secretary", "reason": "Sanctions."}
    version = client.get("/api/v1/agreements/AGR-901/").json()["version"]
    suspended = client.post(
        "/api/v1/agreements/AGR-901/suspend/", {**given, "version": version}, format="json"
    )
    assert (suspended.status_code, suspended.json()["status"]) == (200, "suspended")
    stale = client.post("/api/v1/agreements/AGR-901/resume/", {**given, "version": version}, format="json")
    again = client.post("/api/v1/agreements/AGR-901/suspend/", given, format="json")
    early = client.post(
        "/api/v1/agreements/AGR-901/resume/", {**given, "taken_on": "2026-05-31"}, format="json"
    )
    assert [it.status_code for it in (stale, again, early)] == [409, 409, 400]
    life = client.get("/api/v1/agreements/AGR-901/life/").json()
    assert [(it["move"], it["reason"]) for it in life["steps"]] == [("suspend", "Sanctions.")]
    before = client.get("/api/v1/agreements/AGR-901/life/?as_of=2026-05-31").json()
    assert (before["status"], before["steps"]) == ("signed", [])


def test_a_step_comes_with_its_documents_or_not_at_all(cast: Cast, signed_in: SignIn):
    client, address = signed_in(cast.manager), "/api/v1/agreements/AGR-901/suspend/"
    given = {"taken_on": "2026-06-01", "decided_by_post": "Secretary", "reason": "Sanctions."}
    refused = client.post(address, {**given, "evidence": [signed(), signed("run.exe")]}, format="multipart")
    assert refused.status_code == 400
    assert cast.our_agreement.steps.count() == Evidence.objects.count() == 0
    assert client.post(address, {**given, "evidence": [signed()]}, format="multipart").status_code == 200
    (file,) = client.get("/api/v1/evidence/").json()["results"]
    assert file["supports"] == {"kind": "agreement_step", "id": cast.our_agreement.steps.get().pk}
    again = client.post(address, {**given, "evidence": [signed("second.txt")]}, format="multipart")
    assert again.status_code == 409


def test_what_a_party_owes_is_recorded_claimed_and_verified(cast: Cast, signed_in: SignIn):
    officer, lead = signed_in(cast.officer), signed_in(cast.our_lead)
    owed = {"agreement": "AGR-901", "party": "INS-901", "text": "Name an officer.", "due_on": "2026-06-10"}
    duty = officer.post("/api/v1/duties/", owed, format="json").json()
    stranger = officer.post("/api/v1/duties/", {**owed, "party": "INS-902"}, format="json")
    assert [error["field"] for error in stranger.json()["errors"]] == ["party"]

    def row() -> dict:
        (party,) = lead.get("/api/v1/agreements/AGR-901/life/").json()["duties"]
        return party["duties"][0]

    assert (row()["state"], row()["overdue_days"]) == ("overdue", 5)
    done = lead.post(
        "/api/v1/duties-done/", {"duty": duty["id"], "done_on": "2026-06-12"}, format="json"
    ).json()
    assert (row()["state"], row()["claimed_on"], row()["verified_on"]) == ("claimed", "2026-06-12", None)
    officer.post(f"/api/v1/duties-done/{done['id']}/verify/", {"level": 1}, format="json")
    assert (row()["state"], row()["verified_on"]) == ("verified", "2026-06-12")


def test_internal_documents_of_steps_and_amendments_stay_the_ministrys(cast: Cast, signed_in: SignIn):
    day = dt.date(2026, 6, 1)
    amendment = Amendment.record(
        cast.our_agreement,
        by=acting(cast.officer),
        agreed_on=day,
        summary="Prolonged.",
        evidence=[document("secret note")],
        visibility="internal",
    )
    agreeing.take(
        cast.our_agreement,
        "suspend",
        by=acting(cast.manager),
        taken_on=day,
        decided_by_post="Secretary",
        reason="Sanctions.",
        evidence=[document("secret minutes")],
        visibility="internal",
    )
    places = ("/api/v1/evidence/", f"{ADDRESS}{amendment.pk}/", "/agreements/AGR-901/life/")
    for who, is_shown in ((cast.officer, True), (cast.auditor, True), (cast.our_lead, False)):
        client = signed_in(who)
        client.force_login(who)
        seen = [client.get(place).content.decode() for place in places]
        assert [("secret note" in text) for text in seen] == [is_shown] * 3
        assert [("secret minutes" in text) for text in seen] == [is_shown, False, is_shown]
    files = [
        signed_in(cast.our_lead).get(f"/api/v1/evidence/{it.pk}/content/") for it in Evidence.objects.all()
    ]
    assert [answer.status_code for answer in files] == [404, 404]


def test_a_suspension_shows_on_projects_and_milestones_of_its_day_to_those_who_see_the_agreement(
    cast: Cast, signed_in: SignIn
):
    agreeing.take(
        cast.our_agreement,
        "suspend",
        by=acting(cast.manager),
        taken_on=dt.date(2026, 6, 1),
        decided_by_post="Secretary",
        reason="Sanctions.",
    )
    shared = project("PRJ-910", cast.irel, agreement=cast.our_agreement)
    milestone("MST-910", shared)
    client = signed_in(cast.our_lead)

    def told(address: str, client: APIClient = client) -> object:
        return client.get(f"/api/v1/{address}").json()["agreement_suspended"]

    assert told("projects/PRJ-901/") is told("milestones/MST-901/") is True
    assert told("projects/PRJ-901/?as_of=2026-05-31") is told("milestones/MST-901/?as_of=2026-05-31") is False
    listed = signed_in(cast.officer).get("/api/v1/projects/").json()["results"]
    assert {it["reference"]: it["agreement_suspended"] for it in listed} == {
        "PRJ-901": True,
        "PRJ-902": False,
        "PRJ-910": True,
    }
    other = signed_in(cast.their_lead)
    assert told("projects/PRJ-910/", other) is told("milestones/MST-910/", other) is None


def test_a_hub_tells_of_its_consortium_and_other_projects_do_not(cast: Cast, signed_in: SignIn):
    partners = [organisation(f"INS-91{n}", f"Partner {n}", kind) for n, kind in enumerate(("company", "rd"))]
    project("PRJ-911", cast.texmin, *partners, kind="centre")
    client = signed_in(cast.our_lead)
    told = client.get("/api/v1/projects/PRJ-911/").json()["consortium"]
    assert told.pop("is_kept") is False
    named = {name: [it["reference"] for it in rows] for name, rows in told.items()}
    assert named == {"industry": ["INS-910"], "research": ["INS-911"], "others": []}
    assert client.get("/api/v1/projects/PRJ-901/").json()["consortium"] is None


def test_a_milestone_tells_its_forecast_or_that_the_cases_are_too_few(cast: Cast, signed_in: SignIn):
    client, address = signed_in(cast.our_lead), "/api/v1/milestones/MST-901/"
    none = client.get(address).json()["forecast"]
    assert (none["cases"], none["needed"], none["median_on"]) == (0, 8, None)
    for number, day in enumerate((16, 20, 25, 30, 40)):
        moved = milestone(f"MST-92{number}", cast.our_project)
        moved.revise(
            by=acting(cast.officer),
            new_on=dt.date(2026, 5, 31) + dt.timedelta(days=day),
            reason_code="funds",
            narrative="Late.",
        )
    found = client.get(address).json()["forecast"]
    assert (found["method"], found["cases"]) == ("of_the_type", 5)
    assert (found["from_on"], found["median_on"], found["to_on"]) == (
        "2026-06-18",
        "2026-06-25",
        "2026-07-06",
    )
    unseen = signed_in(cast.their_lead).get("/api/v1/milestones/MST-902/").json()["forecast"]
    assert unseen["cases"] == 0, "whose dates one may not see are no cases"
    cast.our_milestone.claim(by=acting(cast.our_lead), actual_on=dt.date(2026, 6, 1))
    assert client.get(address).json()["forecast"] is None


def test_files_come_with_clearances_and_know_how_and_take_nothing_away(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.our_lead)
    given = {"project": "PRJ-901", "type": "ec", "is_applicable": "true", "evidence": [signed()]}
    made = client.post("/api/v1/clearances/", given, format="multipart").json()
    assert [it["name"] for it in made["evidence"]] == ["signed.txt"]
    address = f"/api/v1/clearances/{made['id']}/"
    sent = {"applied_on": "2026-06-01", "evidence": [signed("application.txt")]}
    changed = client.patch(address, sent, format="multipart").json()
    assert (changed["is_applicable"], len(changed["evidence"])) == (True, 2), "what is left out stays"
    refused = client.patch(
        address, {"granted_on": "2026-06-02", "evidence": [signed("a.exe")]}, format="multipart"
    )
    assert refused.status_code == 400
    hidden = {"granted_on": "2026-06-02", "evidence": [signed("b.txt")], "visibility": "internal"}
    assert client.patch(address, hidden, format="multipart").status_code == 400
    assert Clearance.objects.get().granted_on is None
