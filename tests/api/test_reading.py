"""What lists and details hold: what the caller sees, as of the day asked for, and nothing of what stays hidden."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from projects.models import Agreement, Mineral, MineralListing, Project, audit
from projects.reference_words import hindi
from tests.api.conftest import SignIn
from tests.api.scene import Scene
from tests.cast import Cast, acting, agreement, milestone, project, system

V1 = "/api/v1"


def results(client: APIClient, address: str) -> list[dict[str, Any]]:
    response = client.get(f"{V1}{address}")
    assert response.status_code == 200, response.content
    return response.json()["results"]


def references(client: APIClient, address: str) -> list[str]:
    return [row["reference"] for row in results(client, address)]


# --- what is hidden stays hidden inside what is shown ---


def test_a_project_names_its_agreement_and_parent_only_to_those_who_see_them(cast: Cast, signed_in: SignIn):
    umbrella = project("PRJ-970", cast.irel)
    shared = project("PRJ-971", cast.irel, cast.texmin, agreement=cast.their_agreement, parent=umbrella)
    seen = signed_in(cast.our_lead).get(f"{V1}/projects/{shared.reference}/").json()
    assert (seen["agreement"], seen["parent"]) == (None, None)
    seen = signed_in(cast.their_lead).get(f"{V1}/projects/{shared.reference}/").json()
    assert (seen["agreement"], seen["parent"]) == ("AGR-902", "PRJ-970")


def test_an_agreement_lists_only_the_projects_and_children_that_one_sees(cast: Cast, signed_in: SignIn):
    joint = agreement("AGR-972", cast.texmin, cast.irel)
    project("PRJ-972", cast.irel, agreement=joint)
    ours = project("PRJ-973", cast.texmin, agreement=joint)
    audit.change(
        Agreement.objects.get(pk=cast.their_agreement.pk),
        by=system(),
        action="test.setup",
        changes={"parent": joint},
    )
    seen = signed_in(cast.our_lead).get(f"{V1}/agreements/AGR-972/").json()
    assert (seen["projects"], seen["children"]) == ([ours.reference], [])
    seen = signed_in(cast.officer).get(f"{V1}/agreements/AGR-972/").json()
    assert (seen["projects"], seen["children"]) == (["PRJ-972", "PRJ-973"], ["AGR-902"])


def test_a_milestone_names_its_agreement_only_to_those_who_see_it(cast: Cast, signed_in: SignIn):
    milestone("MST-974", cast.our_project, agreement=cast.their_agreement)
    assert signed_in(cast.our_lead).get(f"{V1}/milestones/MST-974/").json()["agreement"] is None
    assert signed_in(cast.officer).get(f"{V1}/milestones/MST-974/").json()["agreement"] == "AGR-902"


CANARY = "Irel"  # the other half's name, which stands in everything that is theirs
LISTS = (
    "organisations",
    "agreements",
    "projects",
    "milestones",
    "targets",
    "measurements",
    "evidence",
    "reports",
)


@pytest.mark.parametrize("name", LISTS)
def test_nothing_of_the_other_half_is_in_our_answers(name: str, scene: Scene, signed_in: SignIn):
    cast = scene.cast
    hidden = {keys["other"] for keys in scene.keys.values() if isinstance(keys["other"], str)}
    hidden -= {keys["own"] for keys in scene.keys.values() if isinstance(keys["own"], str)}
    for reader in (cast.our_lead, cast.our_viewer, cast.scoped_auditor):
        text = json.dumps(results(signed_in(reader), f"/{name}/"))
        assert not [word for word in (CANARY, *hidden) if word in text]


@pytest.mark.parametrize(
    "address",
    [
        "/projects/?agreement={}", "/projects/?lead={}", "/projects/?parent={}", "/milestones/?project={}",
        "/milestones/?agreement={}", "/agreements/?party={}", "/targets/?project={}", "/measurements/?target={}",
        "/evidence/?milestone={}",
    ],
)  # fmt: skip
def test_a_filter_tells_nothing_about_what_one_does_not_see(address: str, scene: Scene, signed_in: SignIn):
    kind = {"lead": "organisation", "party": "organisation", "parent": "project", "milestone": "planned"}
    name = address.split("?")[1].split("=")[0]
    theirs = scene.key(kind.get(name, name), "other")
    client = signed_in(scene.cast.our_lead)
    other, missing = (client.get(V1 + address.format(key)) for key in (theirs, "XXX-999"))
    assert (other.status_code, missing.status_code) == (400, 400)
    assert other.content.replace(theirs.encode(), b"XXX-999") == missing.content


# --- the day that is asked for ---


def test_figures_are_those_of_the_day_asked_for(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    today = client.get(f"{V1}/projects/PRJ-901/").json()["progress"]
    before = client.get(f"{V1}/projects/PRJ-901/?as_of=2026-05-31").json()["progress"]
    assert (today["as_of"], today["open"], today["overdue"]) == ("2026-06-15", 1, 1)
    assert (before["as_of"], before["open"], before["overdue"]) == ("2026-05-31", 1, 0)


def test_a_milestone_stands_where_it_stood_on_the_day(cast: Cast, signed_in: SignIn):
    cast.our_milestone.revise(
        by=acting(cast.manager), new_on=dt.date(2026, 12, 31), reason_code="funds", narrative="Late."
    )
    client = signed_in(cast.our_viewer)
    now = client.get(f"{V1}/milestones/MST-901/").json()["standing"]
    then = client.get(f"{V1}/milestones/MST-901/?as_of=2026-06-14").json()["standing"]
    assert (now["due_on"], now["overdue_days"], now["slip_days"]) == ("2026-12-31", 0, 214)
    assert (then["due_on"], then["overdue_days"], then["slip_days"]) == ("2026-05-31", 14, None)


@pytest.mark.parametrize(
    "day",
    ["yesterday", "2026-02-30", "20260601", "2026-W23-1", "1066-10-14", "9999-12-31", "2026-06-01T00:00"],
)
@pytest.mark.parametrize("address", ["/projects/", "/projects/PRJ-901/", "/milestones/", "/targets/"])
def test_a_day_that_is_none_is_refused(address: str, day: str, cast: Cast, signed_in: SignIn):
    response = signed_in(cast.officer).get(f"{V1}{address}?as_of={day}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["as_of"]


def test_an_agreement_tells_its_class_with_the_ten_answers(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    alone = client.get(f"{V1}/agreements/AGR-901/").json()["working"]
    listed = {row["reference"]: row["working"] for row in results(client, "/agreements/")}
    assert alone == listed["AGR-901"]
    assert (alone["as_of"], alone["standing"], alone["score"]) == ("2026-06-15", "symbolic", 2)
    assert [it["question"] for it in alone["answers"] if it["is_yes"]] == ["project", "milestone"]
    assert len(alone["answers"]) == 10
    earlier = client.get(f"{V1}/agreements/AGR-901/?as_of=2026-01-01").json()["working"]
    assert (earlier["as_of"], len(earlier["answers"])) == ("2026-01-01", 10)


def test_a_target_tells_claimed_and_verified_apart(scene: Scene, signed_in: SignIn):
    values = signed_in(scene.cast.our_lead).get(f"{V1}/targets/TGT-901/").json()["values"]
    assert (values["target_value"], values["claimed_value"], values["claimed_achievement"]) == (
        "100",
        "10",
        "10.00",
    )
    assert (values["verified_value"], values["verified_achievement"]) == (None, None)


# --- lists ---


def test_lists_are_filtered_as_the_pages_are(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.officer)
    assert references(client, "/milestones/?status=claimed") == ["MST-903", "MST-904"]
    assert references(client, "/milestones/?project=PRJ-901") == ["MST-901", "MST-903"]
    assert references(client, "/milestones/?overdue=true") == ["MST-901", "MST-902"]
    assert references(client, "/milestones/?state=achieved") == ["MST-903", "MST-904"]
    assert references(client, "/projects/?q=902") == ["PRJ-902"]
    on_paper = ["AGR-903", "AGR-904", "AGR-905", "AGR-906"]
    assert references(client, "/agreements/?paper_only=true") == on_paper
    assert references(client, "/agreements/?standing=delivering") == []
    assert "AGR-901" in references(client, "/agreements/?standing=defined")
    assert references(client, "/organisations/?kind=cpse") == ["INS-902"]
    assert references(client, "/reliance/?mineral=MIN-901") == ["REL-901"]
    assert [row["target"] for row in results(client, "/measurements/?target=TGT-902")] == ["TGT-902"]
    assert [row["milestone"] for row in results(client, "/evidence/?milestone=MST-904")] == ["MST-904"]


@pytest.mark.parametrize(
    "wrong", ["statuss=claimed", "status=burnt", "overdue_=true", "sort=title", "due_from=soon"]
)
def test_a_filter_that_is_spelled_wrongly_does_not_answer_with_everything(
    wrong: str, cast: Cast, signed_in: SignIn
):
    response = signed_in(cast.officer).get(f"{V1}/milestones/?{wrong}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [wrong.split("=")[0]]


def test_pages_are_of_fifty_and_of_a_hundred_at_most(cast: Cast, signed_in: SignIn):
    for number in range(101):
        audit.create(
            Mineral(reference=f"MIN-{number:03d}", name=f"Mineral {number}"), by=system(), action="test.setup"
        )
    client = signed_in(cast.officer)
    assert len(results(client, "/minerals/")) == 50
    assert len(results(client, "/minerals/?page_size=1000")) == 100
    assert references(client, "/minerals/?page=3") == ["MIN-100"]
    assert client.get(f"{V1}/minerals/?page=4").status_code == 400


def test_cursors_neither_skip_nor_repeat_while_rows_are_added(cast: Cast, signed_in: SignIn):
    for number in range(910, 915):
        milestone(f"MST-{number}", cast.our_project)
    client = signed_in(cast.officer)
    page = client.get(f"{V1}/milestones/?page_size=3").json()
    found = [row["reference"] for row in page["results"]]
    milestone("MST-900", cast.our_project)  # sorts first by name, and was recorded last
    while page["next"]:
        page = client.get(page["next"]).json()
        found += [row["reference"] for row in page["results"]]
    assert found == ["MST-901", "MST-902", *(f"MST-{number}" for number in range(910, 915)), "MST-900"]
    assert [row["reference"] for row in client.get(page["previous"]).json()["results"]] == found[3:6]


@pytest.mark.parametrize("cursor", ["nonsense", "cD1ub25zZW5zZQ==", "cj0xJnA9MjAyNi0wMS0wMQ=="])
def test_a_cursor_that_somebody_made_up_is_refused(cursor: str, cast: Cast, signed_in: SignIn):
    response = signed_in(cast.officer).get(f"{V1}/milestones/?cursor={cursor}")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


def test_cursors_run_against_the_order_of_recording_too_without_loss_or_repetition(
    cast: Cast, signed_in: SignIn
):
    for number in range(910, 914):
        milestone(f"MST-{number}", cast.our_project)
    client = signed_in(cast.officer)
    page = client.get(f"{V1}/milestones/?sort=-recorded&page_size=2").json()
    found = [row["reference"] for row in page["results"]]
    milestone("MST-999", cast.our_project)  # the latest, ahead of all that is still to come
    while page["next"]:
        page = client.get(page["next"]).json()
        found += [row["reference"] for row in page["results"]]
    assert found == ["MST-913", "MST-912", "MST-911", "MST-910", "MST-902", "MST-901"]


def test_only_the_fields_that_were_asked_for_are_answered(scene: Scene, signed_in: SignIn):
    client = signed_in(scene.cast.officer)
    assert results(client, "/milestones/?fields=reference,status&project=PRJ-901")[0] == {
        "reference": "MST-901",
        "status": "planned",
    }
    whole = client.get(f"{V1}/projects/PRJ-901/")
    sparse = client.get(f"{V1}/projects/PRJ-901/?fields=name")
    assert sparse.json() == {"name": "Project PRJ-901"}
    # What If-Match compares does not hang on the fields.
    assert sparse["ETag"].partition(".")[0] == whole["ETag"].partition(".")[0]
    for wrong in ("name,password", ""):
        response = client.get(f"{V1}/projects/PRJ-901/?fields={wrong}")
        assert response.status_code == 400
        assert "cost_crore" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("address", "field", "told"),
    [
        ("projects/?stat=S1", "stat", "stage"),
        ("projects/PRJ-901/?stage=S1", "stage", "as_of"),
        ("minerals/?as_of=2026-06-01", "as_of", "page_size"),
        ("milestones/MST-901/history/?from=2026-06-01", "from", "cursor"),
        ("overview/?asof=2026-06-01", "asof", "as_of"),
        ("auth/tokens/?name=x", "name", "page"),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_names_of_the_known(
    address: str, field: str, told: str, cast: Cast, signed_in: SignIn
):
    response = signed_in(cast.officer).get(f"{V1}/{address}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["field"], error["code"]) == (field, "unknown")
    assert told in error["detail"]


def test_a_search_is_bounded_and_a_parameter_is_given_once(cast: Cast, signed_in: SignIn):
    client = signed_in(cast.officer)
    assert client.get(f"{V1}/projects/?q={'a+' * 11}").status_code == 400
    assert client.get(f"{V1}/projects/?q={'a' * 201}").status_code == 400
    response = client.get(f"{V1}/projects/?stage=S1&stage=S2")
    assert response.json()["errors"][0]["code"] == "repeated"


def test_reference_data_is_found_by_its_hindi_and_sorted_with_a_unique_last_key(
    cast: Cast, signed_in: SignIn
):
    for reference, name in (("MIN-903", "Lithium"), ("MIN-901", "Lithium"), ("MIN-902", "Cobalt")):
        audit.create(Mineral(reference=reference, name=name), by=system(), action="test.setup")
    client = signed_in(cast.our_viewer)
    assert references(client, f"/minerals/?q={said_in_hindi('Lithium')}") == ["MIN-901", "MIN-903"]
    assert references(client, "/minerals/?sort=-name") == ["MIN-901", "MIN-903", "MIN-902"]


def said_in_hindi(text: str) -> str:
    return hindi()[text][:5]


# --- shapes ---


def test_unknown_is_null_and_never_zero(cast: Cast, signed_in: SignIn):
    seen = signed_in(cast.officer).get(f"{V1}/projects/PRJ-901/").json()
    assert [seen[name] for name in ("cost_crore", "capacity_value", "trl_claimed", "trl_verified")] == [
        None
    ] * 4


def test_quantities_are_exact_decimals(cast: Cast, signed_in: SignIn):
    row = Project.objects.get(pk=cast.our_project.pk)
    changes = {"capacity_value": "1200.5000", "capacity_unit": "t/a", "cost_crore": "16300"}
    audit.change(row, by=system(), action="test.setup", changes=changes)
    seen = signed_in(cast.officer).get(f"{V1}/projects/PRJ-901/").json()
    assert (seen["capacity_value"], seen["cost_crore"]) == ("1200.5", "16300.00")


def test_a_mineral_tells_its_lists(cast: Cast, signed_in: SignIn):
    row = audit.create(Mineral(reference="MIN-902", name="Lithium"), by=system(), action="test.setup")
    listing = MineralListing(mineral=row, official_list="mmdr_part_d", listed_from=dt.date(2023, 8, 17))
    audit.create(listing, by=system(), action="test.setup")
    seen = signed_in(cast.our_viewer).get(f"{V1}/minerals/MIN-902/").json()
    assert seen["listings"] == [
        {"official_list": "mmdr_part_d", "listed_from": "2023-08-17", "listed_to": None}
    ]


def test_steps_are_offered_to_those_who_may_take_them(scene: Scene, signed_in: SignIn):
    def steps(user: Any, reference: str) -> list[str]:
        return signed_in(user).get(f"{V1}/milestones/{reference}/").json()["steps"]

    cast = scene.cast
    assert steps(cast.our_lead, "MST-901") == ["claim"]
    assert steps(cast.officer, "MST-903") == ["verify", "return"]
    assert steps(cast.manager, "MST-901") == ["claim", "revise", "cancel"]
    assert steps(cast.our_viewer, "MST-901") == steps(cast.auditor, "MST-901") == []


def test_the_history_tells_who_did_what_in_which_role(scene: Scene, signed_in: SignIn):
    events = results(signed_in(scene.cast.scoped_auditor), "/milestones/MST-903/history/")
    assert [event["action"] for event in events] == ["test.setup", "milestone.claim"]
    assert (events[1]["by"], events[1]["username"], events[1]["role"]) == (
        "Post our_lead",
        "our_lead",
        "lead",
    )
    assert events[1]["before"]["status"] == "planned"
    assert events[1]["after"]["status"] == "claimed"


def test_me_tells_the_roles_of_today(cast: Cast, signed_in: SignIn):
    me = signed_in(cast.our_lead).get(f"{V1}/me/").json()
    assert (me["username"], me["name"], me["post"]) == ("our_lead", "Our Lead", "Post our_lead")
    assert [(role["role"], role["organisation"]["reference"]) for role in me["roles"]] == [
        ("lead", "INS-901")
    ]
    assert me["may"] == [
        "actionpoint.done",
        "clearance.record",
        "dutydone.claim",
        "evidence.add",
        "feed.claim",
        "finding.answer",
        "fundline.claim",
        "knowhowitem.accept",
        "measurement.claim",
        "milestone.claim",
        "readiness.claim",
        "replicationrun.claim",
        "training.claim",
        "transfer.record",
        "transferstep.claim",
        "webhook.keep",
    ]
    assert signed_in(cast.nobody).get(f"{V1}/me/").json()["roles"] == []


# --- the front page ---


def test_the_overview_counts_what_the_caller_sees_on_the_day_asked_for(cast: Cast, signed_in: SignIn):
    for who in ("officer", "our_lead"):
        client = signed_in(cast.people[who])
        found = client.get(f"{V1}/overview/").json()
        for name in ("agreements", "projects", "milestones"):
            listed = client.get(f"{V1}/{name}/").json()["results"]
            assert found[name]["total"] == len(listed), (who, name)
    states = found["milestones"]
    parts = ("achieved", "open", "undated", "recorded_after", "cancelled")
    assert sum(states[part] for part in parts) == states["total"] == 1
    assert states["overdue"] == 1
    before = client.get(f"{V1}/overview/?as_of=2026-05-31").json()
    assert (before["as_of"], before["milestones"]["overdue"]) == ("2026-05-31", 0)
    assert found["money"]["funds"][0] == {"kind": "sanctioned", "claimed": None, "verified": None}
    assert client.get(f"{V1}/overview/?as_of=soon").status_code == 400
