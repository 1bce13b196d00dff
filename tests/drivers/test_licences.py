"""Until when a licence or the training holds, and what is said of its end."""

from datetime import date, timedelta

import pytest

from drivers.licences import held_by, holds_licence, is_trained, to_renew
from drivers.models import Driver
from tests.factories import DriverFactory, LicenceFactory

pytestmark = pytest.mark.django_db

LAST = date(2030, 3, 31)


def day(offset: int) -> date:
    return LAST + timedelta(days=offset)


@pytest.fixture
def yann() -> Driver:
    driver: Driver = DriverFactory(licence=None, shift=None, wheelchair_trained=True, wheelchair_until=LAST)
    LicenceFactory(driver=driver, category="D", expires_on=LAST)
    LicenceFactory(driver=driver, category="B", expires_on=date(2099, 1, 1))
    return driver


@pytest.mark.parametrize(("offset", "holds"), [(-400, True), (0, True), (1, False), (400, False)])
def test_the_last_day_is_a_whole_day(yann: Driver, offset: int, holds: bool) -> None:
    assert holds_licence(yann, "D", day(offset)) is holds
    assert is_trained(yann, day(offset)) is holds
    assert holds_licence(yann, "B", day(offset)), "the one does not end with the other"


def test_nobody_holds_what_they_never_had(yann: Driver) -> None:
    assert not holds_licence(yann, "C", day(-1))
    yann.wheelchair_trained = False
    assert not is_trained(yann, day(-1))
    assert [held.category for held in held_by(yann, day(0))] == ["B", "D"]


def test_training_without_an_end_holds(yann: Driver) -> None:
    yann.wheelchair_until = None
    assert is_trained(yann, date.max)
    assert held_by(yann, day(0))[-1].days_left is None


@pytest.mark.parametrize(
    ("offset", "is_short", "has_expired"),
    [(-61, False, False), (-60, True, False), (0, True, False), (1, False, True)],
)
def test_the_end_is_said_sixty_days_ahead(yann: Driver, offset: int, is_short: bool, has_expired: bool) -> None:
    for held in held_by(yann, day(offset))[1:]:
        assert (held.is_short, held.has_expired) == (is_short, has_expired)
    assert [held.category for held in to_renew(yann, day(offset))] == (["", "D"] if is_short or has_expired else [])


def test_a_renewal_clears_it(yann: Driver) -> None:
    yann.licences.filter(category="D").update(expires_on=day(1800))
    assert [held.category for held in to_renew(yann, day(0))] == [""]
