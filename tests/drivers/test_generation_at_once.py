"""Two workers who generate at the same moment make no shift twice, and neither fails."""

from functools import partial

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from drivers.actions.generation import generate_ahead
from drivers.models import Shift, ShiftPattern
from echauffeur.bases.models import Base
from tests.factories import BaseFactory, DriverFactory, ShiftPatternFactory
from tests.life.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = 30


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory(horizon_days=DAYS)
    for driver in DriverFactory.create_batch(5, base=base, shift=None):
        ShiftPatternFactory(driver=driver, weekdays=list(range(7)), begins="22:00", ends="23:00")
    return base


def test_two_workers_at_once_make_none_twice(base: Base) -> None:
    outcomes = at_once([partial(generate_ahead, base)] * 4)
    made = Shift.objects.count()
    assert sorted(outcomes) == [0, 0, 0, made]
    assert made in {5 * DAYS, 5 * (DAYS + 1)}, "today's may be over"


def test_without_the_drivers_lock_they_would_clash(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the database alone has the last word, and one of them fails on it."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())
    for _try in range(10):
        outcomes = at_once([partial(generate_ahead, base)] * 4)
        if any(isinstance(outcome, Exception) for outcome in outcomes):
            break
        Shift.objects.all().delete()
        ShiftPattern.objects.update(generated_until=None)
    clashed = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert clashed
    assert all(isinstance(outcome, IntegrityError) or "deadlock" in str(outcome) for outcome in clashed)
