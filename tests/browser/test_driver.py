"""The driver's phone, held in one hand: a whole ride by touch, with and without a network."""

from collections.abc import Callable
from datetime import timedelta

import factory
import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from bookings.models import Ride
from dispatch import actions as dispatch
from dispatch.models import Mission
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.journal.models import Entry
from fleet.models import Reading, Vehicle
from tests import factories
from tests.browser.conftest import DESKTOP, PHONE, OpenAs, session_of
from tests.browser.guard import Guard
from tests.browser.site import Site
from tracking.positions import newest

STEPS = ["Mission received", "I am on my way", "I am there", "Passengers on board", "Passengers set down"]
HAND = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
BREST = {"geolocation": {"latitude": 48.381, "longitude": -4.494}, "permissions": ["geolocation"]}
WAITING = "Object.keys(localStorage).filter((key) => key.startsWith('position:')).length"


@pytest.fixture
def driver() -> Driver:
    return factories.DriverFactory()


@pytest.fixture
def regulator(driver: Driver) -> User:
    return factories.RegulatorFactory(base=driver.base)


@pytest.fixture
def mission(driver: Driver, regulator: User) -> Mission:
    return give(driver, regulator)


def give(driver: Driver, regulator: User, **ride: object) -> Mission:
    """Put a new ride on a mission of the driver's: in half an hour, with everything there is to say about one."""
    asked = {
        "wanted_at": timezone.now() + timedelta(minutes=30),
        "origin__name": factory.Sequence("Gare maritime {}".format),
        "origin__access_note": "Quai Est, barrière 2",
        "passengers": 2,
        "luggage": 1,
        "note": "Devant l'accueil",
        "state": "confirmed",
    } | ride
    row = factories.RideFactory(base=driver.base, **asked)
    vehicle = factories.VehicleFactory(base=driver.base)
    return dispatch.assign(ride=row, driver=driver, vehicle=vehicle, by=regulator)


def state_of(mission: Mission) -> str:
    return Ride.objects.filter(stops__mission=mission).values_list("state", flat=True)[0]


def big_button(page: Page, label: str) -> Locator:
    return page.locator("[data-steps] form:not([hidden])").get_by_role("button", name=label)


def test_a_whole_ride_by_touch(open_as: OpenAs, driver: Driver, mission: Mission, axe: Callable[[Page], None]) -> None:
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    for label in STEPS:
        axe(page)
        big_button(page, label).tap()
    expect(page.get_by_text("No mission at the moment")).to_be_visible()
    assert state_of(mission) == "completed"
    page.get_by_text("1 mission is over").tap()
    expect(page.locator("#over")).to_contain_text("Gare maritime")
    axe(page)


def test_nothing_to_press_is_smaller_than_a_thumb(open_as: OpenAs, driver: Driver, mission: Mission) -> None:
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    page.get_by_text("I cannot do this mission").tap()
    pressed = page.locator("#live").locator("a, button, summary, input[type=radio]").filter(visible=True)
    assert pressed.count() > 8  # else the test would prove nothing
    for target in pressed.all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, target.evaluate("node => node.outerHTML")


def test_steps_taken_without_a_network_arrive_in_order_when_it_is_back(
    open_as: OpenAs, driver: Driver, mission: Mission, guard: Guard
) -> None:
    guard.forgive("ERR_INTERNET_DISCONNECTED")
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    big_button(page, STEPS[0]).tap()
    expect(big_button(page, STEPS[1])).to_be_enabled()
    page.context.set_offline(True)
    for label in STEPS[1:3]:
        big_button(page, label).tap()
    queue = page.locator("[data-tap-queue]")
    expect(queue).to_contain_text("Waiting for the network: 2 to send")
    expect(queue).to_contain_text("I am there")
    expect(big_button(page, STEPS[3])).to_be_visible()
    assert state_of(mission) == "acknowledged"
    page.context.set_offline(False)
    expect(queue).to_be_hidden()
    expect(page.locator("#next-stop")).to_contain_text("Driver is waiting")
    assert state_of(mission) == "waiting"
    steps = Entry.objects.filter(verb__in=["depart", "arrive"]).order_by("seq")
    assert [entry.verb for entry in steps] == ["depart", "arrive"]
    assert all(entry.claimed_at and entry.claimed_at < entry.at for entry in steps)


def test_a_reload_before_the_network_is_back_loses_no_step(
    open_as: OpenAs, driver: Driver, mission: Mission, guard: Guard
) -> None:
    guard.forgive("ERR_FAILED")
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    page.route("**/acknowledge/", lambda route: route.abort())
    big_button(page, STEPS[0]).tap()
    expect(page.locator("[data-tap-queue]")).to_contain_text("1 to send")
    page.reload()
    expect(page.locator("[data-tap-queue]")).to_contain_text("1 to send")
    page.unroute("**/acknowledge/")
    expect(page.locator("[data-tap-queue]")).to_be_hidden(timeout=20_000)
    assert state_of(mission) == "acknowledged"


