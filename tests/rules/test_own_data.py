"""Nothing is kept about people that its app does not own up to: a column that nobody thought of fails."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from echauffeur.accounts.models import User
from echauffeur.common.personal import Keeper, keepers

HOLDS_WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    ArrayField,
)


def columns() -> Iterator[tuple[str, models.Field]]:
    """Give every column of the database that leads to a person, or could hold a word about one."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if field.related_model is User or isinstance(field, HOLDS_WORDS):
                yield f"{model._meta.app_label}.{model._meta.object_name}.{field.name}", field


COLUMNS = dict(columns())
KEPT = [column for keeper in keepers() for line in keeper.kept for column in line.columns]
HARMLESS = [column for keeper in keepers() for column in keeper.harmless]


def test_every_column_is_personal_or_harmless_and_says_which() -> None:
    said = {*KEPT, *HARMLESS}
    assert sorted(COLUMNS.keys() - said) == [], "say in the app's own_data.py what it holds of people"


def test_no_column_is_both_and_every_one_exists() -> None:
    every = {
        f"{model._meta.app_label}.{model._meta.object_name}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }
    assert set(KEPT) & set(HARMLESS) == set()
    assert {*KEPT, *HARMLESS} - every == set()
    assert len({*KEPT, *HARMLESS}) == len(KEPT) + len(HARMLESS)


def test_what_leads_to_a_person_is_never_harmless() -> None:
    assert [column for column in HARMLESS if COLUMNS[column].related_model is User] == []


@pytest.mark.parametrize("keeper", keepers(), ids=lambda keeper: keeper.app)
def test_an_app_speaks_for_itself(keeper: Keeper) -> None:
    assert keeper.erase.__module__.endswith(f"{keeper.app}.own_data")


def test_every_app_with_tables_speaks() -> None:
    ours = {
        config.label
        for config in apps.get_app_configs()
        if config.name.startswith(("echauffeur.", "fleet", "drivers", "bookings", "tracking", "dispatch"))
        and any(config.get_models())
    }
    assert ours - {keeper.app for keeper in keepers()} == set()
