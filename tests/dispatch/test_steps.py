"""The regulator's steps through their pages: taken, refused with a reason, stale, and not theirs."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import actions as rides
from bookings.models import Ride
from bookings.states import RIDE, RideState
from dispatch import actions
from dispatch.forms.steps import STEP_FORMS
from dispatch.models import Mission
from echauffeur.accounts.models import User
from echauffeur.journal.models import Entry
from tests.factories import DriverFactory, ManagerFactory, RegulatorFactory, RideFactory, ShiftFactory, VehicleFactory

HTMX = {"HX-Request": "true"}


def take(client: Client, verb: str, ride: Ride, **data: str) -> object:
    return client.post(STEP_FORMS[verb](ride=ride).url, data, headers=HTMX)


def state_of(ride: Ride) -> str:
    return Ride.objects.get(pk=ride.pk).state


def said(response: object) -> str:
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


@pytest.mark.parametrize(("verb", "state"), [("confirm", RideState.CONFIRMED), ("waitlist", RideState.WAITLISTED)])
def test_step_goes_back_to_the_tower_with_the_ride_chosen(
    client: Client, regulator: object, ride: Ride, verb: str, state: str
) -> None:
    response = take(client, verb, ride)
    assert (response.status_code, response["Location"]) == (303, f"/bases/brest/tower/?ride={ride.code}")
    assert state_of(ride) == state


def test_refusal_wants_a_reason_and_a_sentence(client: Client, regulator: object, ride: Ride) -> None:
    response = take(client, "refuse", ride, reason="no_capacity", words=" ")
    assert response.status_code == 422
    assert "Write a sentence for the customer" in said(response)
    assert response["HX-Replace-Url"] == f"/bases/brest/tower/?ride={ride.code}"
    assert state_of(ride) == RideState.REQUESTED
    assert take(client, "refuse", ride, reason="no_capacity", words="All cars are out.").status_code == 303
    assert Ride.objects.get(pk=ride.pk).end_words == "All cars are out."


def test_refused_form_keeps_what_was_typed(client: Client, regulator: object, ride: Ride) -> None:
    page = BeautifulSoup(take(client, "refuse", ride, words="Sorry, not today.").content, "html.parser")
    assert page.select_one(f"#do-refuse-{ride.code}").has_attr("open")
    assert page.select_one("#id_refuse_words").text.strip() == "Sorry, not today."


def test_request_is_confirmed_and_assigned_in_one_go(
    client: Client, regulator: object, ride: Ride, crew: SimpleNamespace
) -> None:
    promise = ride.pickup_at + timedelta(minutes=10)
    assert take(client, "assign", ride, crew=crew.pair, promise=promise.isoformat()).status_code == 303
    ride.refresh_from_db()
    assert (ride.state, ride.pickup_at) == (RideState.ASSIGNED, promise)
    told = Entry.objects.about("ride", ride.pk).order_by("seq")
    assert [entry.verb for entry in told] == ["confirm", "assign"]
    assert Mission.objects.get().driver == crew.driver


def test_assigning_what_cannot_be_confirms_nothing(
    client: Client, regulator: object, ride: Ride, crew: SimpleNamespace
) -> None:
    other = RideFactory(base=ride.base, pickup_at=ride.pickup_at, state=RideState.CONFIRMED)
    actions.assign(ride=other, driver=crew.driver, vehicle=crew.vehicle, by=regulator)
    response = take(client, "assign", ride, crew=crew.pair, promise=ride.pickup_at.isoformat())
    assert response.status_code == 422
    assert f"on mission {Mission.objects.get().code}" in said(response)
    assert state_of(ride) == RideState.REQUESTED
    assert not Entry.objects.about("ride", ride.pk).exists()


def test_chosen_pair_off_duty_is_refused_and_stays_chosen(
    client: Client, regulator: object, ride: Ride, crew: SimpleNamespace
) -> None:
    yesterday = timezone.now() - timedelta(days=2)
    idle = DriverFactory(base=ride.base, shift=None)
    ShiftFactory(driver=idle, period=(yesterday, yesterday + timedelta(hours=8)))
    response = take(client, "assign", ride, driver=str(idle.pk), vehicle=str(crew.vehicle.pk))
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 422
    assert "not on duty from" in said(response)
    assert page.select_one("#choose-driver option[selected]")["value"] == str(idle.pk)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "Choose a driver."),
        ({"crew": "1; drop"}, "Choose"),
        ({"crew": "9999999-9999999"}, "Choose one of this base."),
        ({"driver": "x", "vehicle": "-"}, "Choose one of this base."),
        ({"crew": "pair", "promise": "soon"}, "This is not a time."),
        ({"crew": "pair", "promise": "2020-01-01T00:00Z"}, "This pick-up time has passed."),
    ],
)
@pytest.mark.usefixtures("regulator")
def test_nonsense_in_an_assignment_is_answered_in_words(
    client: Client, ride: Ride, crew: SimpleNamespace, data: dict[str, str], reason: str
) -> None:
    data = {name: crew.pair if value == "pair" else value for name, value in data.items()}
    response = take(client, "assign", ride, **data)
    assert response.status_code == 422
    assert reason in said(response)


def test_crew_of_another_base_is_unknown(client: Client, regulator: object, ride: Ride, crew: SimpleNamespace) -> None:
    stranger = VehicleFactory(base__code="toulon")
    response = take(client, "assign", ride, driver=str(crew.driver.pk), vehicle=str(stranger.pk))
    assert response.status_code == 422
    assert not Mission.objects.exists()


def test_stale_step_is_answered_with_what_holds_now(client: Client, regulator: object, ride: Ride) -> None:
    rides.refuse(ride=ride, by=RegulatorFactory(base=ride.base), reason="other", words="No.")
    response = take(client, "confirm", ride)
    assert response.status_code == 409
    assert "This step is no longer possible: the state is now “Refused”" in said(response)
    assert state_of(ride) == RideState.REFUSED


def test_nobody_takes_a_ride_off_a_driver_they_did_not_see(client: Client, regulator: object, assigned: Ride) -> None:
    seen = Mission.objects.get().code
    actions.unassign(ride=assigned, by=regulator, reason="replan")
    actions.assign(ride=assigned, driver=DriverFactory(), vehicle=VehicleFactory(), by=regulator)
    response = take(client, "unassign", assigned, reason="replan", mission=seen)
    assert response.status_code == 409
    assert "Meanwhile somebody gave this ride to" in said(response)
    assert state_of(assigned) == RideState.ASSIGNED


def test_nor_when_it_changes_hands_while_the_step_waits_for_its_lock(
    client: Client, regulator: object, assigned: Ride, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Mission.objects.get().code

    def lock_late(ride: Ride) -> tuple[Mission | None, Ride]:
        monkeypatch.undo()
        actions.unassign(ride=ride, by=regulator, reason="replan")
        actions.assign(ride=ride, driver=DriverFactory(), vehicle=VehicleFactory(), by=regulator)
        return actions.lock_mission_of(ride)

    monkeypatch.setattr(actions, "lock_mission_of", lock_late)
    assert take(client, "unassign", assigned, reason="replan", mission=seen).status_code == 409


def test_driver_is_taken_off_and_the_ride_cancelled(client: Client, regulator: object, assigned: Ride) -> None:
    assert take(client, "unassign", assigned, reason="breakdown").status_code == 303
    assert state_of(assigned) == RideState.CONFIRMED
    assert take(client, "cancel", assigned, reason="service", words="").status_code == 303
    assert state_of(assigned) == RideState.CANCELLED


@pytest.mark.parametrize(
    ("verb", "data", "reached"),
    [
        ("complete", {}, RideState.COMPLETED),
        ("abort", {"reason": "incident", "words": "A flat tyre."}, RideState.CANCELLED),
        ("no_show", {}, RideState.CANCELLED),
    ],
)
def test_control_room_closes_what_is_under_way(
    client: Client, assigned: Ride, verb: str, data: dict[str, str], reached: str
) -> None:
    Mission.objects.update(state="under_way")
    Ride.objects.filter(pk=assigned.pk).update(state=next(iter(RIDE.steps[verb].sources)))
    assert take(client, verb, assigned, **data).status_code == 303
    assert state_of(assigned) == reached


def test_manager_sees_but_does_not_act(client: Client, ride: Ride) -> None:
    client.force_login(ManagerFactory(base=ride.base))
    page = BeautifulSoup(client.get(f"/bases/brest/tower/?ride={ride.code}").content, "html.parser")
    assert ride.code in page.text
    assert not page.select("#live form[method=post]")
    for verb in STEP_FORMS:
        assert take(client, verb, ride).status_code == 404
    assert state_of(ride) == RideState.REQUESTED


def test_regulator_of_another_base_finds_nothing(client: Client, ride: Ride) -> None:
    client.force_login(RegulatorFactory(base__code="toulon"))
    assert client.get("/bases/brest/tower/").status_code == 404
    assert client.get(reverse("ride-request-for", args=["brest"])).status_code == 404
    assert {take(client, verb, ride).status_code for verb in STEP_FORMS} == {404}


def test_address_of_a_step_leads_back_to_the_tower(client: Client, regulator: object, ride: Ride) -> None:
    assert client.get(reverse("ride-confirm", args=[ride.code]))["Location"] == f"/bases/brest/tower/?ride={ride.code}"
    assert state_of(ride) == RideState.REQUESTED


def test_plain_form_without_scripts_gets_whole_pages(client: Client, regulator: object, ride: Ride) -> None:
    response = client.post(reverse("ride-refuse", args=[ride.code]), {"words": ""})
    assert response.status_code == 422
    assert response.content.startswith(b"<!doctype html>")


def test_link_for_guests_is_shown_once_and_opens(client: Client, regulator: object, ride: Ride) -> None:
    shown = client.post(reverse("ride-share-for", args=[ride.code]), headers=HTMX, follow=True)
    address = re.search(r"http://testserver(/t/[\w-]+/)", said(shown)).group(1)
    assert Client().get(address).status_code == 302
    assert address not in client.get(f"/bases/brest/tower/?ride={ride.code}").content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_message_is_said_once_on_a_whole_page_and_in_a_fragment(
    client: Client, regulator: object, ride: Ride, headers: dict[str, str]
) -> None:
    shown = client.post(reverse("ride-share-for", args=[ride.code]), headers=headers, follow=True)
    assert shown.content.decode().count("data-message") == 1


def test_call_is_booked_once_and_chosen(client: Client, regulator: object, ride: Ride) -> None:
    address = reverse("ride-request-for", args=["brest"])
    form = BeautifulSoup(client.get(address).content, "html.parser")
    call = {
        "tap": form.select_one("[name=tap]")["value"],
        "origin": str(ride.origin_id),
        "destination": str(ride.destination_id),
        "when": "asap",
        "passengers": "2",
        "luggage": "0",
        "wheelchairs": "0",
        "passenger_name": "Colonel Kerbrat",
        "phone": "02 98 22 10 00",
    }
    VehicleFactory(base=ride.base)
    first, again = client.post(address, call), client.post(address, call)
    booked = Ride.objects.get(passenger_name="Colonel Kerbrat")
    assert first.status_code == again.status_code == 303
    assert first["Location"] == again["Location"] == f"/bases/brest/tower/?ride={booked.code}"
    assert (booked.customer, booked.booked_by, booked.phone) == (None, regulator, "+33298221000")
    refused = client.post(address, call | {"passengers": "40"})
    assert refused.status_code == 422
    assert "Colonel Kerbrat" in refused.content.decode()


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        ("0001-01-01T00:00+14:00", "This pick-up time has passed"),
        ("9999-12-31T23:59", "more than a day late"),
        ("9999-12-31T23:59-14:00", "more than a day late"),
        ("2027-02-30T08:00", "This is not a time"),
    ],
)
@pytest.mark.usefixtures("regulator")
def test_a_promise_that_nobody_can_mean_is_refused(
    client: Client, ride: Ride, crew: SimpleNamespace, promise: str, words: str
) -> None:
    response = take(client, "assign", ride, crew=crew.pair, promise=promise)
    assert response.status_code == 422
    assert words in said(response)
    assert state_of(ride) == RideState.REQUESTED


def test_a_call_that_is_sent_after_the_session_ended_is_kept(client: Client, regulator: User) -> None:
    address = reverse("ride-request-for", args=["brest"])
    client.session.flush()
    client.post(address, {"passenger_name": "Colonel Kerbrat", "note": "Two boxes"})
    client.force_login(regulator)
    for expected in (True, False):
        assert ("Colonel Kerbrat" in client.get(address).content.decode()) is expected
