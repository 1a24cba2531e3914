"""The form by which a newer version of a file is sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from projects.file_fields import EvidenceField
from projects.forms import ActorForm


class NewerForm(ActorForm):
    evidence = EvidenceField(
        label=_("Newer version"),
        required=True,
        most=1,
        help_text=_("One file. It is read by whoever may read the older one, which stays and is marked."),
    )
