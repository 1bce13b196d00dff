"""The README's picture: Brest's control tower in the middle of a day of the demo. `make picture` takes it anew."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Ride
from dispatch.models import Mission
from echauffeur.accounts.models import User
from echauffeur.demo.accounts import REGULATOR
from tests.browser.conftest import DESKTOP, OpenAs
from tests.env import REWRITE
from tests.rules.source import PROJECT
from tracking.positions import Position, keep_and_tell

PICTURE = PROJECT / "docs" / "img" / "tower.png"
PNG = b"\x89PNG"
LEAST_BYTES = 50_000  # less would be an empty page
CARS = 6


@pytest.fixture
def regulator(transactional_db: None) -> User:
    """The demo's regulator of Brest, whose drivers share where they are."""
    call_command("load_demo", verbosity=0)
    for number, mission in enumerate(Mission.objects.live().filter(base__code="brest").order_by("period")[:CARS]):
        stop = mission.stops.earliest("position")
        off = (number % 3 - 1) / 400
        position = Position(mission.driver_id, stop.latitude + off, stop.longitude - off, timezone.now(), 40 * number)
        keep_and_tell(mission.base_id, [position], until=mission.ends_at)
    return User.objects.get(email=REGULATOR.email)


def test_the_picture_of_the_control_tower_can_be_taken(regulator: User, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(regulator, "/bases/brest/tower/", size=DESKTOP, locale="fr")
    expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    waiting = Ride.objects.to_handle().filter(base__code="brest").earliest("pickup_at")
    page.goto(f"/bases/brest/tower/?ride={waiting.code}")
    expect(page.locator(".tower-detail")).to_be_visible()
    expect(page.locator(".map .leaflet-pane").first).to_be_attached()
    page.wait_for_load_state("networkidle")
    target = PICTURE if REWRITE else tmp_path / "tower.png"
    page.screenshot(path=target)
    assert target.read_bytes().startswith(PNG)
    assert target.stat().st_size > LEAST_BYTES
