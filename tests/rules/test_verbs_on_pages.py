"""Pages offer each person exactly the steps that the table gives them in that state: no dead button, none missing."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from bookings.states import RIDE, RideState
from dispatch.models import Mission
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from tests.life.journeys import Journey, journey_to
from tests.rules.test_lifecycles import MISSION_VERBS, address_of

pytestmark = pytest.mark.django_db
every_state = pytest.mark.parametrize("state", RideState.values)


def offered(user: User, path: str) -> set[str]:
    """Return where the forms lead that a person may send on this page; steps prepared for later are hidden."""
    client = Client()
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    forms = BeautifulSoup(response.content, "html.parser").select("form[method=post]:not([hidden])")
    return {str(form["action"]) for form in forms}


def steps_of(journey: Journey, party: Party, verbs: set[str]) -> set[str]:
    """Return the addresses under which this party takes these steps of the journey's ride."""
    return {placed(journey, verb, party) for verb in verbs}


def placed(journey: Journey, verb: str, party: Party) -> str:
    address = address_of(verb, party)
    code = (
        Mission.objects.get(stops__ride=journey.ride, stops__kind="pick_up").code
        if verb in MISSION_VERBS
        else journey.ride.code
    )
    return address.replace("R-2345", code)


def check(journey: Journey, party: Party, user: User, path: str, *, also: set[str] = frozenset()) -> None:
    state = journey.ride.state
    theirs = set(RIDE.verbs(state, party)) | also
    every = {
        verb
        for verb, step in RIDE.steps.items()
        if party in step.who and (journey.mission or verb not in MISSION_VERBS)
    }
    found = offered(user, path) & steps_of(journey, party, every)
    assert found == steps_of(journey, party, theirs)


@every_state
def test_the_customer_page(state: str) -> None:
    journey = journey_to(state)
    check(journey, Party.CUSTOMER, journey.customer, reverse("ride", args=[journey.ride.code]))


@every_state
def test_the_control_tower(state: str) -> None:
    journey = journey_to(state)
    tower = f"{reverse('tower', args=[journey.base.code])}?ride={journey.ride.code}"
    also = {"assign"} if state in {"requested", "waitlisted"} else set()  # confirmed and assigned in one go
    check(journey, Party.REGULATOR, journey.regulator, tower, also=also)


@pytest.mark.parametrize("state", [state for state in RideState.values if RIDE.verbs(state, Party.DRIVER)])
def test_the_driver_phone(state: str) -> None:
    journey = journey_to(state)
    check(journey, Party.DRIVER, journey.driver.user, reverse("my-day"))