def test_an_answer_that_got_lost_does_not_make_a_second_step(
    open_as: OpenAs, driver: Driver, mission: Mission, guard: Guard
) -> None:
    guard.forgive("ERR_FAILED")
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)

    def swallow(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/acknowledge/", swallow, times=1)
    big_button(page, STEPS[0]).tap()
    expect(page.locator("#next-stop")).to_contain_text("Driver is informed")
    expect(page.locator("[data-tap-queue]")).to_be_hidden(timeout=20_000)
    assert Entry.objects.filter(verb="acknowledge", subject="mission").count() == 1
    expect(page.locator("#messages .message")).to_have_count(0)


def test_what_the_control_room_changes_appears_by_itself(
    open_as: OpenAs, driver: Driver, regulator: User, mission: Mission
) -> None:
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    ride = Ride.objects.get(stops__mission=mission, stops__kind="pick_up")
    later = give(driver, regulator, wanted_at=timezone.now() + timedelta(hours=3))
    expect(page.locator(f"#mission-{later.code}")).to_contain_text("Mission received")
    dispatch.unassign(ride=ride, by=regulator, reason="replan")
    expect(page.get_by_role("main")).to_contain_text(f"The control room has taken ride {ride.code} off your day.")
    expect(page.locator("#next-stop .code")).not_to_have_text(ride.code)


def test_declining_says_why(open_as: OpenAs, driver: Driver, mission: Mission, axe: Callable[[Page], None]) -> None:
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    page.get_by_text("I cannot do this mission").tap()
    page.get_by_label("Other reason").check()
    page.get_by_role("button", name="Decline the mission").tap()
    expect(page.locator("#messages")).to_contain_text("Write what the reason is")
    axe(page)
    page.get_by_label("In your own words").fill("Warning light on the dashboard")
    page.get_by_role("button", name="Decline the mission").tap()
    expect(page.get_by_text("No mission at the moment")).to_be_visible()
    assert Entry.objects.get(verb="decline").words == "Warning light on the dashboard"


def test_no_show_counts_down_and_then_may_be_said(open_as: OpenAs, driver: Driver, regulator: User) -> None:
    mission = give(driver, regulator, wanted_at=timezone.now() + timedelta(minutes=6))
    ride = Ride.objects.get(stops__mission=mission, stops__kind="pick_up")
    dispatch.acknowledge(mission=mission, by=driver.user)
    dispatch.depart(ride=ride, by=driver.user)
    dispatch.arrive(ride=ride, by=driver.user)
    page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
    nobody = page.get_by_role("button", name="Nobody came")
    expect(nobody).to_be_disabled()
    minutes = nobody.locator("[data-left]").inner_text().split(":")[0]
    assert minutes in ("15", "16")
    Ride.objects.filter(pk=ride.pk).update(
        pickup_at=timezone.now() - timedelta(minutes=12), state_since=timezone.now() - timedelta(minutes=11)
    )
    page.reload()
    page.on("dialog", lambda dialog: dialog.accept())
    nobody.tap()
    expect(page.get_by_text("No mission at the moment")).to_be_visible()
    assert state_of(mission) == "cancelled"


class TestSharing:
    def test_says_that_it_was_sent_only_once_it_was_taken(self, open_as: OpenAs, driver: Driver) -> None:
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND, **BREST)
        line = page.locator("#sharing-state")
        expect(line).to_contain_text("Position sent")
        page.get_by_role("switch", name="Share my position").tap()
        expect(line).to_have_text("Off: nobody sees where you are.")
        driver.refresh_from_db()
        assert driver.sharing is False
        page.get_by_role("switch", name="Share my position").tap()
        expect(line).to_contain_text("Position sent")

    def test_goes_over_http_when_the_socket_is_down(self, open_as: OpenAs, driver: Driver, live_site: Site) -> None:
        page = open_as(None, "/sign-in/", size=PHONE, **HAND, **BREST)
        page.route_web_socket("**/live/**", lambda socket: socket.close())
        page.context.add_cookies([{"name": "sessionid", "value": session_of(driver.user), "url": live_site.url}])
        with page.expect_response("**/drive/positions/") as posted:
            page.goto("/drive/")
        assert posted.value.json()["type"] == "positions_taken"
        expect(page.locator("#sharing-state")).to_contain_text("Position sent")

    def test_what_was_driven_without_a_network_is_sent_afterwards(
        self, open_as: OpenAs, driver: Driver, guard: Guard
    ) -> None:
        guard.forgive("ERR_INTERNET_DISCONNECTED")
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND, **BREST)
        line = page.locator("#sharing-state")
        expect(line).to_contain_text("Position sent")
        page.context.set_offline(True)
        for waiting, latitude in ((1, 48.3812), (2, 48.3814)):
            page.context.set_geolocation({"latitude": latitude, "longitude": -4.494})
            expect(line).to_have_text(f"No network. Positions that wait on this phone: {waiting}")
        assert newest([driver.pk])[driver.pk].latitude == 48.381
        page.context.set_offline(False)
        expect(line).to_contain_text("Position sent")
        assert newest([driver.pk])[driver.pk].latitude == 48.3814
        assert page.evaluate(WAITING) == 0

    def test_what_is_refused_leaves_the_phone_with_its_reason(self, open_as: OpenAs, driver: Driver) -> None:
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND, **BREST)
        line = page.locator("#sharing-state")
        expect(line).to_contain_text("Position sent")
        page.context.set_geolocation({"latitude": 49.9, "longitude": -4.494})
        expect(line).to_have_text("No car gets there that fast: this position is left out.")
        assert page.evaluate(WAITING) == 0

    def test_says_that_the_phone_forbids_it(self, open_as: OpenAs, driver: Driver) -> None:
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND, permissions=[])
        expect(page.locator("#sharing-state")).to_contain_text("the phone forbids it")

    def test_nothing_is_asked_of_the_phone_off_duty(self, open_as: OpenAs, axe: Callable[[Page], None]) -> None:
        driver = factories.DriverFactory(shift=None)
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND, **BREST)
        expect(page.locator("#sharing-state")).to_have_text("You are not on duty: no position is sent.")
        expect(page.get_by_text("You are not on duty", exact=True)).to_be_visible()
        axe(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_nothing(  # noqa: PLR0917  each is a fixture or a parameter
    open_as: OpenAs, driver: Driver, mission: Mission, regulator: User, axe: Callable[[Page], None],
    size: dict[str, int], scheme: str, language: str,
) -> None:  # fmt: skip
    driver.user.language = language
    driver.user.save()
    give(driver, regulator, wanted_at=timezone.now() + timedelta(hours=2), wheelchairs=0)
    page = open_as(driver.user, "/drive/", size=size, color_scheme=scheme, **BREST)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    axe(page)


class TestTheDashboard:
    """Kilometres and energy, read at the start and the end of a shift."""

    @pytest.fixture
    def zoe(self, driver: Driver) -> Vehicle:
        vehicle: Vehicle = factories.VehicleFactory(base=driver.base, name="Zoé 7")
        return vehicle

    def fill(self, page: Page, kind: str, zoe: Vehicle, kilometres: str) -> None:
        form = page.locator(f"#reading-{kind}")
        if not form.locator("button").is_visible():
            form.locator("summary").tap()
        form.get_by_label("Vehicle").select_option(str(zoe.pk))
        form.get_by_label("Kilometres").fill(kilometres)
        form.get_by_label("Energy").fill("64")
        form.get_by_role("button", name="Save the reading").tap()

    def test_read_without_a_network_it_arrives_once_when_it_is_back(
        self, open_as: OpenAs, driver: Driver, zoe: Vehicle, guard: Guard, axe: Callable[[Page], None]
    ) -> None:
        guard.forgive("ERR_INTERNET_DISCONNECTED")
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
        axe(page)
        page.context.set_offline(True)
        self.fill(page, "start", zoe, "30120")
        self.fill(page, "end", zoe, "30180")
        queue = page.locator("[data-tap-queue]")
        expect(queue).to_contain_text("Waiting for the network: 2 to send")
        expect(queue).to_contain_text("Start of shift")
        assert not Reading.objects.exists()
        page.context.set_offline(False)
        expect(queue).to_be_hidden(timeout=20_000)
        expect(page.locator("#dashboard")).to_contain_text("30,120 km")
        expect(page.locator("#dashboard")).to_contain_text("30,180 km")
        assert list(Reading.objects.order_by("pk").values_list("kind", "kilometres", "energy_percent")) == [
            ("start", 30_120, 64),
            ("end", 30_180, 64),
        ]
        assert driver.shifts.get().vehicle == zoe
        axe(page)

    def test_a_wrong_figure_comes_back_with_its_sentence_and_what_was_typed(
        self, open_as: OpenAs, driver: Driver, zoe: Vehicle, guard: Guard, axe: Callable[[Page], None]
    ) -> None:
        guard.forgive("422")
        factories.ReadingFactory(vehicle=zoe, kilometres=30_500)
        page = open_as(driver.user, "/drive/", size=PHONE, **HAND)
        self.fill(page, "start", zoe, "3050")
        form = page.locator("#reading-start")
        expect(form).to_contain_text("says 30,500 km")
        expect(form.get_by_label("Kilometres")).to_have_value("3050")
        axe(page)
        form.get_by_label("Kilometres").fill("90500")
        form.get_by_role("button", name="Save the reading").tap()
        expect(form.get_by_text("Yes, the kilometres are right")).to_be_visible()
        form.get_by_text("Yes, the kilometres are right").tap()
        form.get_by_role("button", name="Save the reading").tap()
        expect(page.locator("#dashboard")).to_contain_text("90,500 km")
        assert Reading.objects.filter(kilometres=90_500).count() == 1
