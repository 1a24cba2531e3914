"""What every page keeps: escaped text, no inline script or style, labelled controls, one heading."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.template.loader import get_template

from projects import noticing
from projects.models import (
    ActionPoint,
    Finding,
    KnowHowItem,
    Measurement,
    Readiness,
    ReplicationRun,
    ReviewMeeting,
    Training,
    TransferStep,
    audit,
)
from tests.api.scene import indicator, target
from tests.cast import acting, project, system
from tests.projects import results

# Who may do what, and what a page says, does not hang on the engine: asked of one of them.
pytestmark = pytest.mark.engine("postgres")

HOSTILE = "<script>alert('x')</script>\"onmouseover=alert(1) {{ 7*7 }}"
PATHS = (
    "/programme/",
    "/preferences/",
    "/help/",
    "/feedback/",
    "/accessibility/",
    "/policies/",
    "/site-map/",
    "/styleguide/",
    "/public/",
    "/public/rows/milestones/",
    "/public/rows/targets/",
    "/public/rows/projects/",
    "/public/rows/agreements/",
    "/agreements/",
    "/agreements/AGR-901/",
    "/agreements/AGR-901/life/",
    "/agreements/AGR-901/take-effect/",
    "/agreements/AGR-901/suspend/",
    "/agreements/AGR-901/amendments/new/",
    "/agreements/AGR-901/duties/new/",
    "/projects/",
    "/projects/PRJ-901/",
    "/money/",
    "/roadmap/",
    "/warnings/",
    "/calendar/",
    "/webhooks/",
    "/webhooks/new/",
    "/notices/",
    "/notices/preferences/",
    "/meetings/",
    "/meetings/new/",
    "/meetings/RVM-001/",
    "/meetings/RVM-001/change/",
    "/meetings/RVM-001/action-points/new/",
    "/action-points/",
    "/action-points/ACT-001/",
    "/action-points/ACT-001/done/",
    "/findings/",
    "/findings/new/",
    "/findings/FND-001/",
    "/findings/FND-001/answer/",
    "/projects/PRJ-901/bundle/",
    "/projects/PRJ-901/roadmap/",
    "/projects/PRJ-901/roadmap/plan/",
    "/projects/PRJ-901/roadmap/decide/?gate=G3",
    "/projects/PRJ-901/money/",
    "/projects/PRJ-901/clearances/",
    "/projects/PRJ-901/clearances/new/",
    "/projects/PRJ-901/feed/",
    "/claims/feed/new/PRJ-901/",
    "/reliance/",
    "/projects/PRJ-901/readiness/",
    "/projects/PRJ-901/transfers/",
    "/projects/PRJ-901/transfers/new/",
    "/transfers/",
    "/transfers/TRF-901/",
    "/transfers/TRF-901/change/",
    "/transfers/TRF-901/know-how/new/",
    "/claims/transferstep/new/TRF-901/",
    "/claims/training/new/TRF-901/",
    "/claims/replicationrun/new/TRF-901/",
    "/claims/readiness/new/PRJ-901/",
    "/milestones/",
    "/milestones/MST-901/",
    "/milestones/MST-901/claim/",
    "/milestones/MST-901/revise/",
    "/milestones/MST-901/cancel/",
    "/milestones/log/",
    "/targets/",
    "/targets/new/",
    "/indicators/",
    "/claims/measurement/new/TGT-930/",
    "/targets/TGT-930/",
    "/targets/TGT-930/revise/",
    "/indicators/PRD-901/",
    "/indicators/PRD-901/change/",
    "/organisations/",
    "/organisations/INS-901/",
    "/administration/",
    "/administration/users/",
    "/administration/users/new/",
    "/account/",
    "/account/password/",
    "/account/second-factor/",
    "/account/second-factor/remove/",
    "/account/recovery-codes/",
    "/administration/minerals/",
    "/administration/import/",
    "/",
    "/claims/waiting/",
    "/findings/",
    "/account/",
    "/milestones/?overdue=true&sort=-due_on",
    "/milestones/MST-999/",
    "/milestones/MST-901/verify/",
    "/programme/?as_of=x",
)


class Reader(HTMLParser):
    """Notes the tags of a page: what runs, what is styled, what has a label."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.controls: set[str] = set()
        self.labels: set[str] = set()
        self.headings = 0
        self.ids: list[str] = []
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        self.inline += [v for v in given.values() if v and v.lower().startswith("javascript:")]
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.add(given.get("id", "without an id"))
        if tag == "label":
            self.labels.add(given.get("for", ""))
        self.headings += tag == "h1"
        if "id" in given:
            self.ids.append(given["id"])


