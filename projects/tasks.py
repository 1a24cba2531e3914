"""The Celery tasks of the programme. Running one twice, or twice at once, is safe."""

from celery import shared_task
from django.utils import timezone

from projects import deliveries, digests
from projects.models import pending


# A round ends by itself after half a minute and a last call.
@shared_task(name="projects.tasks.deliver", time_limit=120)
def deliver() -> None:
    """Tell webhooks what is new; beat sends it every TICK_SECONDS."""
    deliveries.run(now=timezone.now())


# A round ends by itself after half a minute and a last mail.
@shared_task(name="projects.tasks.notify", time_limit=180)
def notify() -> None:
    """Tell people what falls due and what is new, in the inbox and in the digest; beat sends it every TICK_SECONDS."""
    digests.run(now=timezone.now())


@shared_task(name="projects.tasks.expire_uploads", time_limit=120)
def expire_uploads() -> None:
    """Drop the files that were sent for a form which never came; beat sends it every hour."""
    pending.expire(now=timezone.now())
