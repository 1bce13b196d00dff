"""Until when a vehicle may be used: its inspection, and its maintenance by date or mileage."""

from datetime import date, timedelta

import pytest

from fleet.due import dues_of, obstacles, pressing
from fleet.models import Vehicle

TODAY = date(2026, 11, 27)


def day(n: int) -> date:
    return TODAY + timedelta(days=n)


@pytest.mark.parametrize("field", ["inspection_until", "maintenance_due_on"])
@pytest.mark.parametrize(
    ("days", "over", "soon"), [(-1, True, False), (0, False, True), (30, False, True), (31, False, False)]
)
def test_a_date_holds_until_the_end_of_its_day(field: str, days: int, over: bool, soon: bool) -> None:
    (due,) = dues_of(Vehicle(**{field: day(days)}), TODAY, None)
    assert (due.is_over, due.is_soon) == (over, soon)
    assert bool(obstacles(Vehicle(**{field: day(days)}), TODAY, None)) == over


@pytest.mark.parametrize(
    ("mileage", "over", "soon"),
    [
        (30_001, True, False),
        (30_000, True, False),
        (29_999, False, True),
        (29_000, False, True),
        (28_999, False, False),
    ],
)
def test_a_mileage_is_refused_once_reached(mileage: int, over: bool, soon: bool) -> None:
    (due,) = dues_of(Vehicle(maintenance_due_km=30_000), TODAY, mileage)
    assert (due.is_over, due.is_soon) == (over, soon)


def test_a_mileage_that_nobody_ever_read_refuses_nothing() -> None:
    assert not pressing(Vehicle(maintenance_due_km=30_000), TODAY, None)


def test_a_vehicle_without_limits_is_free() -> None:
    assert not dues_of(Vehicle(), TODAY, 500_000)


def test_every_reason_is_said_the_overdue_first() -> None:
    vehicle = Vehicle(inspection_until=day(10), maintenance_due_on=day(-3), maintenance_due_km=30_000)
    assert [due.sentence for due in pressing(vehicle, TODAY, 30_100)] == [
        "Maintenance was due by 11/24/2026",
        "Maintenance due at 30,000 km, 30,100 km read",
        "Technical inspection holds until 12/07/2026",
    ]
    assert len(obstacles(vehicle, TODAY, 30_100)) == 2
    # The day after the last on which the inspection holds.
    assert len(obstacles(vehicle, day(11), 30_100)) == 3


def test_a_limit_that_moves_is_another_one_to_warn_of() -> None:
    (before,), (after,) = (dues_of(Vehicle(inspection_until=day(n)), TODAY, None) for n in (1, 2))
    assert before.key != after.key