@pytest.fixture(autouse=True)
def transfer(cast):
    """A transfer with one of everything, for its page and forms."""
    row = results.transfer(cast)
    by, day = acting(cast.our_lead), dt.date(2026, 6, 1)
    item = {"title": HOSTILE, "kind": "manual", "delivered_on": day}
    KnowHowItem.record(row, by=by, **item)
    TransferStep.claim(row, by=by, stage="offered", reached_on=day, note=HOSTILE)
    Training.claim(row, by=by, certified_on=day, persons=1, assessed_by=HOSTILE)
    ReplicationRun.claim(row, by=by, run_on=day, guarantee_met=True, licensor_on_site=False)
    assessed = {"ladder": "TRL", "value": 4, "assessed_on": day, "assessor": HOSTILE}
    Readiness.claim(cast.our_project, by=by, **assessed)
    return row


@pytest.fixture
def hostile(cast):
    """The cast, with names that try to break out of the page."""
    for row, field in (
        (cast.our_agreement, "title"),
        (cast.our_project, "name"),
        (cast.our_project, "product"),
        (cast.our_milestone, "title"),
        (cast.our_milestone, "acceptance"),
        (cast.texmin, "name"),
        (cast.texmin, "short_name"),
    ):
        row.refresh_from_db()
        audit.change(row, by=system(), action="test.setup", changes={field: HOSTILE[:40]}, reason=HOSTILE)
    cast.officer.post = HOSTILE
    cast.officer.save()
    return cast


@pytest.fixture(autouse=True)
def goal(cast):
    """A target with a value, both with names that try to break out of the page."""
    row = target("TGT-930", indicator(), project=cast.our_project)
    audit.change(row, by=system(), action="test.setup", changes={"title": HOSTILE[:40]}, reason=HOSTILE)
    Measurement.claim(
        row, by=acting(cast.our_lead), value=7, period_end=dt.date(2026, 5, 31), bounds_reason=HOSTILE
    )
    return row


@pytest.fixture(autouse=True)
def review(cast):
    """A review with an action point, and a notice of it for the manager."""
    by, day = acting(cast.officer), dt.date(2026, 6, 10)
    meeting = ReviewMeeting.plan(by=by, title=HOSTILE, held_on=day, chaired_by=HOSTILE)
    decided = {"text": HOSTILE, "owner_post": HOSTILE, "project": cast.our_project, "due_on": day}
    ActionPoint.record(meeting, by=by, **decided)
    raised = {"kind": "query", "text": HOSTILE, "paragraph": HOSTILE, "due_on": dt.date(2026, 7, 1)}
    finding = Finding.raise_(cast.our_project, by=acting(cast.auditor, day), **raised)
    finding.answer_(by=acting(cast.our_lead), answer=HOSTILE)
    finding.return_(by=acting(cast.auditor), reason=HOSTILE)
    noticing.owe(now=dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC))


def reader(cast, path):
    """Return who reads the page: it must be more than a refusal."""
    if "/administration/" in path:
        return cast.administrator
    return cast.auditor if path == "/findings/new/" else cast.manager


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_sound_whatever_was_entered(hostile, as_user, path):
    """Nothing runs or is styled inline; there is one heading, a label for each control, and no id twice."""
    answer = as_user(hostile.administrator if "/administration/" in path else hostile.manager).get(path)
    page, policy = Reader(answer.content.decode()), answer["Content-Security-Policy"]
    assert page.inline == []
    assert page.headings == 1
    assert page.controls <= page.labels
    assert len(page.ids) == len(set(page.ids))
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_notes_and_names_of_files_are_text(hostile, as_user):
    hostile.our_milestone.claim(by=acting(hostile.our_lead), actual_on=dt.date(2026, 6, 10), note=HOSTILE)
    for path in ("/milestones/MST-901/", "/milestones/MST-901/verify/"):
        page = (
            as_user(hostile.administrator if "/administration/" in path else hostile.manager)
            .get(path)
            .content.decode()
        )
        assert "&lt;script&gt;alert(" in page
        assert Reader(page).inline == []


def test_what_is_not_known_is_said_and_never_shown_as_zero(cast, as_user):
    project("PRJ-903", cast.texmin, phase="")
    page = as_user(cast.our_lead).get("/projects/PRJ-903/").content.decode()
    assert "not known" in page
    assert "₹ 0" not in page


def test_money_is_grouped_the_indian_way(cast, as_user):
    project("PRJ-903", cast.texmin, cost_crore="1234567.50")
    assert (
        "₹\N{NO-BREAK SPACE}12,34,567.5\N{NO-BREAK SPACE}crore"
        in as_user(cast.our_lead).get("/projects/PRJ-903/").content.decode()
    )


def test_a_partner_is_not_shown_the_agreement_or_parent_it_has_no_part_in(cast, as_user):
    inside = project("PRJ-903", cast.texmin, parent=cast.their_project, agreement=cast.their_agreement)
    page = as_user(cast.our_lead).get(f"/projects/{inside.reference}/").content.decode()
    assert "902" not in page
    assert "902" in as_user(cast.officer).get(f"/projects/{inside.reference}/").content.decode()


def test_the_page_of_a_failure_needs_neither_request_nor_database():
    page = get_template("500.html").render()
    assert "The fault is ours" in page
    assert Reader(page).inline == []
