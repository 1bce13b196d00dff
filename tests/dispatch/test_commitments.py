"""A change that would leave planned missions undriven is not written until the person says what becomes of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Mission
from dispatch.queries.stranded import stranded_of_driver, stranded_of_vehicle
from drivers.actions import crew as drivers
from drivers.actions.absences import save_absence
from drivers.actions.shifts import remove_shift
from drivers.models import Absence, Driver
from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from fleet import commitments
from fleet.actions.outages import save_unavailability
from fleet.actions.vehicles import save_model, save_vehicle
from fleet.commitments import Conflict, WayOut
from fleet.models import Unavailability, Vehicle, VehicleModel
from tests.factories import DriverFactory, ManagerFactory, RegulatorFactory, UserFactory, VehicleFactory
from tests.life.checks import check_database
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db
RELEASE, KEEP = WayOut("release"), WayOut("keep", "The workshop gives it back in time.")


@pytest.fixture
def journey() -> Journey:
    return journey_to("acknowledged")


@pytest.fixture
def manager(journey: Journey) -> User:
    return ManagerFactory(base=journey.base)


def take_out(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    out = Unavailability(vehicle=journey.vehicle, period=(timezone.now(), None), reason="breakdown")
    save_unavailability(out=out, by=by, way_out=way_out)


def switch_off(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    journey.vehicle.enabled = False
    save_vehicle(vehicle=journey.vehicle, fields=["enabled"], by=by, way_out=way_out)


def need_more(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    model = journey.vehicle.model
    model.licence = "D"
    save_model(model=model, fields=["licence"], by=by, way_out=way_out)


def take_licences(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    gone = journey.driver.licences.all()
    drivers.save_driver(driver=journey.driver, fields=["licences"], by=by, gone=gone, way_out=way_out)


def cut_shift(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    remove_shift(row=journey.driver.shifts.get(), by=by, way_out=way_out)


def let_go(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    journey.driver.enabled = False
    drivers.save_driver(driver=journey.driver, fields=["enabled"], by=by, way_out=way_out)


Change = Callable[[Journey, User, WayOut | None], None]
CHANGES: dict[str, tuple[Change, str, str]] = {
    "unavailability": (take_out, "out of service: Breakdown", "vehicle_unavailable"),
    "vehicle": (switch_off, "no longer in the fleet", "vehicle_unavailable"),
    "model": (need_more, "no licence D", "driver_unavailable"),
    "licences": (take_licences, "no licence B", "driver_unavailable"),
    "shift": (cut_shift, "not on duty", "driver_unavailable"),
    "driver": (let_go, "no longer drives on this base", "driver_unavailable"),
}
every_change = pytest.mark.parametrize("name", CHANGES)


def rows() -> list[Any]:
    """What these changes may touch."""
    kinds = (Vehicle, VehicleModel, Driver, Unavailability)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


@every_change
def test_nothing_is_written_until_somebody_decides(journey: Journey, manager: User, name: str) -> None:
    change, reason, _ = CHANGES[name]
    before, steps = rows(), Entry.objects.count()
    with pytest.raises(Conflict) as caught, transaction.atomic():
        change(journey, manager, None)
    (broken,) = caught.value.broken
    assert (broken.ride, broken.mission) == (journey.ride.code, journey.mission.code)
    assert (broken.driver, broken.vehicle) == (journey.driver.short_name, journey.vehicle.name)
    assert reason in " ".join(broken.reasons)
    for words in (journey.ride.code, broken.when, journey.vehicle.name, reason):
        assert words in str(caught.value)
    assert rows() == before
    assert Entry.objects.count() == steps


# --- written down afterwards, while the mission is not done yet ----------------------------------------------------


def was_out(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    out = Unavailability(vehicle=journey.vehicle, period=just_now(journey), reason="breakdown")
    save_unavailability(out=out, by=by, way_out=way_out)


def was_away(journey: Journey, by: User, way_out: WayOut | None = None) -> None:
    save_absence(absence=Absence(driver=journey.driver, period=just_now(journey), kind="sick"), by=by, way_out=way_out)


def just_now(journey: Journey) -> tuple[datetime, datetime]:
    """Return a time that is over, of which the mission takes a part."""
    now = timezone.now()
    Mission.objects.update(period=(now - timedelta(hours=1), now + timedelta(minutes=10)))
    return now - timedelta(minutes=50), now - timedelta(minutes=20)


AFTERWARDS = {"out of service: Breakdown": was_out, "away": was_away}


@pytest.mark.parametrize("reason", AFTERWARDS)
@pytest.mark.parametrize("state", ["assigned", "on_board"])
def test_what_is_over_has_its_ways_out_too(state: str, reason: str) -> None:
    journey, write = journey_to(state), AFTERWARDS[reason]
    by = ManagerFactory(base=journey.base)
    with pytest.raises(Conflict) as caught, transaction.atomic():
        write(journey, by)
    assert caught.value.broken[0].reasons == (reason,)
    if state == "on_board":
        with pytest.raises(Refusal, match="cannot go back to the control room"), transaction.atomic():
            write(journey, by, RELEASE)
    write(journey, by, KEEP)
    journey.mission.refresh_from_db()
    assert journey.mission.overrule == KEEP.reason
    check_database()


@every_change
def test_the_rides_go_back(journey: Journey, manager: User, name: str) -> None:
    change, _, reason = CHANGES[name]
    change(journey, manager, RELEASE)
    journey.ride.refresh_from_db()
    journey.mission.refresh_from_db()
    assert (journey.ride.state, journey.mission.state) == ("confirmed", "called_off")
    step = Entry.objects.get(verb="unassign")
    assert (step.by, step.reason) == (manager, reason)
    assert journey.driver.stream in step.streams, "the driver's phone is told"
    check_database()


@every_change
def test_the_missions_stay(journey: Journey, manager: User, name: str) -> None:
    change, _, _ = CHANGES[name]
    change(journey, manager, KEEP)
    journey.ride.refresh_from_db()
    journey.mission.refresh_from_db()
    assert (journey.ride.state, journey.mission.state) == ("acknowledged", "acknowledged")
    assert journey.mission.overrule == KEEP.reason
    step = Entry.objects.get(verb="overrule")
    assert (step.by, step.words, step.code) == (manager, KEEP.reason, journey.mission.code)
    assert journey.driver.stream in step.streams
    assert journey.ride.stream not in step.streams, "what is said of the crew is not for customers"
    assert stranded_of_vehicle(Vehicle.objects.get()) == stranded_of_driver(Driver.objects.get()) == []
    check_database()


def test_it_is_kept_for_what_was_said_alone(journey: Journey, manager: User) -> None:
    """Whoever kept a mission in spite of a breakdown has not agreed to a driver without licence."""
    take_out(journey, manager, KEEP)
    with pytest.raises(Conflict) as caught:
        take_licences(journey, manager)
    assert any("no licence" in reason for reason in caught.value.broken[0].reasons)


def test_the_same_again_asks_nobody_again(journey: Journey, manager: User) -> None:
    take_out(journey, manager, KEEP)
    switch = Unavailability.objects.get()
    switch.note = "Gearbox"
    save_unavailability(out=switch, by=manager)
    assert Unavailability.objects.get().note == "Gearbox"


def test_keeping_needs_a_reason(journey: Journey, manager: User) -> None:
    with pytest.raises(Refusal, match="Say why") as caught, transaction.atomic():
        take_out(journey, manager, WayOut("keep", "  "))
    assert caught.value.field == "way_out_reason"
    assert not Unavailability.objects.exists()


def test_only_what_was_seen_goes_back(journey: Journey, manager: User) -> None:
    """Between the page and the press another ride was planned: it is shown first."""
    with pytest.raises(Conflict), transaction.atomic():
        take_out(journey, manager, WayOut("release", seen=frozenset({"R-OTHER"})))
    take_out(journey, manager, WayOut("release", seen=frozenset({journey.ride.code})))
    journey.ride.refresh_from_db()
    assert journey.ride.state == "confirmed"


def test_who_is_on_board_cannot_go_back(manager: User) -> None:
    journey = journey_to("on_board")
    with pytest.raises(Refusal, match="On board") as caught, transaction.atomic():
        take_out(journey, manager, RELEASE)
    assert journey.ride.code in str(caught.value)
    take_out(journey, manager, KEEP)


def test_a_car_on_the_way_is_called_back(manager: User) -> None:
    journey = journey_to("approaching")
    take_out(journey, manager, RELEASE)
    journey.ride.refresh_from_db()
    assert journey.ride.state == "confirmed"
    check_database()


class TestWhoElse:
    def test_the_same_driver_with_another_car(self, journey: Journey, manager: User) -> None:
        other = VehicleFactory(base=journey.base)
        with pytest.raises(Conflict) as caught:
            take_out(journey, manager)
        assert caught.value.broken[0].instead == f"{journey.driver.short_name} with {other.name} is free"

    def test_another_driver_with_the_same_car(self, journey: Journey, manager: User) -> None:
        other = DriverFactory(base=journey.base)
        with pytest.raises(Conflict) as caught:
            let_go(journey, manager)
        assert caught.value.broken[0].instead == f"{other.short_name} with {journey.vehicle.name} is free"

    def test_nobody(self, journey: Journey, manager: User) -> None:
        with pytest.raises(Conflict) as caught:
            let_go(journey, manager)
        assert caught.value.broken[0].instead == ""


def test_nothing_planned_costs_four_questions(journey: Journey, django_assert_num_queries: Any) -> None:
    """One before the change and one after it; and the database judges after it, not at each row."""
    vehicle, by = VehicleFactory(base=journey.base), RegulatorFactory(base=journey.base)
    with django_assert_num_queries(4), commitments.kept(vehicles=[vehicle.pk], by=by):
        pass


def test_many_cost_no_more_than_one(manager: User) -> None:
    """Whoever could take them is asked for once, not ride by ride."""
    costs = []
    for more in (0, 6):
        for _ in range(more):
            journey_to("assigned")
        change = Journey()
        with CaptureQueriesContext(connection) as asked, pytest.raises(Conflict) as caught, transaction.atomic():
            need_more(change, manager)
        costs.append((len(caught.value.broken), len(asked)))
    assert [broken for broken, _ in costs] == [1, 7]
    assert costs[0][1] == costs[1][1], costs
    assert "; and 2 more" in str(caught.value)


# --- on the pages --------------------------------------------------------------------------------------------------


class TestOnThePages:
    @pytest.fixture
    def client(self, manager: User) -> Client:
        client = Client()
        client.force_login(manager)
        return client

    @pytest.fixture
    def address(self, journey: Journey) -> str:
        return f"{reverse('planning-unavailability-add', args=[journey.base.code])}?vehicle={journey.vehicle.pk}"

    TYPED = {"begins": "2020-01-01T08:00", "ends": "", "reason": "breakdown", "note": "Smokes"}

    @pytest.fixture(autouse=True)
    def of_the_vehicle(self, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "TYPED", self.TYPED | {"vehicle": str(journey.vehicle.pk)})

    def page(self, client: Client, address: str, typed: dict[str, Any]) -> BeautifulSoup:
        answer = client.post(address, typed)
        assert answer.status_code == 422
        return BeautifulSoup(answer.content, "html.parser")

    def test_the_conflict_is_shown_with_its_three_ways_out(
        self, client: Client, journey: Journey, address: str
    ) -> None:
        page = self.page(client, address, self.TYPED)
        part = page.select_one("form .conflict[data-error-summary][tabindex='-1']")
        assert part, "inside the form, and focused"
        assert len(page.select("[data-error-summary]")) == 1
        for words in (journey.ride.code, journey.driver.short_name, journey.vehicle.name, "out of service: Breakdown"):
            assert words in part.text
        assert page.select_one("[name=note]")["value"] == "Smokes", "what was typed stays"
        assert [button["value"] for button in part.select("button[name=way_out]")] == ["keep", "release"]
        back = reverse("planning", args=[journey.base.code])
        assert part.select_one(f"a[href='{back}']")
        assert part.select_one("[name=way_out_seen]")["value"] == journey.ride.code

    def test_giving_back(self, client: Client, journey: Journey, address: str) -> None:
        answer = client.post(address, self.TYPED | {"way_out": "release", "way_out_seen": journey.ride.code})
        assert answer.status_code == 303
        journey.ride.refresh_from_db()
        assert journey.ride.state == "confirmed"

    def test_keeping(self, client: Client, journey: Journey, address: str) -> None:
        chosen = {"way_out": "keep", "way_out_reason": "A spare is here.", "way_out_seen": journey.ride.code}
        assert client.post(address, self.TYPED | chosen).status_code == 303
        journey.mission.refresh_from_db()
        assert journey.mission.overrule == "A spare is here."

    @pytest.mark.parametrize("reason", ["", " ", "x" * 201])
    def test_a_reason_that_cannot_be_kept(self, client: Client, address: str, reason: str) -> None:
        page = self.page(client, address, self.TYPED | {"way_out": "keep", "way_out_reason": reason})
        field = page.select_one(".conflict [name=way_out_reason]")
        assert field["aria-invalid"] == "true"
        assert not Unavailability.objects.exists()

    @pytest.mark.parametrize("nonsense", [{"way_out": "burn"}, {"way_out": "release", "way_out_seen": "R-22"}])
    def test_nonsense_decides_nothing(self, client: Client, address: str, nonsense: dict[str, str]) -> None:
        assert self.page(client, address, self.TYPED | nonsense).select_one(".conflict")

    def test_a_vehicle_a_model_and_a_driver_ask_too(self, client: Client, journey: Journey) -> None:
        car, model, code = journey.vehicle, journey.vehicle.model, journey.base.code
        VehicleModel.objects.update(base=journey.base)
        sent = {
            reverse("base-vehicle", args=[code, car.pk]): {"name": car.name, "plate": car.plate, "model": car.model_id},
            reverse("base-model", args=[code, model.pk]): {
                "name": model.name, "seats": model.seats, "wheelchair_places": 0, "licence": "D",
            },
        }  # fmt: skip
        for address, typed in sent.items():
            assert self.page(client, address, typed).select_one(".conflict")

    def test_the_towers_history_says_why_it_was_kept(self, client: Client, journey: Journey, manager: User) -> None:
        take_out(journey, manager, KEEP)
        tower = client.get(reverse("tower", args=[journey.base.code]), {"ride": journey.ride.code}).content.decode()
        assert "Mission kept as it is" in tower
        assert "Despite: out of service" in tower
        assert KEEP.reason in tower
        log = client.get(reverse("base-journal", args=[journey.base.code])).content.decode()
        assert KEEP.reason in log

    def test_the_customer_reads_nothing_of_it(self, journey: Journey, manager: User) -> None:
        take_out(journey, manager, KEEP)
        client = Client()
        client.force_login(journey.customer)
        page = client.get(reverse("ride", args=[journey.ride.code])).content.decode()
        assert KEEP.reason not in page
        assert "overrule" not in page


class TestInTheAdministration:
    @pytest.fixture
    def client(self, journey: Journey) -> Client:
        client = Client()
        client.force_login(UserFactory(is_staff=True, is_superuser=True, base=journey.base))
        return client

    def test_it_is_refused_with_the_list(self, client: Client, journey: Journey) -> None:
        model, steps = journey.vehicle.model, Entry.objects.count()
        typed = {"name": model.name, "seats": model.seats, "wheelchair_places": 0, "licence": "D"}
        answer = client.post(f"/admin/fleet/vehiclemodel/{model.pk}/change/", typed)
        assert answer.status_code == 200
        page = BeautifulSoup(answer.content, "html.parser")
        assert page.select_one(f".errornote, .errorlist a[href='{tower_of(journey)}']")
        assert page.select_one(f".errorlist a[href='{tower_of(journey)}']")
        assert page.select_one("[name=licence] option[selected]")["value"] == "D", "what was typed stays"
        model.refresh_from_db()
        assert model.licence == "B"
        assert Entry.objects.count() == steps

    def test_it_names_the_page_that_asks(self, client: Client, journey: Journey) -> None:
        car = journey.vehicle
        typed = {
            "base": car.base_id, "model": car.model_id, "name": car.name, "plate": car.plate,
            "unavailabilities-TOTAL_FORMS": 0, "unavailabilities-INITIAL_FORMS": 0,
        }  # fmt: skip
        page = client.post(f"/admin/fleet/vehicle/{car.pk}/change/", typed).content.decode()
        assert reverse("base-vehicle", args=[car.base.code, car.pk]) in page
        car.refresh_from_db()
        assert car.enabled

    def test_an_account_is_switched_off_at_once_and_its_missions_are_told(
        self, client: Client, journey: Journey
    ) -> None:
        """Who locks a stolen account out waits for nobody's planning."""
        person = journey.driver.user
        typed = {
            "first_name": person.first_name, "last_name": person.last_name, "email": person.email, "language": "en",
            "phone": person.phone, "base": person.base_id,
            "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
        }  # fmt: skip
        assert client.post(f"/admin/accounts/user/{person.pk}/change/", typed).status_code == 302
        person.refresh_from_db()
        assert not person.is_active
        (stranded,) = stranded_of_driver(journey.driver)
        assert "no longer drives on this base" in stranded.reasons


def tower_of(journey: Journey) -> str:
    return f"{reverse('tower', args=[journey.base.code])}?ride={journey.ride.code}"


def test_a_mission_that_ended_meanwhile_is_left_alone(journey: Journey, manager: User) -> None:
    look = commitments.Look(vehicles=[journey.vehicle.pk])
    period = (timezone.now(), timezone.now() + timedelta(days=1))
    Unavailability.objects.create(vehicle=journey.vehicle, period=period, reason="lent")
    journey.mission.state, journey.mission.ended_at = "called_off", timezone.now()
    journey.mission.save()
    look.settle(way_out=None, by=manager)
