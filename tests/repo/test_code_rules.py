"""The rules of tests/repo/code_rules.py: the code keeps them, and each finds what it is for."""

import pytest

from tests.repo import code_rules
from tests.repo.code_rules import Source

MODELS = Source("projects/models/things.py", "class Thing(Audited): ...\nclass Special(Thing): ...\n")
PLANTED = {
    "trusted_html": [
        ("projects/views/page.py", "from django.utils.safestring import mark_safe\nx = mark_safe(name)"),
        ("projects/templatetags/lists.py", "x = format_html('<b>' + name)"),
    ],
    "templates": [
        ("templates/page.html", "<p>\n{{ name|safe }}</p>"),
        ("templates/a.svg", "{% autoescape off %}"),
    ],
    "every_field": [("projects/serializers/x.py", 'class X:\n    class Meta:\n        fields = "__all__"')],
    "past_the_door": [
        ("projects/api/x.py", "Special.objects.filter(pk=1).update(name='x')"),
        ("reports/x.py", "things.Thing.objects.bulk_create(rows)"),
        ("projects/views/x.py", "Thing._base_manager.filter(pk=1).delete()"),
        ("projects/views/x.py", "rows._raw_delete(using='default')"),
    ],
    "clocks": [
        ("projects/progress/late.py", "x = timezone.now()"),
        ("reports/figures/late.py", "x = date.today()"),
        ("reports/checks/late.py", "from reports import clock"),
        ("projects/fiscal.py", "import time"),
    ],
    "sql": [
        ("projects/x.py", "cursor.execute(f'SELECT {name}')"),
        ("reports/x.py", "cursor.execute('SELECT %s' % name)"),
        ("reports/x.py", "Report.objects.raw('SELECT {}'.format(name))"),
        ("reports/x.py", "Report.objects.extra(where=[name])"),
    ],
    "reading_that_writes": [
        ("projects/views/x.py", "class P:\n    def get(self, request):\n        row.save()"),
        (
            "projects/api/x.py",
            "class V:\n    @action(detail=True)\n    def look(self, request):\n        audit.change(row)",
        ),
        ("tracker/x.py", "@require_safe\ndef look(request):\n    Thing.objects.create(name='x')"),
    ],
}


@pytest.mark.parametrize(("rule", "planted"), [(rule, it) for rule, all_ in PLANTED.items() for it in all_])
def test_a_planted_violation_is_found(rule: str, planted: tuple[str, str]):
    (found,) = code_rules.broken([MODELS, Source(*planted)])
    assert found.startswith(f"{planted[0]}:{1 + planted[1].rstrip().count(chr(10))}: {rule}: ")


def test_what_is_right_is_left_alone():
    right = [
        ("projects/progress/late.py", "x = due < on"),
        ("projects/views/x.py", "x = timezone.now()\nx = format_html('<b>{}</b>', name)"),
        ("projects/x.py", "cursor.execute('SELECT %s', [name])"),
        ("projects/x.py", "found.update({1: 2})\nTally.objects.filter(pk=1).update(n=2)"),
        ("projects/views/x.py", "class P:\n    def post(self, request):\n        row.save()"),
        ("templates/page.html", "{{ name|safe_name }} {{ name }}"),
    ]
    assert code_rules.broken([MODELS, *(Source(*it) for it in right)]) == []


def test_every_rule_is_shown_to_find_something():
    assert set(PLANTED) == {rule.__name__ for rule in (*code_rules.RULES, code_rules.templates)}


def test_the_code_keeps_its_rules_and_every_exception_is_needed():
    sources = list(code_rules.project())
    assert code_rules.broken(sources) == []
    names = {source.name: source for source in sources}
    audited = code_rules.audited_models(sources)
    rules = {rule.__name__: rule for rule in code_rules.RULES}
    unneeded = [key for key in code_rules.ALLOWED if not list(rules[key[1]](names[key[0]], audited))]
    assert not unneeded, "these exceptions are not needed any more"
