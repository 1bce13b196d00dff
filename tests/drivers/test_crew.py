"""A manager's pages of drivers: the profile and licences, saved in one go as one step."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drivers.forms.crew import DriverForm
from drivers.models import Driver, Licence
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission, Role
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from tests.factories import (
    AbsenceFactory,
    BaseFactory,
    DriverFactory,
    HandsetFactory,
    LicenceFactory,
    ManagerFactory,
    MembershipFactory,
    ShiftFactory,
    ShiftPatternFactory,
    UserFactory,
)
from tests.life.journeys import journey_to
from tracking.actions import positions as tracking

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory(code="noumea", time_zone="Pacific/Noumea")
    return base


@pytest.fixture
def manager(base: Base) -> User:
    manager: User = ManagerFactory(base=base)
    return manager


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


@pytest.fixture
def yann(base: Base) -> Driver:
    yann: Driver = DriverFactory(base=base, shift=None)
    return yann


def typed(driver: Driver | None = None, *, licences: Any = (), **changes: Any) -> dict[str, Any]:
    """Return what a browser sends: each licence a dict of its fields; with an id it is one that is there."""
    form: dict[str, Any] = {"enabled": "on"} | ({} if driver else {"email": ""})
    known = [line for line in licences if line.get("id")]
    form |= {"licences-TOTAL_FORMS": len(licences), "licences-INITIAL_FORMS": len(known)}
    for number, line in enumerate([*known, *(line for line in licences if not line.get("id"))]):
        form |= {f"licences-{number}-{name}": value for name, value in line.items()}
    return {name: value for name, value in (form | changes).items() if value is not None}


def held(row: Licence, **changes: Any) -> dict[str, Any]:
    return {"id": row.pk, "category": row.category, "expires_on": row.expires_on.isoformat()} | changes


def as_typed(driver: Driver, **changes: Any) -> dict[str, Any]:
    """Return the driver's page, untouched but for these changes."""
    form = {
        "licences": [held(row) for row in driver.licences.all()],
        "wheelchair_trained": "on" if driver.wheelchair_trained else None,
        "wheelchair_until": driver.wheelchair_until.isoformat() if driver.wheelchair_until else "",
    }
    return typed(driver, **form | changes)


def steps() -> list[tuple[Any, ...]]:
    return list(Entry.objects.order_by("pk").values_list("verb", "subject", "data__fields"))


class TestAdding:
    def test_person_licence_and_role_in_one_go(self, client: Client, base: Base) -> None:
        person = UserFactory(email="a.b@example.org", base=base)
        form = typed(
            email="A.B@example.org",
            licences=[{"category": "B", "expires_on": "2099-12-31"}],
        )
        assert client.post(reverse("base-driver-add", args=[base.code]), form).status_code == 302
        driver = Driver.objects.get()
        assert (driver.user, driver.base) == (person, base)
        assert may(User.objects.get(pk=person.pk), Permission.DRIVE, base)
        assert ("add", "driver", ["user", "licences"]) in steps()
        assert ("grant", "membership") in [step[:2] for step in steps()]
        assert seq_of(f"person:{person.pk}") == 1, "open sockets look at the rights again"

    @pytest.mark.parametrize(
        ("email", "sentence"),
        [
            ("nobody@example.org", "Nobody of this base has this address."),
            ("elsewhere@example.org", "Nobody of this base has this address."),
            ("left-elsewhere@example.org", "Nobody of this base has this address."),
            ("left@example.org", "This account is switched off"),
            ("yann@example.org", "This person already drives on that base."),
            ("yann", "Enter a valid email address."),
            ("", "This field is required."),
        ],
    )
    def test_whom_it_cannot_be_is_said(self, client: Client, base: Base, email: str, sentence: str) -> None:
        MembershipFactory(user=UserFactory(email="left@example.org", is_active=False), base=base)
        elsewhere = BaseFactory(code="elsewhere")
        UserFactory(email="elsewhere@example.org", base=elsewhere)
        UserFactory(email="left-elsewhere@example.org", base=elsewhere, is_active=False)
        DriverFactory(base=base, user=UserFactory(email="yann@example.org"))
        answer = client.post(reverse("base-driver-add", args=[base.code]), typed(email=email))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert Driver.objects.count() == 1

    def test_offers_people_of_the_base_only(self, client: Client, base: Base, yann: Driver, manager: User) -> None:
        stranger = UserFactory(base=base)
        page = client.get(reverse("base-driver-add", args=[base.code])).content.decode()
        assert manager.email in page
        assert stranger.email not in page
        assert yann.user.email not in page

    def test_the_form_needs_no_page(self, base: Base, manager: User) -> None:
        """A file is imported with it, line by line."""
        UserFactory(email="a.b@example.org", base=base)
        assert DriverForm({"email": "a.b@example.org", "enabled": "on"}, instance=Driver(base=base)).save_as(manager)
        again = DriverForm({"email": "a.b@example.org"}, instance=Driver(base=base))
        assert not again.save_as(manager)
        assert list(again.errors) == ["email"]


