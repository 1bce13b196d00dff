"""Rows for tests: each factory makes a plain, valid one; say only what the test is about."""

from datetime import date, time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.models import Ride
from drivers.models import Absence, Driver, Licence, Shift, ShiftPattern
from echauffeur.accounts.models import Identity, Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base, Category, OpeningException, Place
from echauffeur.exchange.models import Upload
from fleet.models import Handset, Reading, Unavailability, UnavailabilityPattern, Vehicle, VehicleModel
from tracking.models import Device
from tracking.models.devices import digest_of, new_token

PASSWORD = "a long test password"


class BaseFactory(DjangoModelFactory):
    class Meta:
        model = Base
        django_get_or_create = ["code"]

    code = "brest"
    name = factory.LazyAttribute(lambda base: base.code.title())
    latitude = 48.383
    longitude = -4.495
    phone_customers = "+33298221000"
    phone_drivers = "+33298221001"


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    base = factory.SubFactory(BaseFactory)
    name = factory.Sequence("Place {}".format)
    latitude = factory.LazyAttributeSequence(lambda place, n: place.base.latitude - 0.003 + (n % 10) / 500)
    longitude = factory.LazyAttributeSequence(lambda place, n: place.base.longitude - 0.005 + (n % 10) / 400)


class OpeningExceptionFactory(DjangoModelFactory):
    """A day in the far future on which the base is closed."""

    class Meta:
        model = OpeningException

    base = factory.SubFactory(BaseFactory)
    label = "Open day"
    first_day = date(2099, 5, 1)
    last_day = date(2099, 5, 1)


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    base = factory.SubFactory(BaseFactory)
    name = factory.Sequence("Category {}".format)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("person{}@example.org".format)
    first_name = "Camille"
    last_name = factory.Sequence("Durand{}".format)
    phone = "+33612345678"
    base = factory.SubFactory(BaseFactory)
    language = "en"
    consented_at = factory.LazyFunction(timezone.now)
    password = factory.django.Password(PASSWORD)


class RegulatorFactory(UserFactory):
    """A person who steers the base."""

    membership = factory.RelatedFactory(
        "tests.factories.MembershipFactory", "user", base=factory.SelfAttribute("..base"), role=Role.REGULATOR
    )


class ManagerFactory(UserFactory):
    """A person who configures the base."""

    membership = factory.RelatedFactory(
        "tests.factories.MembershipFactory", "user", base=factory.SelfAttribute("..base"), role=Role.MANAGER
    )


class IdentityFactory(DjangoModelFactory):
    """What a provider of identities knows a person as."""

    class Meta:
        model = Identity

    user = factory.SubFactory(UserFactory)
    issuer = "https://provider.example"
    subject = factory.Sequence("subject-{}".format)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    base = factory.SubFactory(BaseFactory)
    role = Role.REGULATOR


class DriverFactory(DjangoModelFactory):
    """A driver with the right to drive, licence B, and on duty from twelve hours ago until two days from now."""

    class Meta:
        model = Driver
        skip_postgeneration_save = True

    base = factory.SubFactory(BaseFactory)
    user = factory.SubFactory(UserFactory, base=factory.SelfAttribute("..base"), first_name="Yann")
    membership = factory.RelatedFactory(
        MembershipFactory, None, user=factory.SelfAttribute("..user"), base=factory.SelfAttribute("..base"),
        role=Role.DRIVER,
    )  # fmt: skip
    licence = factory.RelatedFactory("tests.factories.LicenceFactory", "driver")
    shift = factory.RelatedFactory("tests.factories.ShiftFactory", "driver")


class LicenceFactory(DjangoModelFactory):
    class Meta:
        model = Licence

    driver = factory.SubFactory(DriverFactory, licence=None)
    category = "B"
    expires_on = date(2099, 12, 31)


class ShiftFactory(DjangoModelFactory):
    class Meta:
        model = Shift

    driver = factory.SubFactory(DriverFactory, shift=None)
    period = factory.LazyFunction(lambda: (timezone.now() - timedelta(hours=12), timezone.now() + timedelta(days=2)))


class ShiftPatternFactory(DjangoModelFactory):
    """Every Monday to Friday from 8 to 16 o'clock, without end. No shift is made of it: `generate` does that."""

    class Meta:
        model = ShiftPattern

    driver = factory.SubFactory(DriverFactory, shift=None)
    weekdays = factory.LazyFunction(lambda: [0, 1, 2, 3, 4])
    begins = time(8)
    ends = time(16)
    first_day = factory.LazyAttribute(lambda pattern: pattern.driver.base.today())


