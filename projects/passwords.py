"""What makes a password good enough: nobody can guess it. No rules about kinds of characters, and no question to the network.

Length is Django's validator. Here: what many have used before or what is made of words, names, dates, keyboard
walks and repetitions is refused, and so is what is made of words that belong to this tracker or to the person.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn  # type: ignore[import-untyped]

LOOKED_AT = 72  # characters that are weighed; whoever types more than that has enough of them
ENOUGH = 13  # the power of ten of guesses that a password must withstand (docs/adr/0024-sign-in.md)
CONTEXT = (
    "mission",
    "tracker",
    "missiontracker",
    "ncmm",
    "national",
    "critical",
    "mineral",
    "minerals",
    "mines",
    "khanij",
    "bharat",
)
DIGEST = 40  # letters of a SHA-1 in hexadecimal


class Guessable:
    """Refuses what a patient guesser finds, who knows common passwords, common words, this tracker and the person."""

    def validate(self, password: str, user: Any = None) -> None:
        found = zxcvbn(password[:LOOKED_AT], user_inputs=[*CONTEXT, *_words_of(user)])
        if math.log10(max(1, found["guesses"])) < ENOUGH:
            raise ValidationError(
                _(
                    "This password could be guessed: it is made of common words, names, dates, rows of keys or "
                    "repetitions. Take four or more words that have nothing to do with each other, or let a password manager make one."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _(
            "Nothing that is easily guessed: several words that have nothing to do with each other are best."
        )


class Breached:
    """Refuses what stands in the operator's list of breached passwords, if there is one (`BREACHED_PASSWORDS_FILE`)."""

    def __init__(self, path: str = "") -> None:
        self.path = path

    def validate(self, password: str, user: Any = None) -> None:
        # Not a matter of secrecy: the lists name breached passwords by this digest.
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        if self.path and stands_in(Path(self.path), digest):
            raise ValidationError(
                _(
                    "This password is known from a breach of another service: take one that you use nowhere else."
                ),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("None that you use elsewhere.")


def stands_in(path: Path, digest: str) -> bool:
    """Whether the file, lines of `SHA-1:count` in order as Have I Been Pwned publishes them, names the digest.

    Found by halving, so that a list of forty gigabytes costs some forty looks.
    """
    wanted = digest.encode()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        low, high = 0, len(lines)
        while low < high:
            start = lines.rfind(b"\n", 0, (low + high) // 2) + 1
            found = lines[start : start + DIGEST].upper()
            if found == wanted:
                return True
            end = lines.find(b"\n", start)
            if found < wanted:
                low = len(lines) if end < 0 else end + 1
            else:
                high = start
    return False


def _words_of(user: Any) -> list[str]:
    """Return the words that belong to the person: names, post, e-mail, organisations; whole and word by word."""
    if user is None or user.pk is None:
        return []
    said = [user.username, user.full_name, user.post, user.email]
    for names in user.memberships.values_list("organisation__name", "organisation__short_name"):
        said += [name for name in names if name]
    whole = [re.sub(r"\W+", "", text) for text in said]
    parts = [word for text in said for word in re.split(r"[\W_]+", text)]
    return sorted({word.lower() for word in (*whole, *parts) if len(word) > 1})