class TestChanging:
    def test_untouched_it_tells_nothing(self, client: Client, base: Base, yann: Driver) -> None:
        assert client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann)).status_code == 302
        assert steps() == []

    def test_everything_at_once_is_one_step(self, client: Client, base: Base, yann: Driver) -> None:
        ShiftFactory(driver=yann)
        (licence,) = yann.licences.all()
        form = as_typed(
            yann,
            wheelchair_trained="on",
            licences=[held(licence, DELETE="on"), {"category": "D", "expires_on": "2099-01-01"}],
        )
        assert client.post(reverse("base-driver", args=[base.code, yann.pk]), form).status_code == 302
        assert [row.category for row in yann.licences.all()] == ["D"]
        assert steps() == [("change", "driver", ["wheelchair_trained", "licences"])]
        assert seq_of(yann.stream) == 1

    def test_the_drivers_own_switch_is_not_turned_back(self, client: Client, base: Base, yann: Driver) -> None:
        form = DriverForm({"wheelchair_trained": "on", "enabled": "on"}, instance=Driver.objects.get(pk=yann.pk))
        Driver.objects.filter(pk=yann.pk).update(sharing=False)
        assert form.save_as(ManagerFactory(base=base))
        yann.refresh_from_db()
        assert yann.wheelchair_trained
        assert not yann.sharing

    def test_a_category_twice_is_said_at_its_line(self, client: Client, base: Base, yann: Driver) -> None:
        twice = [held(yann.licences.get()), {"category": "B", "expires_on": "2099-01-01"}]
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, licences=twice))
        assert answer.status_code == 422
        assert "stands here twice" in answer.content.decode()

    def test_lines_of_another_driver_are_not_theirs(self, client: Client, base: Base, yann: Driver) -> None:
        other = DriverFactory(base=BaseFactory(code="toulon"))
        theirs = other.licences.get()
        line = held(yann.licences.get()) | {"id": theirs.pk, "DELETE": "on"}
        form = as_typed(yann, licences=[line])
        for sent in (form, {name: value for name, value in form.items() if not name.endswith("DELETE")}):
            client.post(reverse("base-driver", args=[base.code, yann.pk]), sent)
        assert Licence.objects.get(pk=theirs.pk).driver == other

    def test_a_line_that_somebody_else_removed_is_said(self, client: Client, base: Base, yann: Driver) -> None:
        gone = yann.licences.get()
        form = as_typed(yann)
        gone.delete()
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), form)
        assert answer.status_code == 422
        assert "Somebody else just changed this" in answer.content.decode()

    def test_what_is_planned_is_shown_and_changed_in_one_place(self, client: Client, base: Base, yann: Driver) -> None:
        pattern = ShiftPatternFactory(driver=yann)
        AbsenceFactory(driver=yann, note="Mountains")
        page = client.get(reverse("base-driver", args=[base.code, yann.pk])).content.decode()
        assert reverse("planning-pattern", args=[base.code, pattern.pk]) in page
        assert f"{reverse('planning-shift-add', args=[base.code])}?driver={yann.pk}" in page
        assert "Every week: Monday to Friday" in page
        assert "Mountains" in page, "a manager reads why"


def test_people_and_drivers_are_listed_by_surname_alike(client: Client, base: Base) -> None:
    DriverFactory(base=base, user__first_name="Yann", user__last_name="Le Gall")
    for name in ("base-people", "base-drivers"):
        assert ">Le Gall Yann</a>" in client.get(reverse(name, args=[base.code])).content.decode()


class TestTraining:
    def test_its_last_day_is_saved_with_it(self, client: Client, base: Base, yann: Driver) -> None:
        form = as_typed(yann, wheelchair_trained="on", wheelchair_until="2099-01-01")
        assert client.post(reverse("base-driver", args=[base.code, yann.pk]), form).status_code == 302
        yann.refresh_from_db()
        assert (yann.wheelchair_trained, yann.wheelchair_until) == (True, date(2099, 1, 1))
        assert steps() == [("change", "driver", ["wheelchair_trained", "wheelchair_until"])]

    def test_a_last_day_of_no_training_is_asked_about(self, client: Client, base: Base, yann: Driver) -> None:
        answer = client.post(
            reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, wheelchair_until="2099-01-01")
        )
        assert answer.status_code == 422
        assert "Tick that the driver is trained" in answer.content.decode()
        assert 'value="2099-01-01"' in answer.content.decode()

    def test_the_list_says_when_it_ends(self, client: Client, base: Base, yann: Driver) -> None:
        Driver.objects.update(wheelchair_trained=True, wheelchair_until=base.today() - timedelta(days=1))
        (row,) = client.get(reverse("base-drivers", args=[base.code])).context["rows"]
        assert row.training.has_expired


