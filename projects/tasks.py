"""The Celery task of webhooks. Running it twice, or twice at once, is safe."""

from celery import shared_task
from django.utils import timezone

from projects import deliveries


# A round ends by itself after half a minute and a last call.
@shared_task(name="projects.tasks.deliver", time_limit=120)
def deliver() -> None:
    """Tell webhooks what is new; beat sends it every TICK_SECONDS."""
    deliveries.run(now=timezone.now())
