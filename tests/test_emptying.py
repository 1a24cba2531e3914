"""The suite's own base: every test starts from empty tables, and the audit trail's triggers stand again."""

import pytest
from django.db import Error, connection, transaction

from projects.models import AuditEvent
from tests.cast import organisation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("run", [1, 2])
def test_a_test_with_real_transactions_leaves_no_audit_event(run):
    assert not AuditEvent.objects.exists()
    organisation("INS-950", f"Left by run {run}")
    assert AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE projects_auditevent SET reason = ''", "DELETE FROM projects_auditevent"]
)
@pytest.mark.parametrize("run", [1, 2])
def test_the_guards_stand_again_after_the_flush(statement, run):
    organisation("INS-951", "Guarded")
    with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
