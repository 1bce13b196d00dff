"""The ride's page from request to rating, and the list of rides: only one's own, true at every step."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.actions import confirm
from bookings.models import Ride
from bookings.states import CAR_IN_SIGHT, CUSTOMER_MAY_CANCEL, RIDE, CancelReason, RideState
from bookings.views.words import FOR_GUESTS, HAPPENED, HEADLINES, LINE
from dispatch import actions as dispatch
from dispatch.models import Mission
from dispatch.queries.missions import mission_of
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.journal.queries import seq_of
from tests.factories import PASSWORD, DriverFactory, RegulatorFactory, RideFactory, UserFactory, VehicleFactory
from tracking.positions import Position, keep_and_tell

pytestmark = pytest.mark.django_db
STEPS = ["acknowledge", "depart", "arrive", "board", "complete"]


@pytest.fixture
def ride(customer: User, base: Base) -> Ride:
    ride: Ride = RideFactory(customer=customer, base=base, phone="+33687654321")
    return ride


def page(client: Client, ride: Ride) -> str:
    return client.get(reverse("ride", args=[ride.code])).content.decode()


def assign(ride: Ride) -> Mission:
    regulator = RegulatorFactory(base=ride.base)
    confirm(ride=ride, by=regulator)
    vehicle = VehicleFactory(base=ride.base, plate="ZZ-123-ZZ", colour="grey")
    return dispatch.assign(ride=ride, driver=DriverFactory(base=ride.base), vehicle=vehicle, by=regulator)


def drive_one(ride: Ride, verb: str) -> None:
    """Take this step as the ride's driver."""
    mission = mission_of(ride)
    assert mission is not None
    what = {"mission": mission} if verb == "acknowledge" else {"ride": ride}
    getattr(dispatch, verb)(**what, by=mission.driver.user)


def drive(ride: Ride, *, until: str) -> None:
    for verb in STEPS[: STEPS.index(until) + 1]:
        drive_one(ride, verb)


def seen_at(mission: Mission, *, seconds_ago: int = 0) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    keep_and_tell(mission.base_id, [Position(mission.driver_id, 48.4, -4.5, at)], until=at + timedelta(hours=1))


def test_every_state_and_step_has_its_words() -> None:
    assert set(HEADLINES) == set(RideState.values)
    assert {verb for verb, _party in HAPPENED} == {*RIDE.steps, "request", "rate", "share", "unshare"}
    assert {*CAR_IN_SIGHT, *RIDE.final} <= set(FOR_GUESTS)
    assert {state for _label, states in LINE for state in states} == set(RideState.values) - {"refused", "cancelled"}


