"""The agreement report: what was signed, what followed, and nothing that one of the parties may not see."""

import copy
import datetime as dt
import json

import pytest
from django.db import transaction

from projects import agreeing
from projects.choices import AgreementStatus, Role
from projects.models import Agreement, Amendment, Duty, DutyDone, FundLine, audit
from projects.progress.working import Question
from reports import checks, document, figures, ordering
from reports.checks import records as rechecked
from reports.choices import Language, ReportKind
from tests import folders
from tests.cast import acting, agreement, milestone, person, project
from tests.cast import document as letter
from tests.projects import results
from tests.reports import canaries, examples, orders, printing
from tests.reports.records import DAYS, NOW, pdftotext

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
# What is made once for all tests here is made by one worker.
pytestmark = [pytest.mark.engine("sqlite"), pytest.mark.xdist_group("agreement reports")]

MARCH, _june, SEPTEMBER = DAYS


def made(row, by, as_of, now=NOW):
    """Return the snapshot of a report on the agreement as the engine would freeze it, and what the records say against it."""
    report = ordering.order(kind=ReportKind.AGREEMENT, agreement=row, as_of=as_of, by=by, now=now)
    snapshot = json.loads(audit.canonical(figures.snapshot(report, by=by, now=now)))
    return snapshot, rechecked.failures(snapshot, by=by) + checks.failures(snapshot)


@pytest.fixture(scope="module")
def recorded(django_db_setup, django_db_blocker):
    """The reports on all agreements of the public records, at two days."""
    found = {}
    with django_db_blocker.unblock(), transaction.atomic():
        folders.shipped()
        by = acting(person("owner", Role.ADMINISTRATOR), NOW.date())
        for row in Agreement.objects.all():
            found[row.reference] = made(row, by, MARCH)
            if row.projects.exists():
                found[row.reference, SEPTEMBER] = made(row, by, SEPTEMBER)
        transaction.set_rollback(True)
    return found


def rungs(snapshot):
    return {row["rung"]: row for row in snapshot["ladder"]["rungs"]}


@pytest.mark.django_db
def test_every_report_on_the_public_agreements_agrees_with_itself_and_with_the_records(recorded):
    assert len(recorded) == 38 + 10
    assert {name: failures for name, (_snapshot, failures) in recorded.items() if failures} == {}


@pytest.mark.django_db
def test_the_first_case_is_on_paper_only(recorded):
    snapshot, _none = recorded["AGR-001"]
    assert snapshot["agreement"]["paper_only"] is True
    assert (snapshot["agreement"]["days"], snapshot["ladder"]["reached"]) == (36, 1)
    assert [row["reference"] for row in snapshot["parties"]] == ["INS-008", "INS-010"]
    assert snapshot["projects"]["total"] == snapshot["targets"]["total"] == 0


@pytest.mark.django_db
def test_a_project_of_one_party_alone_is_counted_and_not_named(recorded):
    """PRJ-020, the plant at Divitipally, is Altmin's alone; ARCI is a party and takes no part in it."""
    snapshot, _none = recorded["AGR-034"]
    assert [row["reference"] for row in snapshot["projects"]["rows"]] == ["PRJ-019"]
    assert (snapshot["agreement"]["projects"], snapshot["projects"]["withheld"]) == (2, 1)
    for hidden in ("PRJ-020", "Divitipally", "MST-072", "MST-073"):
        assert hidden not in json.dumps(snapshot)


def test_the_example_of_the_documentation_is_sound():
    assert checks.failures(examples.agreement()) == []


