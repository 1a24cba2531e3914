"""The partner report: exactly what the members of one organisation may see, and what is asked of it."""

import copy
import datetime as dt
import json
from decimal import Decimal

import pytest
from django.db import transaction

from projects import archive
from projects.choices import Role, Visibility
from projects.models import Evidence, Measurement, Organisation, Target, audit
from reports import checks, document, figures, ordering
from reports.checks import records as rechecked
from reports.choices import Language, ReportKind
from tests import folders
from tests.cast import acting, milestone, organisation, person, project
from tests.reports import canaries, examples, orders, printing
from tests.reports.records import DAYS, NOW, pdftotext

# What is worked out from a snapshot does not hang on the engine; test_records.py asks both.
# What is made once for all tests here is made by one worker.
pytestmark = [pytest.mark.engine("sqlite"), pytest.mark.xdist_group("partner reports")]

MARCH = DAYS[0]
ON_PAPER = ("INS-007", "INS-008", "INS-032")


def made(subject, by, as_of, now=NOW):
    """Return the snapshot of a report on the organisation as the engine would freeze it, and what speaks against it."""
    report = ordering.order(kind=ReportKind.PARTNER, organisation=subject, as_of=as_of, by=by, now=now)
    snapshot = json.loads(audit.canonical(figures.snapshot(report, by=by, now=now)))
    return snapshot, rechecked.failures(snapshot, by=by) + checks.failures(snapshot)


@pytest.fixture(scope="module")
def recorded(django_db_setup, django_db_blocker):
    """The reports on all organisations of the public records on 31 March 2026."""
    with django_db_blocker.unblock(), transaction.atomic():
        folders.shipped()
        by = acting(person("owner", Role.ADMINISTRATOR), NOW.date())
        found = {row.reference: made(row, by, MARCH) for row in Organisation.objects.all()}
        transaction.set_rollback(True)
    return found


def today(subject, cast):
    return made(subject, acting(cast.officer), orders.NOW.date(), orders.NOW)


@pytest.mark.django_db
def test_every_report_on_the_public_organisations_agrees_with_itself_and_with_the_records(recorded):
    assert len(recorded) == 66
    assert {name: failures for name, (_snapshot, failures) in recorded.items() if failures} == {}


@pytest.mark.django_db
def test_the_figures_are_those_of_the_public_records(recorded):
    """Altmin leads PRJ-019 and PRJ-020; its 3 GW plant was due on 31 December 2025."""
    snapshot, _none = recorded["INS-032"]
    assert [row["reference"] for row in snapshot["projects"]["rows"]] == ["PRJ-019", "PRJ-020"]
    assert snapshot["asked"]["overdue"] == ["MST-072"]
    assert snapshot["milestones"]["overdue"]["rows"][0]["overdue_days"] == 90
    assert [row["reference"] for row in snapshot["agreements"]["rows"]] == ["AGR-034", "AGR-035"]


@pytest.mark.django_db
def test_money_inside_a_programme_of_others_is_left_out_without_naming_it(recorded):
    """What JNARDDC has a part in, 1,500 crore and 3 crore, lies inside the mission's outlay (rule R10)."""
    snapshot, _none = recorded["INS-042"]
    money = snapshot["money"]
    assert {row["reference"]: (row["crore"], row["counted"], row["inside"]) for row in money["rows"]} == {
        "PRJ-002": ("1500.00", False, None),
        "PRJ-026": ("3.00", False, None),
    }
    assert (money["plain_sum"], money["left_out_sum"], money["total"]) == ("1503.00", "1503.00", None)


def test_the_example_of_the_documentation_is_sound():
    assert checks.failures(examples.partner()) == []


# --- who reads it ---


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_no_word_of_another_partners_records_is_in_the_report(cast, language):
    hidden = canaries.records(920, cast.irel, cast.officer)
    child = project("PRJ-930", cast.texmin, parent=hidden, cost_crore=Decimal("3.00"))
    milestone("MST-930", child, agreement=hidden.agreement)
    snapshot, failures = today(cast.texmin, cast)
    assert failures == []
    (row,) = [row for row in snapshot["projects"]["rows"] if row["reference"] == "PRJ-930"]
    assert (row["parent"], row["cost"]["counted"]) == (None, False)
    assert {row["agreement"] for row in snapshot["milestones"]["rows"]} == {None}
    html, _assets = document.html(snapshot, language)
    everything = json.dumps(snapshot) + html
    for word in (canaries.WORD, "PRJ-920", "MST-920", "TGT-920", "AGR-920", "12.34"):
        assert word not in everything


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_the_same_words_are_in_the_report_of_the_one_they_belong_to(cast, language):
    """Or else the test above would prove nothing."""
    canaries.records(920, cast.irel, cast.officer)
    snapshot, failures = today(cast.irel, cast)
    assert failures == []
    html, _assets = document.html(snapshot, language)
    for what in ("project", "moved", "returned", "reason", "narrative", "target", "agreement"):
        assert f"{canaries.WORD} {what}" in html, what
    assert f"{canaries.WORD}.pdf" in html


@pytest.mark.django_db
def test_internal_evidence_stays_out(cast):
    for name, visibility in (("minutes.pdf", Visibility.INTERNAL), ("photo.jpg", Visibility.PARTNER)):
        file = archive.store([name.encode()], name=name)
        Evidence.add(file, by=acting(cast.officer), milestone=cast.our_milestone, visibility=visibility)
    snapshot, failures = today(cast.texmin, cast)
    assert failures == []
    assert [row["name"] for row in snapshot["evidence"]] == ["photo.jpg"]


