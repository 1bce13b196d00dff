"""The tables: as the models say, with what can't be added later there from the first migration."""

import re

import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from dispatch.models import Mission
from drivers.models import Shift
from tests.rules.source import APPS

OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in APPS]


@pytest.mark.django_db
def test_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("model", [Mission, Shift])
def test_exclusion_constraints_are_in_the_first_migration(model) -> None:
    promised = {c.name for c in model._meta.constraints if isinstance(c, ExclusionConstraint)}
    first = MigrationLoader(None).disk_migrations[(model._meta.app_label, "0001_initial")]
    written = re.findall(r"name='(\w+)'", str([operation.deconstruct() for operation in first.operations]))
    assert promised
    assert promised <= set(written)


@pytest.mark.django_db
def test_the_database_knows_every_constraint() -> None:
    promised = {constraint.name for model in OURS for constraint in model._meta.constraints}
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class")
        assert promised <= {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_constraint_that_people_can_break_says_so_in_words(model) -> None:
    wordless = [
        c.name for c in model._meta.constraints if c.violation_error_message == c.default_violation_error_message
    ]
    assert model._meta.app_label == "journal" or wordless == []
