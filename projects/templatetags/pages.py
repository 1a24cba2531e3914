"""What only pages need: links that keep the chosen day, readable history, names of sources."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import formats, navigation
from projects.models import AuditEvent
from projects.models.audit import Audited
from projects.permissions import CLAIMS

register = template.Library()

ACTIONS = {
    "milestone.log": gettext_lazy("logged"),
    "milestone.claim": gettext_lazy("claimed as achieved"),
    "milestone.verify": gettext_lazy("verified"),
    "milestone.return": gettext_lazy("returned"),
    "milestone.revise": gettext_lazy("date revised"),
    "milestone.cancel": gettext_lazy("cancelled"),
    "programme.import": gettext_lazy("imported"),
    "clearance.record": gettext_lazy("recorded"),
    "duty.record": gettext_lazy("recorded"),
    "amendment.record": gettext_lazy("recorded"),
    "agreement.sign": gettext_lazy("signed"),
    "agreement.take_effect": gettext_lazy("taken into effect"),
    "agreement.suspend": gettext_lazy("suspended"),
    "agreement.resume": gettext_lazy("resumed"),
    "agreement.terminate": gettext_lazy("terminated"),
    "gate.plan": gettext_lazy("planned"),
    "gate.decide": gettext_lazy("decided"),
    "target.set": gettext_lazy("set"),
    "target.revise": gettext_lazy("revised"),
    "reference.change": gettext_lazy("definition changed"),
    "reference.load": gettext_lazy("loaded from the library"),
    "transfer.record": gettext_lazy("recorded"),
    "knowhowitem.accept": gettext_lazy("accepted"),
    "evidence.add": gettext_lazy("evidence added"),
    "meeting.record": gettext_lazy("recorded"),
    "actionpoint.record": gettext_lazy("recorded"),
    "actionpoint.done": gettext_lazy("said to be done"),
    "actionpoint.close": gettext_lazy("closed"),
    "actionpoint.return": gettext_lazy("opened again"),
    "finding.raise": gettext_lazy("raised"),
    "finding.answer": gettext_lazy("answered"),
    "finding.settle": gettext_lazy("settled"),
    "finding.return": gettext_lazy("raised again"),
    "finding.withdraw": gettext_lazy("withdrawn"),
    "bundle.download": gettext_lazy("evidence bundle downloaded"),
    "checkpoint.write": gettext_lazy("sealed in a checkpoint"),
    "notice.snooze": gettext_lazy("put off"),
    "user.create": gettext_lazy("account opened"),
    "user.change": gettext_lazy("changed"),
    "user.disable": gettext_lazy("account closed"),
    "user.enable": gettext_lazy("account opened again"),
    "user.password_link": gettext_lazy("password link made"),
    "user.set_password": gettext_lazy("password chosen"),
    "user.enrol_second_factor": gettext_lazy("second factor set up"),
    "user.remove_second_factor": gettext_lazy("second factor taken away"),
    "user.reset_second_factor": gettext_lazy("second factor reset"),
    "user.renew_recovery_codes": gettext_lazy("new recovery codes made"),
    "user.use_recovery_code": gettext_lazy("recovery code used"),
    "user.bind_identity": gettext_lazy("sign-in of another service allowed"),
    "user.recognise_identity": gettext_lazy("sign-in of another service recognised"),
    "user.unbind_identity": gettext_lazy("sign-in of another service withdrawn"),
    "membership.create": gettext_lazy("role given"),
    "membership.change": gettext_lazy("changed"),
    "organisation.create": gettext_lazy("added"),
    "organisation.change": gettext_lazy("changed"),
    "programme.upload": gettext_lazy("programme imported"),
    "webhook.make": gettext_lazy("added"),
    "webhook.change": gettext_lazy("changed"),
    "webhook.rotate": gettext_lazy("new secret made"),
    "webhook.switch_off": gettext_lazy("switched off"),
    "webhook.send_again": gettext_lazy("message sent again"),
    **{f"{claim}.claim": gettext_lazy("claimed") for claim in CLAIMS},
    **{f"{claim}.verify": gettext_lazy("verified") for claim in CLAIMS},
    **{f"{claim}.return": gettext_lazy("returned") for claim in CLAIMS},
}
# Of a claim's bookkeeping the reader of a history learns nothing that the event itself does not say.
UNTOLD = {"claimed_by_id", "verified_by_id", "claimed_at", "claim_number", "claimant_organisation_id"}
UNTOLD |= {"done_by_id", "closed_by_id", "done_note"}
UNTOLD |= {"answered_by_id", "answered_for_id", "settled_by_id", "answer", "withdrawn_reason"}
UNTOLD |= {"returned_reason", "claim_note"}  # stand in the event's reason

LEADING_KEY = re.compile(r"^\d+(: |/| )")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# The pages of a project, in the order in which its own page names them.
PROJECT_PAGES = (
    ("project-detail", gettext_lazy("Progress")),
    ("project-roadmap", gettext_lazy("Roadmap")),
    ("project-readiness", gettext_lazy("Readiness")),
    ("project-transfers", gettext_lazy("Technology transfer")),
    ("project-feed", gettext_lazy("Feed")),
    ("project-money", gettext_lazy("Money")),
    ("project-clearances", gettext_lazy("Clearances")),
)


@register.inclusion_tag("projects/_project_nav.html", takes_context=True)
def project_nav(context: Context, project: Any) -> dict[str, Any]:
    """Return the pages of a project, with the one that is open marked."""
    match = getattr(context.get("request"), "resolver_match", None)
    return {
        "chosen_day": context.get("chosen_day"),
        "pages": [
            {
                "label": label,
                "address": reverse(name, args=[project.reference]),
                "is_current": match is not None and match.url_name == name,
            }
            for name, label in PROJECT_PAGES
        ],
    }


@register.inclusion_tag("includes/main_nav.html", takes_context=True)
def main_nav(context: Context) -> dict[str, Any]:
    """Return the groups of the navigation that the reader has, with the page that is open marked."""
    match = getattr(context.get("request"), "resolver_match", None)
    return {
        "menus": navigation.menus(
            {str(name): value for name, value in context.flatten().items()},
            section=str(context.get("section") or ""),
            route=(match.view_name if match else "") or "",
            day=carry(context),
        )
    }


@register.inclusion_tag("includes/shortcuts.html", takes_context=True)
def shortcuts(context: Context) -> dict[str, Any]:
    """Return what the keys lead to, for a page of somebody who has signed in."""
    rights = {str(name): value for name, value in context.flatten().items()}
    return {"shortcuts": navigation.shortcuts(rights)}


@register.simple_tag(takes_context=True)
def carry(context: Context) -> str:
    """Return `?as_of=...` where the reader has chosen a day, so that links stay on it."""
    day = context.get("chosen_day")
    return f"?as_of={day.isoformat()}" if day else ""


@register.simple_tag(takes_context=True)
def way_back(context: Context) -> str:
    """Return the address of the page that is open; of one that answers a form, that of the form's page, which alone can be asked for again."""
    request = context.get("request")
    if request is None:
        return ""
    if request.method in ("GET", "HEAD"):
        return str(request.get_full_path())
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


