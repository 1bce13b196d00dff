"""After a tunnel: forty minutes of positions come at once, whole and in order."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from drivers.models import Driver, Shift
from tests import factories
from tracking.actions import positions as actions
from tracking.actions.positions import take_in
from tracking.positions import Position, newest

TUNNEL = 2400  # seconds, and points


@pytest.fixture
def driver() -> Driver:
    moment = timezone.now()
    driver = factories.DriverFactory()
    Shift.objects.update(period=(moment - timedelta(hours=2), moment + timedelta(hours=2)))
    return driver


def way_through(driver: Driver) -> list[Position]:
    """Return a point a second at 50 km/h, oldest first."""
    out = timezone.now()
    return [
        Position(driver.pk, 48.381 + second * 0.000125, -4.494, out - timedelta(seconds=TUNNEL - second))
        for second in range(1, TUNNEL + 1)
    ]


@pytest.mark.django_db
class TestABurst:
    def test_is_taken_whole_and_in_order_and_the_map_gets_its_newest(
        self, driver: Driver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handed_out: list[Position] = []
        keep = actions.keep_and_tell

        def seen(base_id: int, positions: list[Position], **more: Any) -> bool:
            handed_out.extend(positions)
            return keep(base_id, positions, **more)

        monkeypatch.setattr(actions, "keep_and_tell", seen)
        way = way_through(driver)
        taken = take_in(driver=driver, positions=way[::-1])
        assert (taken.kept, taken.refused) == (way, {})
        assert handed_out == way
        assert newest([driver.pk])[driver.pk].wire == way[-1].wire