@pytest.mark.parametrize("name", ["ride", "ride-cancel", "ride-rate", "ride-share", "ride-unshare"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_ride_is_no_ride(name: str, method: str, ride: Ride) -> None:
    stranger = Client()
    stranger.force_login(UserFactory(base=ride.base))
    status = 405 if (name, method) == ("ride", "post") else 404
    assert getattr(stranger, method)(reverse(name, args=[ride.code])).status_code == status


def test_the_page_tells_each_step(client: Client, ride: Ride) -> None:
    assert "Nothing is promised yet" in page(client, ride)
    assign(ride)
    assert "Yann drives you" in page(client, ride)
    told = {"acknowledge": "Yann took note", "depart": "Yann is on the way", "arrive": "Your car is there"}
    told |= {"board": "You are on your way", "complete": "How was your ride?"}
    for verb, words in told.items():
        drive_one(ride, verb)
        assert words in page(client, ride)


def test_the_position_is_shown_only_while_the_car_comes_for_or_carries_this_ride(client: Client, ride: Ride) -> None:
    mission = assign(ride)
    seen_at(mission)
    told, shown = {}, {}
    for verb in STEPS:
        drive_one(ride, verb)
        answer = client.get(reverse("ride", args=[ride.code]))
        told[verb] = answer.context["car"].position is not None
        shown[verb] = 'data-lat="48.4"' in answer.content.decode()
    assert told == shown
    assert shown == {"acknowledge": False, "depart": True, "arrive": True, "board": True, "complete": False}


def test_no_arrival_is_told_from_an_old_position(client: Client, ride: Ride) -> None:
    mission = assign(ride)
    drive(ride, until="depart")
    minutes = {}
    for seconds_ago in (300, 5):
        seen_at(mission, seconds_ago=seconds_ago)
        minutes[seconds_ago] = client.get(reverse("ride", args=[ride.code])).context["car"].minutes
    assert minutes[5] > 0
    assert minutes[300] is None


def test_degrees_are_written_for_scripts_in_every_language(client: Client, customer: User, ride: Ride) -> None:
    customer.language = "fr"
    customer.save()
    assert f'data-lat="{ride.destination.latitude}"' in page(client, ride)


def test_the_fragment_is_what_the_page_includes(client: Client, ride: Ride) -> None:
    whole = page(client, ride)
    part = client.get(reverse("ride", args=[ride.code]), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert f'data-seq="{seq_of(ride.stream)}"' in part
    same = whole.partition('<div id="live"')[2].partition("</main>")[0]
    assert comparable(part.partition('<div id="live"')[2]) == comparable(same)


def comparable(html: str) -> str:
    """Leave out what differs between any two answers: the clock, and the token against forgery."""
    return re.sub(r'data-now="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", html).strip()


def test_the_customer_cancels_with_a_reason(client: Client, ride: Ride) -> None:
    address = reverse("ride-cancel", args=[ride.code])
    unsaid = client.post(address, {})
    assert (unsaid.status_code, unsaid.context["is_cancelling"]) == (422, True)
    client.post(address, {"reason": CancelReason.CHANGED_PLAN, "words": "Sorry"})
    ride.refresh_from_db()
    assert (ride.state, ride.end_reason, ride.end_words) == ("cancelled", "changed_plan", "Sorry")


def test_what_only_the_control_room_says_is_no_reason_of_the_customer(client: Client, ride: Ride) -> None:
    assert client.post(reverse("ride-cancel", args=[ride.code]), {"reason": CancelReason.SERVICE}).status_code == 422


def test_once_the_driver_set_out_the_page_says_why_cancelling_is_over(client: Client, ride: Ride) -> None:
    assign(ride)
    drive(ride, until="depart")
    assert RideState.APPROACHING not in CUSTOMER_MAY_CANCEL
    assert "cancel-form" not in page(client, ride)
    answer = client.post(reverse("ride-cancel", args=[ride.code]), {"reason": CancelReason.DUPLICATE})
    assert answer.status_code == 403
    assert "Call the control room" in answer.content.decode()
    ride.refresh_from_db()
    assert ride.state == RideState.APPROACHING


def test_cancelling_twice_shows_what_holds(client: Client, ride: Ride) -> None:
    for status in (302, 409):
        answer = client.post(reverse("ride-cancel", args=[ride.code]), {"reason": CancelReason.DUPLICATE})
        assert answer.status_code == status
    assert "Ride cancelled" in answer.content.decode()


def test_one_tap_rates_and_words_may_follow(client: Client, ride: Ride) -> None:
    address = reverse("ride-rate", args=[ride.code])
    assert client.post(address, {"rating": 5}).status_code == 422
    assign(ride)
    drive(ride, until="complete")
    assert client.post(address, {"rating": 6}).status_code == 422
    client.post(address, {"rating": 4})
    client.post(address, {"rating": 4, "words": "On time"})
    ride.refresh_from_db()
    assert (ride.rating, ride.rating_words) == (4, "On time")
    assert "You rated the ride: 4 of 5." in page(client, ride)


def test_after_signing_in_again_an_address_that_takes_a_form_shows_the_ride(client: Client, ride: Ride) -> None:
    for name in ("ride-cancel", "ride-rate", "ride-share", "ride-unshare"):
        assert client.get(reverse(name, args=[ride.code]), follow=True).status_code == 200


def test_no_phone_number_of_staff_or_passenger_is_told_by_the_page_beyond_ones_own(client: Client, ride: Ride) -> None:
    assign(ride)
    html = page(client, ride)
    assert "+33612345678" not in html  # the driver's
    assert "+33298221000" in html  # the control room's, to call


def test_my_rides_cost_the_same_however_many(client: Client, customer: User, base: Base) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse("rides")).status_code == 200
        return len(captured)

    make = {"customer": customer, "base": base, "origin": RideFactory(base=base).origin}
    over: dict[str, Any] = {"state": RideState.COMPLETED, "ended_at": timezone.now()}
    RideFactory(**make), RideFactory(**make, **over)
    few = queries()
    RideFactory.create_batch(10, **make), RideFactory.create_batch(10, **make, **over)
    assert queries() == few


def test_past_rides_come_page_by_page(client: Client, customer: User, base: Base) -> None:
    rides = RideFactory.create_batch(
        16, customer=customer, base=base, state=RideState.COMPLETED, ended_at=timezone.now()
    )
    first = client.get(reverse("rides"))
    assert len(first.context["past_cards"]) == 15
    for number in ("2", "99", "nonsense"):
        assert client.get(reverse("rides"), {"page": number}).status_code == 200
    assert rides[0].code in client.get(reverse("rides"), {"page": 2}).content.decode()


def test_without_rides_the_list_says_what_to_do(client: Client) -> None:
    assert "No ride is coming" in client.get(reverse("rides")).content.decode()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("ride-cancel", {"reason": "duplicate", "words": "Booked by my secretary"}),
        ("ride-rate", {"rating": 4, "words": "A bit late"}),
    ],
)
def test_a_session_that_ends_under_a_form_of_the_page_loses_nothing(
    client: Client, customer: User, ride: Ride, name: str, sent: dict[str, Any]
) -> None:
    if name == "ride-rate":
        assign(ride)
        drive(ride, until="complete")
    shown = reverse("ride", args=[ride.code])
    client.session.flush()
    answer = client.post(reverse(name, args=[ride.code]), sent, headers={"Referer": f"http://testserver{shown}"})
    after = client.post(answer.url, {"username": customer.email, "password": PASSWORD}, follow=True)
    assert after.redirect_chain[-1][0] == shown
    assert sent["words"] in after.content.decode()
    assert sent["words"] not in page(client, ride)
