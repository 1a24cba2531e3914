"""The ten questions to an agreement, as the agreement report holds them."""

from __future__ import annotations

from typing import Any

from projects.models import Agreement, Milestone, Project, Target
from projects.progress import AgreementProgress
from projects.progress.working import Answer, Question, answered, handed
from reports.figures.shapes import Shape, date, day, text


def working(figures: AgreementProgress) -> Shape:
    """Return the ten answers from what every party may see; five queries, and one more for what names no reference."""
    found = answered(figures, handed([row.project for row in figures.projects.rows], figures.as_of))
    return {
        "total": len(Question),
        "score": found.score,
        "standing": found.standing.value,
        "answers": [_answer(answer) for answer in found.answers],
    }


def _answer(answer: Answer) -> Shape:
    row = answer.witness
    return {
        "question": answer.question.value,
        "yes": answer.is_yes,
        "on": date(answer.on, answer.precision),
        "record": row._meta.model_name if row else None,
        "witness": witness(_named(row)) if row else None,
    }


def _named(row: Any) -> Any:
    """Return the record, or the project of one that has no reference of its own."""
    if isinstance(row, Agreement | Project | Milestone | Target):
        return row
    return row.project if hasattr(row, "project") else row.transfer.project


def witness(row: Agreement | Project | Milestone | Target) -> Shape:
    """Return a record that bears witness."""
    return {
        "kind": row._meta.model_name,
        "reference": row.reference,
        "title": row.name if isinstance(row, Project) else row.title,
        "source_url": text(row.source_url),
        "as_of": day(row.as_of),
    }