# --- who reads it ---


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_no_word_of_what_one_party_does_alone_is_in_the_report(cast, language):
    shared = agreement("AGR-910", cast.texmin, cast.irel)
    project("PRJ-910", cast.texmin, cast.irel, agreement=shared)
    canaries.records(920, cast.irel, cast.officer, agreement=shared)
    canaries.records(930, cast.irel, cast.officer, partners=[cast.texmin])
    snapshot, failures = made(shared, acting(cast.officer), orders.NOW.date(), orders.NOW)
    assert failures == []
    assert [row["reference"] for row in snapshot["projects"]["rows"]] == ["PRJ-910"]
    html, _assets = document.html(snapshot, language)
    assert canaries.WORD not in json.dumps(snapshot) + html


@pytest.mark.django_db
def test_an_agreement_that_a_milestone_names_is_left_out_where_not_all_are_parties(cast):
    closed = agreement("AGR-910", cast.irel)
    shared = agreement("AGR-911", cast.texmin, cast.irel)
    inside = canaries.records(920, cast.texmin, cast.officer, agreement=closed, partners=[cast.irel])
    audit.change(inside, by=acting(cast.officer), action="test.setup", changes={"agreement": shared})
    snapshot, failures = made(shared, acting(cast.officer), orders.NOW.date(), orders.NOW)
    assert failures == []
    assert {row["reference"]: row["agreement"] for row in snapshot["milestones"]["rows"]} == {
        "MST-920": None,
        "MST-921": None,
    }
    assert "AGR-910" not in json.dumps(snapshot)


@pytest.mark.django_db
def test_a_record_left_out_or_too_much_is_missed(cast):
    """Counts and rows may agree with each other and be wrong together: who takes part in what is read anew."""
    shared = agreement("AGR-910", cast.texmin, cast.irel)
    inside = project("PRJ-910", cast.texmin, cast.irel, agreement=shared)
    by = acting(cast.officer)
    snapshot, failures = made(shared, by, orders.NOW.date(), orders.NOW)
    assert failures == []
    milestone("MST-910", inside)
    project("PRJ-911", cast.texmin, agreement=shared)
    lines = [str(failure) for failure in rechecked.failures(snapshot, by=by)]
    assert lines == [
        "agreement.projects is 1, but must be 2",
        "milestones.rows is [], but must be ['MST-910']",
    ]
    with audit.open_door():
        inside.partners.clear()
    (line, *_others) = [str(it) for it in rechecked.failures(snapshot, by=by) if it.figure == "projects.rows"]
    assert line == "projects.rows is ['PRJ-910'], but must be []"


# --- what is checked ---


def wrong(snapshot, change):
    found = copy.deepcopy(snapshot)
    change(found)
    return [str(failure) for failure in checks.failures(found)]


