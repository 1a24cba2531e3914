"""Migrations match the models, form one line, and carry names."""

import itertools
import re

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

OURS = ("projects", "reports")


@pytest.mark.django_db
def test_no_model_changed_without_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", OURS)
def test_migrations_form_one_line(app):
    graph = MigrationLoader(None).graph
    assert len(graph.leaf_nodes(app)) == 1
    names = sorted(name for label, name in graph.nodes if label == app)
    for before, name in itertools.pairwise(names):
        parents = [parent for parent in graph.node_map[app, name].parents if parent.key[0] == app]
        assert [parent.key[1] for parent in parents] == [before]


@pytest.mark.parametrize("app", OURS)
def test_migrations_say_what_they_do(app):
    names = [name for label, name in MigrationLoader(None).graph.nodes if label == app]
    assert [name for name in names if re.search(r"_auto_|_initial$|\d{8}", name)] == []