class TestLeaving:
    @pytest.fixture
    def forgotten(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        forgotten: list[int] = []
        monkeypatch.setattr(tracking, "forget", forgotten.append)
        return forgotten

    @pytest.mark.parametrize(
        ("changes", "is_forgotten"),
        [({"enabled": None}, True), ({"wheelchair_trained": "on"}, False)],
    )
    def test_who_is_no_longer_on_duty_is_seen_nowhere(
        self, client: Client, yann: Driver, forgotten: list[int], changes: Any, is_forgotten: bool
    ) -> None:
        base = yann.base
        ShiftFactory(driver=yann)
        client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, **changes))
        assert forgotten == ([yann.pk] if is_forgotten else [])

    def test_what_it_strands_is_said(self) -> None:
        journey = journey_to("acknowledged")
        client = Client()
        client.force_login(ManagerFactory(base=journey.base))
        address = reverse("base-driver", args=[journey.base.code, journey.driver.pk])
        answer = client.post(address, as_typed(journey.driver, enabled=None))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f"{reverse('tower', args=[journey.base.code])}?ride={journey.ride.code}" in page
        assert "no longer drives on this base" in page
        journey.ride.refresh_from_db()
        assert journey.ride.state == "acknowledged", "whoever changes it decides"
        journey.driver.refresh_from_db()
        assert journey.driver.enabled, "nothing is written until they do"

    def test_a_phone_that_is_still_held_is_said(self, client: Client, base: Base, yann: Driver) -> None:
        HandsetFactory(base=base, holder=yann.user, state="lent", lent_at=timezone.now())
        answer = client.post(
            reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, enabled=None), follow=True
        )
        assert "Take it back" in answer.content.decode()

    def test_who_never_drove_goes_with_the_role(self, client: Client, base: Base, yann: Driver) -> None:
        client.post(reverse("base-driver-remove", args=[base.code, yann.pk]))
        assert not Driver.objects.exists()
        assert not Membership.objects.filter(user=yann.user, role=Role.DRIVER).exists()
        assert {step[:2] for step in steps()} == {("remove", "driver"), ("withdraw", "membership")}

    def test_who_drove_is_kept_with_everything(self) -> None:
        journey = journey_to("completed")
        client = Client()
        client.force_login(ManagerFactory(base=journey.base))
        answer = client.post(reverse("base-driver-remove", args=[journey.base.code, journey.driver.pk]), follow=True)
        assert "has a history" in answer.content.decode()
        assert Membership.objects.filter(user=journey.driver.user, role=Role.DRIVER).exists()
        assert journey.driver.licences.exists()


class TestTheList:
    def test_says_which_licences_end_and_who_is_on_duty(self, client: Client, base: Base, yann: Driver) -> None:
        today = base.today()
        for category, days in {"C": 60, "D": -1, "D1": 61}.items():
            LicenceFactory(driver=yann, category=category, expires_on=today + timedelta(days=days))
        LicenceFactory(driver=yann, category="BE", expires_on=today)
        (row,) = client.get(reverse("base-drivers", args=[base.code])).context["rows"]
        assert {one.category for one in row.licences if one.has_expired} == {"D"}
        assert {one.category for one in row.licences if one.is_short} == {"BE", "C"}
        assert row.on_duty_until is None
        ShiftFactory(driver=yann)
        (row,) = client.get(reverse("base-drivers", args=[base.code])).context["rows"]
        assert row.on_duty_until == yann.shifts.get().period.upper

    def test_found_without_accents(self, client: Client, base: Base) -> None:
        DriverFactory(base=base, user=UserFactory(first_name="Hélène", last_name="Quéré"))
        DriverFactory(base=base, user=UserFactory(first_name="Marc", last_name="Riou"))
        page = client.get(reverse("base-drivers", args=[base.code]), {"q": "quere helene"}).content.decode()
        assert "Quéré" in page
        assert "Riou" not in page

    def test_asks_as_much_for_many_as_for_few(
        self, client: Client, base: Base, yann: Driver, django_assert_num_queries: Any
    ) -> None:
        queries = 6
        with django_assert_num_queries(queries):
            client.get(reverse("base-drivers", args=[base.code]))
        DriverFactory.create_batch(60, base=base)
        with django_assert_num_queries(queries):
            client.get(reverse("base-drivers", args=[base.code]))

    def test_another_bases_driver_is_a_missing_driver(self, client: Client, base: Base) -> None:
        foreign = DriverFactory(base=BaseFactory(code="toulon"))
        for name in ("base-driver", "base-driver-remove"):
            for pk in (foreign.pk, 0, 999_999):
                assert client.get(reverse(name, args=[base.code, pk])).status_code == 404
                assert client.post(reverse(name, args=[base.code, pk]), as_typed(foreign)).status_code == 404
        assert Licence.objects.filter(expires_on=date(2099, 12, 31)).count() == 1