CHANGES = {
    "a rung that no record bears out": (
        lambda it: rungs(it)["funded"].update(standing="reached"),
        "ladder.funded.standing",
    ),
    "a rung taken back": (
        lambda it: rungs(it)["project"].update(standing="no_evidence"),
        "ladder.project.standing",
    ),
    "another day": (
        lambda it: rungs(it)["milestone"]["on"].update(on="2024-12-30"),
        "ladder.milestone.on",
    ),
    "another witness": (
        lambda it: rungs(it)["milestone"]["witness"].update(reference="MST-044"),
        "ladder.milestone.witness",
    ),
    "another name of the witness": (
        lambda it: rungs(it)["milestone"]["witness"].update(title="Mine opened"),
        "ladder.milestone.witness.title",
    ),
    "a rung left out": (lambda it: it["ladder"]["rungs"].pop(), "ladder.rungs"),
    "one reached too many": (lambda it: it["ladder"].update(reached=9), "ladder.reached"),
    "paper only in spite of a project": (
        lambda it: it["agreement"].update(paper_only=True),
        "agreement.paper_only: nothing followed",
    ),
    "a pilot that is none": (lambda it: it["agreement"].update(has_pilot=True), "agreement.has_pilot"),
    "a project less": (lambda it: it["agreement"].update(projects=0), "projects.withheld"),
    "a project held back that is not": (lambda it: it["projects"].update(withheld=1), "projects.withheld"),
    "days since signing": (lambda it: it["agreement"].update(days=805), "agreement.days"),
    "a party twice": (lambda it: it["parties"].append(it["parties"][0]), "parties: each once"),
    "a milestone of the project not counted": (
        lambda it: it["projects"]["rows"][0]["milestones"].update(verified=1),
        "projects.PRJ-010.milestones.verified",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_report_is_not_issued_and_the_figure_is_named(recorded, name):
    change, figure = CHANGES[name]
    snapshot, _none = recorded["AGR-002"]
    assert any(line.startswith(figure) for line in wrong(snapshot, change))


# --- on paper ---


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ["AGR-001", "AGR-034"])
def test_the_paper_tells_each_rung_with_its_witness(recorded, reference):
    snapshot, _none = recorded[reference]
    paper = pdftotext(printing.render(snapshot))
    named = [row["witness"]["reference"] for row in snapshot["ladder"]["rungs"] if row["witness"]]
    wanted = [*named, *(row["name"] for row in snapshot["parties"]), "no public evidence"]
    assert [text for text in wanted if not printing.holds(paper, text)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_nothing_unknown_is_printed_as_a_word_of_the_program(recorded, language):
    for reference in ("AGR-001", "AGR-002", "AGR-008", "AGR-023", "AGR-034"):
        html, _assets = document.html(recorded[reference][0], language)
        assert "None" not in html.replace("None.", "")


# --- the ten questions ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reference", "score", "standing"), [("AGR-001", 1, "symbolic"), ("AGR-002", 5, "defined")]
)
def test_the_report_answers_the_ten_questions_as_worked_by_hand(recorded, reference, score, standing):
    snapshot, _none = recorded[reference]
    found = snapshot["working"]
    assert (found["score"], found["standing"], found["total"]) == (score, standing, 10)
    paper = pdftotext(printing.render(snapshot))
    for row in found["answers"]:
        assert printing.holds(paper, str(Question(row["question"]).label))


@pytest.fixture
def handed_over(cast):
    """The report on our agreement: both sides committed money, people were trained, the TRL rose after the signature."""
    by, day = acting(cast.our_lead), dt.date(2026, 5, 20)
    confirmed = {"status": "verified", "verified_by": cast.officer, "verified_on": day, "level": 2}
    for on, value in ((dt.date(2026, 1, 1), 4), (dt.date(2026, 5, 1), 5)):
        results.readiness(cast, value=value, assessed_on=on, **confirmed)
    results.training(cast, certified_on=day, **confirmed)
    for contributor in (cast.ministry, cast.texmin):
        FundLine.claim(
            cast.our_project,
            by=by,
            kind="sanctioned",
            source="budget",
            contributor=contributor,
            amount_crore=2,
            dated_on=dt.date(2026, 4, 1),
        )
    return made(cast.our_agreement, acting(cast.officer), orders.NOW.date(), orders.NOW)


@pytest.mark.django_db
def test_money_training_and_readiness_are_answered_by_their_records(handed_over):
    snapshot, failures = handed_over
    assert failures == []
    told = {row["question"]: row for row in snapshot["working"]["answers"]}
    assert {
        name: (row["record"], row["witness"]["reference"]) for name, row in told.items() if row["yes"]
    } == {
        "project": ("project", "PRJ-901"),
        "milestone": ("milestone", "MST-901"),
        "money": ("fundline", "PRJ-901"),
        "moved": ("training", "PRJ-901"),
        "readiness": ("readiness", "PRJ-901"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("question", ["money", "moved", "readiness", "project", "milestone", "achieved"])
@pytest.mark.parametrize("key", ["yes", "on", "witness"])
def test_an_answer_that_is_not_that_of_the_records_is_named(cast, handed_over, question, key):
    snapshot, _none = handed_over
    (row,) = (it for it in snapshot["working"]["answers"] if it["question"] == question)
    row[key] = {"yes": not row["yes"], "on": {"on": "2026-03-01", "precision": "day"}, "witness": None}[key]
    if key == "witness" and question == "achieved":
        row["witness"] = {"kind": "milestone", "reference": "MST-901"}
    lines = [
        str(it) for it in rechecked.failures(snapshot, by=acting(cast.officer)) + checks.failures(snapshot)
    ]
    assert any(line.startswith(f"working.{question}.{key}") for line in lines)


CHANGED = {
    "score": (lambda it: it.update(score=9), "working.score"),
    "class": (lambda it: it.update(standing="delivering"), "working.standing"),
    "total": (lambda it: it.update(total=9), "working.total"),
    "a question left out": (lambda it: it["answers"].pop(), "working.answers"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGED)
def test_score_and_class_follow_from_the_answers(recorded, name):
    change, figure = CHANGED[name]
    snapshot, _none = recorded["AGR-002"]
    assert any(line.startswith(figure) for line in wrong(snapshot, lambda it: change(it["working"])))


# --- the life of the agreement ---


@pytest.fixture
def lived(cast):
    """The report on our agreement: a duty met, one overdue, an amendment that renews, and a suspension."""
    row, by = cast.our_agreement, acting(cast.officer)
    for number, due in enumerate((dt.date(2026, 3, 31), dt.date(2026, 4, 30)), 1):
        Duty.record(row, by=by, party=cast.texmin, text=f"Send part {number}.", due_on=due)
    done = DutyDone.claim(row.duties.get(number=1), by=acting(cast.our_lead), done_on=dt.date(2026, 3, 20))
    done.verify(by=by, level=1)
    Amendment.record(
        row,
        by=by,
        agreed_on=dt.date(2026, 4, 1),
        summary="Prolonged.",
        expires_on=dt.date(2027, 3, 31),
        evidence=[letter()],
    )
    agreeing.take(
        row,
        "suspend",
        by=acting(cast.manager),
        taken_on=dt.date(2026, 5, 1),
        decided_by_post="Joint Secretary",
        reason="Sanctions.",
    )
    return made(row, acting(cast.officer), orders.NOW.date(), orders.NOW)


@pytest.mark.django_db
def test_the_report_tells_the_life_of_the_agreement(lived):
    snapshot, failures = lived
    assert failures == []
    found = snapshot["life"]
    assert (found["status"], found["since"], found["last_day_basis"]) == (
        "suspended",
        "2026-05-01",
        "amended",
    )
    assert [(row["state"], row["verified"]) for row in found["duties"]["rows"]] == [
        ("verified", "2026-03-20"),
        ("overdue", None),
    ]
    paper = pdftotext(printing.render(snapshot))
    for wanted in ("Send part 2.", "Prolonged.", "Sanctions.", "suspended"):
        assert printing.holds(paper, wanted)


WRONG_LIVES = {
    "status": (lambda it: it.update(status="in_force"), "life.status"),
    "day of the step": (lambda it: it["steps"][0].update(on="2026-05-02"), "life.steps[S1].on"),
    "a step left out": (lambda it: it["steps"].clear(), "life.steps"),
    "last day": (lambda it: it["last_day"].update(on="2027-04-01"), "life.last_day.on"),
    "days left": (lambda it: it.update(expires_in_days=1), "life.expires_in_days"),
    "an amendment left out": (lambda it: it["amendments"].clear(), "life.amendments"),
    "a duty left out": (lambda it: it["duties"]["rows"].pop(), "life.duties"),
    "state of a duty": (lambda it: it["duties"]["rows"][1].update(state="open"), "life.duties.D2.state"),
    "days overdue": (
        lambda it: it["duties"]["rows"][1].update(overdue_days=1),
        "life.duties.D2.overdue_days",
    ),
    "a duty met that is not": (
        lambda it: it["duties"]["rows"][1].update(claimed="2026-05-01"),
        "life.duties.rows[D2].claimed",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", WRONG_LIVES)
def test_a_life_that_is_not_that_of_the_records_is_named(cast, lived, name):
    change, figure = WRONG_LIVES[name]
    snapshot, _none = lived
    change(snapshot["life"])
    found = rechecked.failures(snapshot, by=acting(cast.officer)) + checks.failures(snapshot)
    assert any(str(failure).startswith(figure) for failure in found)


@pytest.mark.django_db
def test_both_readings_of_the_report_follow_a_correction_over_several_steps_and_to_a_later_day(cast):
    row, by, lead = cast.our_agreement, acting(cast.officer), acting(cast.our_lead)
    for number in (1, 2):
        Duty.record(row, by=by, party=cast.texmin, text=f"Send part {number}.", due_on=dt.date(2026, 6, 3))
    moved, chained = row.duties.order_by("number")
    first = DutyDone.claim(moved, by=lead, done_on=dt.date(2026, 6, 1))
    DutyDone.claim(moved, by=lead, done_on=dt.date(2026, 6, 10), supersedes=first)
    first = DutyDone.claim(chained, by=lead, done_on=dt.date(2026, 6, 4))
    second = DutyDone.claim(chained, by=lead, done_on=dt.date(2026, 6, 3), supersedes=first)
    second.return_(by=by, reason="Another letter.")
    DutyDone.claim(chained, by=lead, done_on=dt.date(2026, 6, 2), supersedes=second)
    snapshot, failures = made(row, by, dt.date(2026, 6, 5))
    assert failures == []
    assert [(it["state"], it["claimed"]) for it in snapshot["life"]["duties"]["rows"]] == [
        ("overdue", None),
        ("claimed", "2026-06-02"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "expires_on", "told"),
    [
        (AgreementStatus.ANNOUNCED, dt.date(2026, 1, 31), "announced"),
        (AgreementStatus.EXPIRED, None, "expired"),
        (AgreementStatus.SIGNED, dt.date(2026, 1, 31), "expired"),
    ],
)
def test_what_was_recorded_as_expired_or_only_announced_is_reported_so(cast, status, expires_on, told):
    row = agreement("AGR-921", cast.texmin, status=status, expires_on=expires_on)
    snapshot, failures = made(row, acting(cast.officer), orders.NOW.date(), orders.NOW)
    assert (snapshot["life"]["status"], failures) == (told, [])


@pytest.mark.django_db
def test_an_agreement_that_came_in_force_and_was_suspended_took_effect_in_both_readings(cast):
    row = agreement("AGR-921", cast.texmin, status=AgreementStatus.IN_FORCE)
    step = {"decided_by_post": "Joint Secretary", "reason": "Sanctions."}
    agreeing.take(row, "suspend", by=acting(cast.manager), taken_on=dt.date(2026, 5, 1), **step)
    snapshot, failures = made(row, acting(cast.officer), orders.NOW.date(), orders.NOW)
    assert (rungs(snapshot)["effective"]["standing"], failures) == ("reached", [])


@pytest.mark.django_db
def test_a_renewed_agreement_that_was_recorded_as_expired_agrees_with_the_records_on_every_day(cast):
    row, by = agreement("AGR-911", cast.texmin, status="expired"), acting(cast.officer)
    agreed, until = dt.date(2026, 3, 10), dt.date(2026, 5, 31)
    Amendment.record(row, by=by, agreed_on=agreed, summary="Renewed.", expires_on=until, evidence=[letter()])
    found = {}
    for on in (dt.date(2026, 3, 9), agreed, dt.date(2026, 6, 1)):
        snapshot, failures = made(row, by, on, orders.NOW)
        assert failures == []
        found[on] = (snapshot["life"]["status"], snapshot["life"]["since"])
    assert list(found.values()) == [
        ("expired", None),
        ("in_force", "2026-03-10"),
        ("expired", "2026-05-31"),
    ]