class AbsenceFactory(DjangoModelFactory):
    """Leave, in ten days, of two."""

    class Meta:
        model = Absence

    driver = factory.SubFactory(DriverFactory)
    period = factory.LazyFunction(lambda: (timezone.now() + timedelta(days=10), timezone.now() + timedelta(days=12)))
    kind = "leave"


class VehicleModelFactory(DjangoModelFactory):
    class Meta:
        model = VehicleModel
        django_get_or_create = ["name"]

    name = "Renault Zoé"
    seats = 4
    wheelchair_places = 0
    licence = "B"


class VehicleFactory(DjangoModelFactory):
    class Meta:
        model = Vehicle

    base = factory.SubFactory(BaseFactory)
    model = factory.SubFactory(VehicleModelFactory)
    # Never a name or plate that a test writes itself, such as Zoé 9 and AB-123-CD.
    name = factory.Sequence("Zoé F{}".format)
    plate = factory.Sequence("FF-{:03d}-FF".format)


class UnavailabilityFactory(DjangoModelFactory):
    """A breakdown that began an hour ago and ends in one."""

    class Meta:
        model = Unavailability

    vehicle = factory.SubFactory(VehicleFactory)
    period = factory.LazyFunction(lambda: (timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)))
    reason = "breakdown"


class UnavailabilityPatternFactory(DjangoModelFactory):
    """A wash on every Monday morning; nothing was generated yet."""

    class Meta:
        model = UnavailabilityPattern

    vehicle = factory.SubFactory(VehicleFactory)
    reason = "maintenance"
    weekdays = [0]
    begins = time(8)
    ends = time(9)
    first_day = date(2026, 1, 5)


class ReadingFactory(DjangoModelFactory):
    """What stood on the dashboard an hour ago."""

    class Meta:
        model = Reading

    vehicle = factory.SubFactory(VehicleFactory)
    kind = "check"
    read_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    kilometres = 30_000


def imei(number: int) -> str:
    """Return the IMEI of that number: its fifteenth digit makes Luhn's sum a multiple of ten."""
    body = f"35{number:012d}"
    doubled = [sum(divmod(2 * int(d), 10)) if place % 2 else int(d) for place, d in enumerate(body)]
    return f"{body}{-sum(doubled) % 10}"


class HandsetFactory(DjangoModelFactory):
    """A phone that nobody holds."""

    class Meta:
        model = Handset

    base = factory.SubFactory(BaseFactory)
    model = "Samsung XCover 7"
    serial = factory.Sequence("RF8W{:06d}".format)
    imei = factory.Sequence(imei)


class DeviceFactory(DjangoModelFactory):
    """A driver's device. ``token`` is what it sends as its key."""

    class Meta:
        model = Device

    class Params:
        token = factory.LazyFunction(new_token)

    driver = factory.SubFactory(DriverFactory)
    base = factory.LazyAttribute(lambda device: (device.driver or device.vehicle).base)
    label = factory.Sequence("Galaxy {}".format)
    digest = factory.LazyAttribute(lambda device: digest_of(device.token))


class RideFactory(DjangoModelFactory):
    """A requested ride in one hour, written straight into the table (no journal): use actions to test journals."""

    class Meta:
        model = Ride

    base = factory.SubFactory(BaseFactory)
    customer = factory.SubFactory(UserFactory, base=factory.SelfAttribute("..base"))
    booked_by = factory.SelfAttribute("customer")
    passenger_name = "Camille Durand"
    phone = "+33612345678"
    origin = factory.SubFactory(PlaceFactory, base=factory.SelfAttribute("..base"))
    origin_label = factory.SelfAttribute("origin.name")
    origin_latitude = factory.SelfAttribute("origin.latitude")
    origin_longitude = factory.SelfAttribute("origin.longitude")
    destination = factory.SubFactory(PlaceFactory, base=factory.SelfAttribute("..base"))
    wanted_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    pickup_at = factory.SelfAttribute("wanted_at")


class UploadFactory(DjangoModelFactory):
    """A file with one place, sent and not taken in yet."""

    class Meta:
        model = Upload

    base = factory.SubFactory(BaseFactory)
    by = factory.SubFactory(ManagerFactory, base=factory.SelfAttribute("..base"))
    kind = "places"
    name = "places.csv"
    content = b"name;latitude;longitude\nQuay 7;48.38;-4.49\n"
