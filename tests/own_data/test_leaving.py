"""Deleting one's account: when it is possible, and how sure one must be."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.states import RIDE, RideState
from echauffeur.accounts.models import User
from echauffeur.common import personal
from echauffeur.common.refusals import Refusal
from echauffeur.own_data.actions import delete_account
from fleet.actions import handsets as fleet
from tests import factories
from tests.factories import PASSWORD
from tests.life.journeys import journey_to
from tests.own_data.lives import EMAIL, FIRST, LAST

pytestmark = pytest.mark.django_db


# --- what forbids it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [RideState.APPROACHING, RideState.WAITING, RideState.ON_BOARD])
def test_not_while_a_car_is_on_its_way(state: str) -> None:
    journey, other = journey_to(state), None
    other = journey_to("requested", customer=journey.customer, base=journey.base)
    with pytest.raises(Refusal, match=journey.ride.code):
        delete_account(by=journey.customer)
    other.ride.refresh_from_db()
    assert other.ride.state == RideState.REQUESTED, "nothing was done"


@pytest.mark.parametrize("state", sorted(RIDE.live - {"requested", "waitlisted", "confirmed"}))
def test_not_while_there_are_missions_to_drive(state: str) -> None:
    journey = journey_to(state)
    with pytest.raises(Refusal, match=journey.mission.code):
        delete_account(by=journey.driver.user)
    assert User.objects.get(pk=journey.driver.user_id).is_active


def test_not_with_a_service_phone_in_the_pocket() -> None:
    driver = factories.DriverFactory()
    phone = factories.HandsetFactory(base=driver.base, holder=driver.user, state="lent", lent_at=timezone.now())
    with pytest.raises(Refusal, match="Give it back first"):
        delete_account(by=driver.user)
    fleet.take_back(handset=phone, by=factories.ManagerFactory(base=driver.base))
    delete_account(by=driver.user)


def test_not_the_last_administrator() -> None:
    last = factories.UserFactory(is_staff=True, is_superuser=True)
    factories.UserFactory(is_superuser=True, is_staff=True, is_active=False)
    with pytest.raises(Refusal, match="last administrator"):
        delete_account(by=last)
    factories.UserFactory(is_staff=True, is_superuser=True)
    delete_account(by=last)


def test_not_the_only_manager_of_a_base() -> None:
    manager = factories.ManagerFactory()
    factories.ManagerFactory(base=factories.BaseFactory(code="toulon"))
    factories.ManagerFactory(base=manager.base, is_active=False)
    with pytest.raises(Refusal, match="last manager of Brest"):
        delete_account(by=manager)
    factories.ManagerFactory(base=manager.base)
    delete_account(by=manager)


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def camille(client: Client) -> User:
    camille = factories.UserFactory()
    client.force_login(camille)
    return camille


def test_the_password_is_asked_for(client: Client, camille: User) -> None:
    page = client.post(reverse("delete-account"), {"password": "a guess"})
    assert page.status_code == 422
    assert "This is not your password" in page.content.decode()
    assert User.objects.get(pk=camille.pk).is_active


def test_with_the_password_it_happens_and_one_is_signed_out(client: Client, camille: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(camille)
    page = client.post(reverse("delete-account"), {"password": PASSWORD}, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "Your account is deleted" in page.content.decode()
    assert User.objects.get(pk=camille.pk).erased_at
    for browser in (client, elsewhere):
        assert browser.get(reverse("rides"))["Location"].startswith(reverse("sign-in"))


def test_whoever_has_no_password_writes_the_address(client: Client, camille: User) -> None:
    camille.set_unusable_password()
    camille.save()
    client.force_login(camille)
    assert client.post(reverse("delete-account"), {"address": "somebody@example.org"}).status_code == 422
    assert client.post(reverse("delete-account"), {"address": camille.email.upper()}).status_code == 302
    assert User.objects.get(pk=camille.pk).erased_at


def test_a_refusal_is_said_on_the_page(client: Client) -> None:
    journey = journey_to("approaching")
    client.force_login(journey.customer)
    page = client.post(reverse("delete-account"), {"password": PASSWORD})
    assert page.status_code == 422
    assert f"The car of your ride {journey.ride.code} is on its way" in page.content.decode()


def test_the_password_cannot_be_guessed_at_will(client: Client, camille: User) -> None:
    codes = [client.post(reverse("delete-account"), {"password": f"guess {n}"}).status_code for n in range(6)]
    assert codes == [422] * 5 + [429]
    assert client.post(reverse("delete-account"), {"password": PASSWORD}).status_code == 429


def test_names_of_other_people_stay_in_the_words() -> None:
    identity = personal.Identity(FIRST, LAST, EMAIL, "", "")
    told = f"{FIRST.upper()} {LAST.upper()} and Yann Le Gall waited; M. {LAST} left."
    assert identity.left_out_of(told) == "… and Yann Le Gall waited; … left."
