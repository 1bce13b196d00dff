"""A manager's pages of drivers: the profile, licences and coming shifts, saved in one go as one step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drivers.forms.crew import DriverForm
from drivers.models import Driver, Licence, Shift
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission, Role
from echauffeur.bases.models import Base
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from tests.factories import (
    BaseFactory,
    DriverFactory,
    HandsetFactory,
    LicenceFactory,
    ManagerFactory,
    MembershipFactory,
    ShiftFactory,
    UserFactory,
)
from tests.life.journeys import journey_to
from tracking import actions as tracking

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


def typed(driver: Driver | None = None, *, licences: Any = (), shifts: Any = (), **changes: Any) -> dict[str, Any]:
    """Return what a browser sends: each licence and shift a dict of its fields; with an id it is one that is there."""
    form: dict[str, Any] = {"enabled": "on"} | ({} if driver else {"email": ""})
    for prefix, lines in (("licences", licences), ("shifts", shifts)):
        known = [line for line in lines if line.get("id")]
        form |= {f"{prefix}-TOTAL_FORMS": len(lines), f"{prefix}-INITIAL_FORMS": len(known)}
        for number, line in enumerate([*known, *(line for line in lines if not line.get("id"))]):
            form |= {f"{prefix}-{number}-{name}": value for name, value in line.items()}
    return {name: value for name, value in (form | changes).items() if value is not None}


def shift(begins: str, ends: str, **more: Any) -> dict[str, Any]:
    return {"begins": f"2098-07-{begins}", "ends": f"2098-07-{ends}"} | more


def shown(row: Shift, base: Base) -> dict[str, Any]:
    """Return the line of a shift that is there, untouched."""
    clocks = (base.local(moment).strftime("%Y-%m-%dT%H:%M") for moment in (row.period.lower, row.period.upper))
    return {"id": row.pk, **dict(zip(("begins", "ends"), clocks, strict=True))}


def held(row: Licence, **changes: Any) -> dict[str, Any]:
    return {"id": row.pk, "category": row.category, "expires_on": row.expires_on.isoformat()} | changes


def as_typed(driver: Driver, **changes: Any) -> dict[str, Any]:
    """Return the driver's page, untouched but for these changes."""
    form = {
        "licences": [held(row) for row in driver.licences.all()],
        "shifts": [shown(row, driver.base) for row in driver.shifts.not_over()],
        "wheelchair_trained": "on" if driver.wheelchair_trained else None,
        "wheelchair_until": driver.wheelchair_until.isoformat() if driver.wheelchair_until else "",
    }
    return typed(driver, **form | changes)


def steps() -> list[tuple[Any, ...]]:
    return list(Entry.objects.order_by("pk").values_list("verb", "subject", "data__fields"))


