"""Pages about the tracker itself, for everybody: help, accessibility, policies, the map of the site."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from projects import display, edge, permissions
from projects.navigation import Link, Menu, address_of, menus
from projects.views.page import navigation
from projects.views.styleguide import RIGHT as READS_STYLEGUIDE

REVIEWED_ON = dt.date(
    2026, 11, 27
)  # the day on which somebody last read these texts against what the tracker does

# Lists and pages that the navigation does not name; for everybody, and for whoever has signed in.
OPEN = (
    ("public", _("Public page")),
    ("verify", _("Verify a report")),
    ("help", _("Help")),
    ("feedback", _("Feedback")),
    ("accessibility", _("Accessibility")),
    ("policies", _("Policies")),
    ("display", _("Display")),
    ("api:docs", _("API")),
)
OWN = (
    ("home", _("Home")),
    ("notice-list", _("Notices")),
    ("notice-preferences", _("Mails and quiet hours")),
    ("calendar", _("Calendar")),
)


@method_decorator(never_cache, name="dispatch")  # the header names who reads
class About(TemplateView):
    """A page that anybody may read, within the navigation of whoever has signed in."""

    http_method_names = ["get", "head", "options"]
    section = ""
    title: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.actor = edge.acting(self.request)
        return super().get_context_data(
            section=self.section,
            title=self.title,
            reviewed_on=REVIEWED_ON,
            **navigation(self.actor),
            **kwargs,
        )


class Help(About):
    """How each task is done, by role."""

    template_name = "about/help.html"
    section = "help"
    title = _("Help")


class Accessibility(About):
    """What is promised, what was tried, and what is known to be missing."""

    template_name = "about/accessibility.html"
    section = "accessibility"
    title = _("Accessibility statement")


class Policies(About):
    """Privacy, cookies, terms of use, copyright, links."""

    template_name = "about/policies.html"
    section = "policies"
    title = _("Policies")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cookies=cookies(), licence=settings.DATA_LICENCE, **kwargs)


def cookies() -> list[tuple[str, Any, Any]]:
    """Return every cookie that the pages may leave: its name, what it is for, how long it stays."""
    year = _("one year")
    purposes = {
        "theme": _("the theme chosen on this device"),
        "text": _("the size of text chosen on this device"),
        "shortcuts": _("that keyboard shortcuts are off on this device"),
    }
    return [
        (
            settings.SESSION_COOKIE_NAME,
            _("that you have signed in"),
            _("until you sign out, twelve hours at most"),
        ),
        (settings.CSRF_COOKIE_NAME, _("that a form was sent from a page of this site"), year),
        (
            "messages",
            _("what the next page tells you about the step just taken"),
            _("until that page is shown"),
        ),
        (settings.LANGUAGE_COOKIE_NAME, _("the language chosen on this device"), year),
        *((name, purposes[name], year) for name in display.COOKIES),
    ]


class SiteMap(About):
    """Every list and page that the reader may open, made from the navigation."""

    template_name = "about/site_map.html"
    section = "site-map"
    title = _("Site map")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        is_known = self.request.user.is_authenticated
        if is_known:
            own = [*OWN, *((("webhook-list", _("Webhooks")),) if found["keeps_webhooks"] else ())]
            if permissions.allows(self.actor, READS_STYLEGUIDE):
                own.append(("styleguide", _("Style guide")))
            groups = menus(found)
            alone = tuple(link for menu in groups if not menu.label for link in menu.links)
            yours = Menu(_("Yours"), (*_menu("", own).links, *alone))
            found["menus"] = [
                *(menu for menu in groups if menu.label),
                yours,
                _menu(_("For everybody"), OPEN),
            ]
        else:
            found["menus"] = [_menu(_("For everybody"), [*OPEN, ("sign-in", _("Sign in"))])]
        return found


def _menu(label: Any, entries: Any) -> Menu:
    return Menu(
        label,
        tuple(
            Link(word, address, is_current=False) for route, word in entries if (address := address_of(route))
        ),
    )
