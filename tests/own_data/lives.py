"""A person who left traces everywhere."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from bookings import actions as booking
from bookings.models import Ride
from bookings.rules import Origin, Wish
from dispatch import actions as dispatch
from drivers.actions.calendar import make_feed
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.accounts.roles import Role
from echauffeur.common.lifecycle import Party
from echauffeur.notifications.actions import Letter, post
from echauffeur.notifications.states import Way
from echauffeur.public import actions as public
from fleet.actions import handsets as fleet
from fleet.actions.outages import save_unavailability
from fleet.commitments import WayOut
from fleet.models import Unavailability
from tests import factories
from tests.life.journeys import FORWARD, Journey, journey_to

FIRST, LAST = "Maëlys", "Lefèvre-Ångström"
EMAIL, PHONE, SPOKEN = "maelys.lefevre@example.org", "+33611223344", "06 11 22 33 44"
NAMED = {"email": EMAIL, "first_name": FIRST, "last_name": LAST, "phone": PHONE}
# One word each is enough to be found: lone names too.
WORDS = [FIRST, LAST, EMAIL, PHONE, SPOKEN]


@dataclass
class Life:
    """``person``, and a browser in which the person is signed in."""

    person: User
    client: Client = field(default_factory=Client)


def full_life() -> Life:
    """Return the life of somebody who was customer, driver, regulator and manager of Brest."""
    base = factories.BaseFactory()
    factories.ManagerFactory(base=base)
    driver = factories.DriverFactory(base=base, user__email=EMAIL, user__first_name=FIRST, user__last_name=LAST)
    person = driver.user
    User.objects.filter(pk=person.pk).update(phone=PHONE)
    person.refresh_from_db()
    for role in (Role.REGULATOR, Role.MANAGER):
        factories.MembershipFactory(user=person, base=base, role=role)
    life = Life(person)
    Client().post(reverse("sign-in"), {"username": EMAIL, "password": "a guess"})
    life.client.force_login(person)
    person.identities.create(issuer="https://id.example", subject=f"{FIRST}.{LAST}")
    TOTPDevice.objects.create(user=person, name=f"Phone of {FIRST} {LAST}")
    as_customer(life)
    as_driver(driver)
    as_regulator(life)
    in_the_administration(life)
    public.write(subject=f"From {FIRST} {LAST}", words=f"Call me: {SPOKEN}", reply_to=EMAIL, by=person)
    with transaction.atomic():
        letter = Letter("code", f"Hello {FIRST}", f"Dear {FIRST} {LAST}, your code is 1234.", is_secret=True)
        post(letter, way=Way.MAIL, to=EMAIL, person=person)
        post(letter, way=Way.TEXT, to=PHONE)
    public.write(subject="No account then", words="Hello", reply_to=EMAIL.upper(), by=None)
    return life


def as_customer(life: Life) -> None:
    """Rides in every state that leaving allows, a rated one, a shared one, a draft, one that a colleague booked."""
    person = life.person
    for state in ("requested", "waitlisted", "confirmed", "assigned", "acknowledged", "refused", "cancelled"):
        journey_to(state, customer=person, base=person.base)
    done = journey_to("completed", customer=person, base=person.base)
    Ride.objects.filter(pk=done.ride.pk).update(note=f"Ask for {LAST}", phone=PHONE)
    booking.rate(ride=done.ride, by=person, rating=5, words=f"Thank you! {FIRST}")
    booking.share(ride=done.ride, by=person)
    refused = journey_to("requested", customer=person, base=person.base)
    words = f"Dear {FIRST}, call us."
    booking.refuse(ride=refused.ride, by=refused.regulator, reason="other", words=words)
    by_phone(done, customer=None, state="completed")
    life.client.post(
        reverse("ride-request"), {"note": f"It is {FIRST} {LAST}", "phone": SPOKEN, "base": person.base.code}
    )
    life.client.get(reverse("ride-request"))


def by_phone(journey: Journey, *, customer: User | None, state: str) -> None:
    """A ride that the control room booked for the person, who called."""
    base = journey.base
    wish = Wish(
        Origin.at(factories.PlaceFactory(base=base)), factories.PlaceFactory(base=base),
        timezone.now() + timedelta(hours=2), f"{FIRST} {LAST}", PHONE,
    )  # fmt: skip
    ride = booking.request(base=base, wish=wish, by=journey.regulator, party=Party.REGULATOR)
    dispatch.cancel(
        ride=ride, by=journey.regulator, party=Party.REGULATOR, reason="duplicate", words=f"For {FIRST} {LAST}"
    )


def as_driver(driver: Driver) -> None:
    """A mission driven, and one kept with words and declined with words; a phone that was given back; an absence."""
    factories.ShiftPatternFactory(driver=driver, first_day=driver.base.today() + timedelta(days=20))
    factories.AbsenceFactory(driver=driver, note=f"{FIRST} {LAST} marries")
    make_feed(driver=driver, by=driver.user)
    phone, manager = factories.HandsetFactory(base=driver.base), factories.ManagerFactory(base=driver.base)
    factories.DeviceFactory(driver=driver, label=f"Phone of {FIRST}", created_by=driver.user)
    vehicle = factories.VehicleFactory(base=driver.base)
    factories.DeviceFactory(driver=None, vehicle=vehicle, label=f"Box of {FIRST} {LAST}", created_by=driver.user)
    fleet.lend(handset=phone, holder=driver.user, by=manager)
    fleet.take_back(handset=phone, by=manager)
    factories.ReadingFactory(vehicle__base=driver.base, by=driver.user)
    for last in ("complete", "decline"):
        journey = Journey(base=driver.base)
        journey.driver = driver
        for verb in FORWARD if last == "complete" else FORWARD[:2]:
            journey.take(verb)
        if last == "decline":
            out = Unavailability(vehicle=journey.vehicle, period=(timezone.now(), None), reason="lent")
            kept = WayOut("keep", f"{FIRST} {LAST} brings it back first")
            save_unavailability(out=out, by=manager, way_out=kept)
            dispatch.decline(mission=journey.mission, by=driver.user, reason="other", words=f"{FIRST} {LAST} is ill")


def as_regulator(life: Life) -> None:
    """A refusal signed with the own name and number, on somebody else's ride."""
    other = journey_to("requested", base=life.person.base)
    booking.refuse(ride=other.ride, by=life.person, reason="other", words=f"Call {FIRST} {LAST} on {SPOKEN}.")


def in_the_administration(life: Life) -> None:
    """An administrator edits the person, whose name Django's own log then keeps."""
    client = Client()
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True, base=life.person.base))
    address = reverse("admin:accounts_membership_add")
    form = {"user": life.person.pk, "base": factories.BaseFactory(code="toulon").pk, "role": "regulator"}
    assert client.post(address, form).status_code == 302