class TestAdding:
    def test_person_licence_shift_and_role_in_one_go(self, client: Client, base: Base) -> None:
        person = UserFactory(email="a.b@example.org", base=base)
        form = typed(
            email="A.B@example.org",
            licences=[{"category": "B", "expires_on": "2099-12-31"}],
            shifts=[shift("14T08:00", "14T16:00"), shift("14T16:00", "15T02:00")],
        )
        assert client.post(reverse("base-driver-add", args=[base.code]), form).status_code == 302
        driver = Driver.objects.get()
        assert (driver.user, driver.base) == (person, base)
        assert may(User.objects.get(pk=person.pk), Permission.DRIVE, base)
        assert driver.shifts.first().period.lower == datetime(2098, 7, 13, 21, tzinfo=UTC)
        assert ("add", "driver", ["user", "licences", "shifts"]) in steps()
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
        ShiftFactory(driver=yann)
        before = yann.shifts.get().period
        assert client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann)).status_code == 302
        assert yann.shifts.get().period == before
        assert steps() == []

    def test_everything_at_once_is_one_step(self, client: Client, base: Base, yann: Driver) -> None:
        ShiftFactory(driver=yann)
        (licence,) = yann.licences.all()
        form = as_typed(
            yann,
            wheelchair_trained="on",
            licences=[held(licence, DELETE="on"), {"category": "D", "expires_on": "2099-01-01"}],
            shifts=[*(shown(row, base) for row in yann.shifts.all()), shift("14T08:00", "14T16:00")],
        )
        assert client.post(reverse("base-driver", args=[base.code, yann.pk]), form).status_code == 302
        assert [row.category for row in yann.licences.all()] == ["D"]
        assert yann.shifts.count() == 2
        assert steps() == [("change", "driver", ["wheelchair_trained", "licences", "shifts"])]
        assert seq_of(yann.stream) == 1

    def test_the_drivers_own_switch_is_not_turned_back(self, client: Client, base: Base, yann: Driver) -> None:
        form = DriverForm({"wheelchair_trained": "on", "enabled": "on"}, instance=Driver.objects.get(pk=yann.pk))
        Driver.objects.filter(pk=yann.pk).update(sharing=False)
        assert form.save_as(ManagerFactory(base=base))
        yann.refresh_from_db()
        assert yann.wheelchair_trained
        assert not yann.sharing

    @pytest.mark.parametrize(
        "lines",
        [
            [shift("14T08:00", "14T16:00"), shift("14T15:59", "14T20:00")],
            [shift("10T12:00", "11T12:00")],
        ],
    )
    def test_an_overlap_is_said_at_its_line(
        self, client: Client, base: Base, yann: Driver, lines: list[dict[str, Any]]
    ) -> None:
        there = Shift.objects.create(
            driver=yann, period=(datetime(2098, 7, 10, tzinfo=UTC), datetime(2098, 7, 12, tzinfo=UTC))
        )
        there.refresh_from_db()
        form = as_typed(yann, shifts=[shown(there, base), *lines])
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), form)
        assert answer.status_code == 422
        *_, last = answer.context["form"].tables[1].forms
        assert "already on duty" in str(last.errors["begins"])
        assert f'href="#{last["begins"].id_for_label}"' in answer.content.decode()
        assert yann.shifts.count() == 1

    def test_two_shifts_may_take_each_others_place(self, client: Client, base: Base, yann: Driver) -> None:
        days = [(datetime(2098, 7, day, tzinfo=UTC), datetime(2098, 7, day, 8, tzinfo=UTC)) for day in (10, 11)]
        first, second = (Shift.objects.create(driver=yann, period=day) for day in days)
        for row in (first, second):
            row.refresh_from_db()
        swapped = [shown(second, base) | {"id": first.pk}, shown(first, base) | {"id": second.pk}]
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, shifts=swapped))
        assert answer.status_code == 302
        periods = dict(yann.shifts.values_list("pk", "period"))
        assert periods == {first.pk: second.period, second.pk: first.period}

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            (shift("14T08:00", "14T08:00"), "The end comes after the beginning."),
            (shift("14T08:00", "14T07:00"), "The end comes after the beginning."),
            ({"begins": "2098-07-14T08:00", "ends": ""}, "This field is required."),
            ({"begins": "soon", "ends": "2098-07-14T08:00"}, "Enter a valid date/time."),
        ],
    )
    def test_what_can_be_no_shift_is_said(
        self, client: Client, base: Base, yann: Driver, line: dict[str, Any], sentence: str
    ) -> None:
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, shifts=[line]))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not yann.shifts.exists()

    def test_a_category_twice_is_said_at_its_line(self, client: Client, base: Base, yann: Driver) -> None:
        twice = [held(yann.licences.get()), {"category": "B", "expires_on": "2099-01-01"}]
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, licences=twice))
        assert answer.status_code == 422
        assert "stands here twice" in answer.content.decode()

    @pytest.mark.parametrize("prefix", ["licences", "shifts"])
    def test_lines_of_another_driver_are_not_theirs(
        self, client: Client, base: Base, yann: Driver, prefix: str
    ) -> None:
        other = DriverFactory(base=BaseFactory(code="toulon"))
        theirs = {"licences": other.licences.get(), "shifts": other.shifts.get()}[prefix]
        line = {"licences": held(yann.licences.get()), "shifts": shift("14T08:00", "14T16:00")}[prefix]
        form = as_typed(yann, **{prefix: [line | {"id": theirs.pk, "DELETE": "on"}]})
        for sent in (form, {name: value for name, value in form.items() if not name.endswith("DELETE")}):
            client.post(reverse("base-driver", args=[base.code, yann.pk]), sent)
        assert type(theirs).objects.get(pk=theirs.pk).driver == other

    def test_a_line_that_somebody_else_removed_is_said(self, client: Client, base: Base, yann: Driver) -> None:
        gone = ShiftFactory(driver=yann)
        gone.refresh_from_db()
        form = as_typed(yann)
        gone.delete()
        answer = client.post(reverse("base-driver", args=[base.code, yann.pk]), form)
        assert answer.status_code == 422
        assert "Somebody else just changed this" in answer.content.decode()

    def test_past_shifts_are_neither_shown_nor_touched(self, client: Client, base: Base, yann: Driver) -> None:
        now = timezone.now()
        Shift.objects.create(driver=yann, period=DateTimeTZRange(now - timedelta(days=9), now - timedelta(days=8)))
        page = client.get(reverse("base-driver", args=[base.code, yann.pk]))
        assert page.context["form"].tables[1].initial_form_count() == 0
        client.post(reverse("base-driver", args=[base.code, yann.pk]), as_typed(yann, wheelchair_trained="on"))
        assert yann.shifts.count() == 1


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
        [({"enabled": None}, True), ({"shifts": []}, True), ({"wheelchair_trained": "on"}, False)],
    )
    def test_who_is_no_longer_on_duty_is_seen_nowhere(
        self, client: Client, yann: Driver, forgotten: list[int], changes: Any, is_forgotten: bool
    ) -> None:
        base = yann.base
        running = ShiftFactory(driver=yann)
        running.refresh_from_db()
        if "shifts" in changes:
            changes = {"shifts": [shown(running, base) | {"DELETE": "on"}]}
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
