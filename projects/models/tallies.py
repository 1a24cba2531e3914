"""How often each caller has asked: one row for each of them, counted by one statement."""

from __future__ import annotations

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

# Of two statements at once the second waits for the row of the first and counts on from there, on either engine.
COUNT = """
INSERT INTO projects_tally (caller, asked, ends) VALUES (%s, 1, %s)
ON CONFLICT (caller) DO UPDATE SET
    asked = CASE WHEN projects_tally.ends <= %s THEN 1 ELSE projects_tally.asked + 1 END,
    ends = CASE WHEN projects_tally.ends <= %s THEN excluded.ends ELSE projects_tally.ends END
RETURNING asked, ends
"""


class Tally(models.Model):
    """What one caller has asked within one window of time; who it is stands here as a digest only."""

    caller = models.CharField(_("digest of the caller"), max_length=64, primary_key=True)
    asked = models.PositiveIntegerField(_("requests"))
    ends = models.PositiveBigIntegerField(_("end of the window, in seconds since 1970"), db_index=True)

    class Meta:
        verbose_name = _("count of requests")
        verbose_name_plural = _("counts of requests")

    def __str__(self) -> str:
        return f"{self.caller[:8]} {self.asked}"

    @classmethod
    def count(cls, caller: str, *, now: int, seconds: int) -> tuple[int, int]:
        """Count one request and return how many there are in the window, with this one, and when the window ends.

        A window begins with the first request after the end of the one before. Exact however many ask at once.
        """
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [caller, now + seconds, now, now])
            asked, ends = cursor.fetchone()
        return asked, ends

    @classmethod
    def forget(cls, *, now: int) -> int:
        """Delete the counts whose window is over, and return how many there were."""
        return cls.objects.filter(ends__lte=now).delete()[0]