@register.simple_tag(takes_context=True)
def carry_too(context: Context) -> str:
    """Return `&as_of=...` likewise, for an address that has parameters already."""
    return carry(context).replace("?", "&", 1)


@register.filter
def host(url: str) -> str:
    """Return the site of an address, as a source is named in a table."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.filter
def history_key(event: AuditEvent | str) -> str:
    """Return by what the page of the history of the event's row is named; nothing for rows that have none."""
    if not isinstance(event, AuditEvent) or not issubclass(apps.get_model(event.object_type), Audited):
        return ""
    return f"{event.object_type.partition('.')[2]}/{event.object_id}"


@register.filter
def done(action: str) -> Any:
    """Return an audit event's action in words; the action itself where there are none."""
    return ACTIONS.get(action, action)


@register.filter
def kind(event: AuditEvent) -> str:
    """Return what an event was done to, as a word that begins a sentence."""
    name = str(apps.get_model(event.object_type)._meta.verbose_name)
    return name[:1].upper() + name[1:]


@register.filter
def named(event: AuditEvent) -> str:
    """Return which one an event was done to: the label it keeps, without keys, codes and days in the reader's words."""
    model, label = apps.get_model(event.object_type), event.object_label
    if event.object_type == "projects.evidence":
        return label.rpartition(" (")[0]  # without the digest
    if _field(model, "reference"):
        return label
    words = {str(code): str(word) for it in model._meta.fields for code, word in it.flatchoices or ()}
    return " ".join(_in_words(token, words) for token in LEADING_KEY.sub("", label).split(" "))


def _in_words(token: str, words: dict[str, str]) -> str:
    bare = token.strip("()")
    if ISO_DAY.fullmatch(bare):
        return token.replace(bare, formats.day(bare))
    return words.get(token, token)


@register.filter
def changes(event: AuditEvent) -> list[tuple[str, str, str]]:
    """Return label, before and after of what an event changed on its row."""
    if event.before is None:
        return []  # the first event: everything is new, and stands on the page
    model, after = apps.get_model(event.object_type), event.after or {}
    return [
        (
            _label(model, name),
            _shown(model, name, event.before.get(name)),
            _shown(model, name, after.get(name)),
        )
        for name in after
        if name not in UNTOLD
    ]


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _label(model: Any, name: str) -> str:
    field = _field(model, name)
    return str(field.verbose_name) if field else name


def _shown(model: Any, name: str, value: Any) -> str:
    if value in (None, ""):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(model, name)
    if type(field) is DateField:
        return formats.day(value)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)
