"""The Celery tasks and nothing else. Running any of them twice, or twice at once, is safe."""

from celery import shared_task

from reports import bell, clock, engine


@shared_task(name="reports.tasks.tick")
def tick() -> None:
    """Register what is owed and ring for what waits; beat sends it every TICK_SECONDS."""
    engine.tick(now=clock.now())


@shared_task(name=bell.RENDER)
def render(report: int) -> None:
    """Make one report; do nothing if another worker already has it."""
    engine.render(report)