@pytest.mark.django_db
def test_a_record_left_out_or_too_much_is_missed(cast):
    """Counts and rows may agree with each other and be wrong together: who takes part in what is read anew."""
    snapshot, failures = today(cast.texmin, cast)
    assert failures == []
    shared = project("PRJ-910", cast.irel, cast.texmin)
    milestone("MST-910", shared)
    lines = [str(failure) for failure in rechecked.failures(snapshot, by=acting(cast.officer))]
    assert lines == [
        "projects.rows is ['PRJ-901'], but must be ['PRJ-901', 'PRJ-910']",
        "milestones.rows is ['MST-901'], but must be ['MST-901', 'MST-910']",
    ]
    snapshot, failures = today(cast.texmin, cast)
    assert failures == []
    with audit.open_door():
        shared.partners.clear()
    (line, *_others) = [str(it) for it in rechecked.failures(snapshot, by=acting(cast.officer))]
    assert line == "projects.rows is ['PRJ-901', 'PRJ-910'], but must be ['PRJ-901']"


# --- what is asked ---


@pytest.fixture
def busy(cast):
    """Texmin with a claim returned and one waiting, of a milestone and of a value each, and a file."""
    by, officer = acting(cast.our_lead), acting(cast.officer)
    canaries.records(920, cast.texmin, cast.officer)
    waiting = milestone("MST-910", cast.our_project, title="Furnace lit")
    waiting.claim(by=by, actual_on=dt.date(2026, 6, 1))
    for number, reference in enumerate(("TGT-920", "TGT-921")):
        aim = Target.objects.filter(reference=reference).first() or _second_target(cast)
        value = Measurement.claim(aim, by=by, value=Decimal(8 + number), period_end=dt.date(2026, 6, 1))
        if number:
            value.return_(by=officer, reason="Which lot?")
    return today(cast.texmin, cast)


def _second_target(cast):
    canaries._target(921, cast.our_project, cast.officer)
    return Target.objects.get(reference="TGT-921")


@pytest.mark.django_db
def test_what_is_asked_stands_together(busy):
    snapshot, failures = busy
    assert failures == []
    asked = snapshot["asked"]
    assert asked["overdue"] == ["MST-901", "MST-921"]
    assert asked["due"] == ["MST-920"]
    assert asked["returned"]["milestones"] == [{"reference": "MST-921", "reason": f"{canaries.WORD} reason"}]
    assert asked["returned"]["values"] == [
        {
            "reference": "TGT-921",
            "returned": {"value": "9", "on": "2026-06-01", "reason": "Which lot?"},
        }
    ]
    assert asked["waiting"] == {"milestones": ["MST-910"], "targets": ["TGT-920", "TGT-921"]}


CHANGES = {
    "an overdue one not asked for": (lambda it: it["asked"]["overdue"].clear(), "asked.overdue"),
    "one due left out": (lambda it: it["asked"]["due"].clear(), "asked.due"),
    "another last day": (lambda it: it["asked"].update(until="2026-09-16"), "asked.until"),
    "a return kept back": (
        lambda it: it["asked"]["returned"]["milestones"].clear(),
        "asked.returned.milestones",
    ),
    "a claim that does not wait": (
        lambda it: it["asked"]["waiting"]["milestones"].clear(),
        "asked.waiting.milestones",
    ),
    "a value that does not wait": (
        lambda it: it["asked"]["waiting"]["targets"].pop(),
        "asked.waiting.targets",
    ),
    "an agreement with a project that has none": (
        lambda it: it["agreements"]["rows"][0].update(has_project=False),
        "agreements.with_project",
    ),
    "an agreement more": (lambda it: it["agreements"].update(total=7), "agreements.total"),
    "money counted twice": (lambda it: it["money"].update(total="24.68"), "money.total"),
    "a project's milestone not counted": (
        lambda it: it["projects"]["rows"][0]["milestones"].update(open=0),
        "projects.PRJ-901.milestones.open",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_report_is_not_issued_and_the_figure_is_named(busy, name):
    change, figure = CHANGES[name]
    found = copy.deepcopy(busy[0])
    change(found)
    lines = [str(failure) for failure in checks.failures(found)]
    assert any(line.startswith(figure) for line in lines), lines


@pytest.mark.django_db
def test_the_value_and_the_reason_of_a_return_are_read_again_from_the_record(busy, cast):
    for key, other in (("value", "10"), ("on", "2026-06-02"), ("reason", "None.")):
        found = copy.deepcopy(busy[0])
        found["asked"]["returned"]["values"][0]["returned"][key] = other
        (failure,) = rechecked.failures(found, by=acting(cast.officer))
        assert failure.figure == "asked.returned.values[TGT-921].returned"


@pytest.mark.django_db
def test_the_paper_tells_what_is_asked_with_the_reason(busy):
    paper = pdftotext(printing.render(busy[0]))
    wanted = ["Which lot?", f"{canaries.WORD} reason", "MST-901", "MST-920", "Furnace lit", "Post our_lead"]
    assert [text for text in wanted if not printing.holds(paper, text)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ON_PAPER)
def test_nothing_unknown_is_printed_as_a_word_of_the_program(recorded, reference):
    for language in Language.values:
        html, _assets = document.html(recorded[reference][0], language)
        assert "None" not in html.replace("None.", "")


@pytest.mark.django_db
def test_one_who_takes_part_in_nothing_gets_a_report_that_says_so(cast):
    snapshot, failures = today(organisation("INS-919", "Third"), cast)
    assert failures == []
    assert snapshot["projects"]["total"] == snapshot["milestones"]["total"] == 0
    assert "takes part in none" in document.html(snapshot, Language.ENGLISH)[0]
