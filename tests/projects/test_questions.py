"""Questions that are put into SQL once: what is asked each time is asked anew, prepared or not."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from projects.models import Project
from projects.models.questions import OFTEN, ask
from tests.cast import Cast

NAME = "the reference that is asked for"


def found(reference: str) -> list[str]:
    rows = ask(
        "by reference", lambda: Project.objects.filter(reference=NAME).values_list("name"), {NAME: reference}
    )
    return [name for (name,) in rows]


def prepared() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%projects_project%'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_each_time_is_answered_by_itself(cast: Cast):
    for _time in range(OFTEN + 2):
        assert found("PRJ-901") == [cast.our_project.name]
        assert found("PRJ-902") == [cast.their_project.name]
        assert found("x' OR 'a' = 'a") == []


@pytest.mark.django_db
def test_what_cannot_be_found_is_not_asked(cast: Cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ask("nothing", lambda: Project.objects.none().values_list("pk")) == []


@pytest.mark.engine("postgres")
@pytest.mark.django_db(transaction=True)
def test_a_statement_that_the_database_has_forgotten_is_asked_in_full(cast: Cast):
    names = {"name": cast.our_project.name}

    def asked(key: str) -> list[tuple[str]]:
        return ask(key, lambda: Project.objects.filter(reference=NAME).values_list("name"), {NAME: "PRJ-901"})

    for _time in range(OFTEN):
        assert asked("forgotten") == [(names["name"],)]
    assert prepared()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert [asked("forgotten"), asked("forgotten")] == [[(names["name"],)]] * 2
    assert not prepared()
    # Inside a transaction the database answers nothing more after an error: whoever asks has to begin anew.
    for _time in range(OFTEN):
        asked("in a transaction")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(ProgrammingError), transaction.atomic():
        asked("in a transaction")
    assert asked("in a transaction") == [(names["name"],)]
