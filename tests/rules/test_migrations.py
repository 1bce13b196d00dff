"""The tables: as the models say, with what can't be added later there from the first migration."""

import re

import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.rules.source import APPS

OURS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in APPS]


@pytest.mark.django_db
def test_migrations_make_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


EXCLUDING = [
    (model, constraint)
    for model in OURS
    for constraint in model._meta.constraints
    if isinstance(constraint, ExclusionConstraint)
]


@pytest.mark.parametrize(("model", "constraint"), EXCLUDING, ids=lambda part: getattr(part, "name", None))
def test_an_exclusion_constraint_comes_with_its_columns(model, constraint) -> None:
    """It cannot be added online later, when rows stand in its way."""
    columns = {name for name, _operator in constraint.expressions}
    pattern = re.compile(r"name='(\w+)'")
    written = {
        name: str([operation.deconstruct() for operation in migration.operations])
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app == model._meta.app_label
    }
    (adds_it,) = [name for name, text in written.items() if constraint.name in pattern.findall(text)]
    earlier = "".join(text for name, text in written.items() if name < adds_it)
    is_new = f"name='{model.__name__}'" not in earlier
    assert is_new or columns - set(pattern.findall(earlier))


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
