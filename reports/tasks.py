"""The Celery tasks and nothing else. Running any of them twice, or twice at once, is safe."""

from celery import shared_task

from reports import bell, checkpoints, clock, engine, mails, notices


@shared_task(name="reports.tasks.tick")
def tick() -> None:
    """Register what is owed, ring for what waits, reports and mails, and write the day's checkpoint; beat sends it every TICK_SECONDS."""
    now = clock.now()
    engine.tick(now=now)
    notices.owe(now=now)
    checkpoints.write_due(now=now)
    if mails.ready(now).exists():
        bell.ring_for_mails()


@shared_task(name=bell.RENDER)
def render(report: int) -> None:
    """Make one report; do nothing if another worker already has it."""
    engine.render(report)


# A round ends by itself after half a minute; a server that answers byte by byte is cut off.
@shared_task(name=bell.SEND, time_limit=180)
def send() -> None:
    """Send the mails that are due; what another worker sends is not sent again."""
    mails.send_due(now=clock.now())
