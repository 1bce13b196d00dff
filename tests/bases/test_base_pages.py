"""The pages for the base itself: what it is, what it allows, the days that differ, its categories; and a new base."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.actions import move_category
from echauffeur.bases.models import Base, Category, OpeningException
from echauffeur.bases.queries import coming_holidays
from echauffeur.journal.models import Entry
from tests.factories import (
    BaseFactory,
    CategoryFactory,
    ManagerFactory,
    OpeningExceptionFactory,
    RideFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

GENERAL = {
    "name": "Brest", "code": "brest", "time_zone": "Europe/Paris", "latitude": "48.3838", "longitude": "-4.496",
    "area_radius_m": "60000", "phone_customers": "02 98 22 10 00", "phone_drivers": "02 98 22 10 01",
}  # fmt: skip
RULES = {
    "shortest_notice_minutes": "30", "horizon_days": "60", "ride_minutes": "20", "greatest_party": "8",
    "no_show_minutes": "10", "auto_confirm": "on", "mean_speed_kmh": "28", "winding_factor": "1.35",
}  # fmt: skip


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
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
def administrator() -> Client:
    client = Client()
    client.force_login(UserFactory(base=None, is_superuser=True, is_staff=True))
    return client


def send(client: Client, address: str, /, *args: Any, follow: bool = False, **sent: Any) -> Any:
    return client.post(reverse(address, args=args), sent, follow=follow)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def steps() -> list[tuple[Any, ...]]:
    return list(Entry.objects.order_by("pk").values_list("verb", "subject", "code", "base", "data__fields"))


class TestGeneral:
    def test_is_changed_with_its_step(self, client: Client, base: Base) -> None:
        changed = GENERAL | {"name": "Brest-Lorient", "time_zone": "Indian/Reunion", "phone_drivers": "0262 90 12 34"}
        assert send(client, "base-general", "brest", **changed).status_code == 302
        base.refresh_from_db()
        assert (base.name, base.time_zone, base.phone_drivers) == ("Brest-Lorient", "Indian/Reunion", "+262262901234")
        ((verb, subject, _code, of, fields),) = steps()
        assert (verb, subject, of) == ("change", "base", base.pk)
        assert {"name", "time_zone", "phone_drivers"} <= set(fields)

    def test_a_manager_cannot_change_the_code(self, client: Client, base: Base) -> None:
        assert 'name="code"' not in text_of(client.get(reverse("base-general", args=["brest"])))
        send(client, "base-general", "brest", **GENERAL | {"code": "ouessant"})
        base.refresh_from_db()
        assert base.code == "brest"

    def test_an_administrator_does_and_is_led_on(self, administrator: Client, base: Base) -> None:
        response = send(administrator, "base-general", "brest", **GENERAL | {"code": "ouessant"})
        assert response["Location"] == reverse("base-general", args=["ouessant"])

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"time_zone": ""}, "required"),
            ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
            ({"phone_customers": "12"}, "not a phone number"),
            ({"latitude": "north"}, "Write degrees as a number"),
            ({"latitude": "91"}, "less than or equal to 90"),
            ({"code": "no code"}, "valid “slug”"),
            ({"code": ""}, "required"),
            ({"area_radius_m": "5"}, "greater than or equal to 100"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_page_stays_the_bases(
        self, administrator: Client, base: Base, wrong: dict[str, str], said: str
    ) -> None:
        response = send(administrator, "base-general", "brest", **GENERAL | {"name": "Nowhere"} | wrong)
        assert response.status_code == 422
        assert said in text_of(response)
        assert "<strong>Brest</strong>" in text_of(response)
        assert 'value="Nowhere"' in text_of(response)

    @pytest.mark.parametrize(
        ("latitude", "longitude"),
        [("48.39, -4.49", ""), ("48.39 -4.49", ""), ("48.39°;-4.49°", ""), ("48,39", "-4,49"), ("48.39°", "-4.49 °")],
    )
    def test_a_point_is_understood_as_maps_and_people_write_it(
        self, client: Client, base: Base, latitude: str, longitude: str
    ) -> None:
        send(client, "base-general", "brest", **GENERAL | {"latitude": latitude, "longitude": longitude})
        base.refresh_from_db()
        assert (base.latitude, base.longitude) == (48.39, -4.49)

    def test_a_zone_that_goes_by_an_old_name_is_kept(self, client: Client, base: Base) -> None:
        Base.objects.update(time_zone="CET")
        assert send(client, "base-general", "brest", **GENERAL | {"time_zone": "CET"}).status_code == 302


class TestRules:
    def test_are_changed(self, client: Client, base: Base) -> None:
        assert send(client, "base-rules", "brest", **RULES).status_code == 302
        base.refresh_from_db()
        assert (base.shortest_notice_minutes, base.greatest_party, base.auto_confirm) == (30, 8, True)

    @pytest.mark.parametrize("wrong", [{"winding_factor": "1e300"}, {"mean_speed_kmh": "0"}, {"greatest_party": "0"}])
    def test_that_no_base_can_keep_are_refused(self, client: Client, base: Base, wrong: dict[str, str]) -> None:
        assert send(client, "base-rules", "brest", **RULES | wrong).status_code == 422
        assert steps() == []

    @pytest.mark.parametrize(
        ("figure", "least", "most"),
        [
            ("horizon_days", 1, 366),
            ("shortest_notice_minutes", 0, 10080),
            ("ride_minutes", 1, 1440),
            ("no_show_minutes", 0, 60),
            ("greatest_party", 1, 500),
            ("mean_speed_kmh", 5, 130),
            ("winding_factor", 1, 10),
        ],
    )
    def test_lie_between_sensible_bounds_that_are_said(
        self, client: Client, base: Base, figure: str, least: int, most: int
    ) -> None:
        for wrong in (least - 1, most + 1, 32767):
            answer = send(client, "base-rules", "brest", **RULES | {figure: str(wrong)})
            assert answer.status_code == 422, wrong
            assert f"Write a number from {least} to {most}." in text_of(answer) or wrong < 0
        for right in (least, most):
            assert send(client, "base-rules", "brest", **RULES | {figure: str(right)}).status_code == 302


class TestRidesAlreadyBooked:
    """A change leaves them as they are, and says which ones it no longer fits."""

    @pytest.fixture
    def ride(self, base: Base) -> Any:
        return RideFactory(base=base, passengers=4, pickup_at=timezone.now() + timedelta(days=2))

    def test_are_named_after_a_change_that_they_do_not_fit(self, client: Client, ride: Any) -> None:
        page = text_of(send(client, "base-rules", "brest", follow=True, **RULES | {"greatest_party": "3"}))
        assert "1 ride already booked no longer fits this" in page
        assert f"?ride={ride.code}" in page
        assert "too many passengers" in page
        page = text_of(send(client, "base-rules", "brest", follow=True, **RULES | {"greatest_party": "2"}))
        assert "already booked" not in page, "said once"
        assert f"?ride={ride.code}" in page, "but it stays on the page"

    def test_are_named_when_the_hours_change(self, client: Client, base: Base, ride: Any) -> None:
        closed = (base.local(ride.pickup_at).weekday() + 1) % 7
        hours = {"mode": "hours", f"d{closed}-0-opens": "00:00", f"d{closed}-0-closes": "24:00"}
        assert "outside the opening hours" in text_of(send(client, "base-hours", "brest", follow=True, **hours))

    def test_are_named_when_a_day_is_closed(self, client: Client, base: Base, ride: Any) -> None:
        day = base.local(ride.pickup_at).date().isoformat()
        page = text_of(send(client, "base-exception-add", "brest", follow=True, label="Exercise", first_day=day))
        assert f"?ride={ride.code}" in page

    def test_are_named_when_the_area_shrinks(self, client: Client, ride: Any) -> None:
        page = text_of(send(client, "base-general", "brest", follow=True, **GENERAL | {"area_radius_m": "100"}))
        assert "outside the area" in page

    def test_are_not_named_when_a_regulator_meant_it(self, client: Client, base: Base, ride: Any) -> None:
        Entry.objects.create(
            base=base, seq=10**6, verb="request", subject="ride", subject_id=ride.pk, code=ride.code,
            party="regulator", data={"overruled": [{"rule": "greatest_party", "most": 3}]}, streams={},
        )  # fmt: skip
        page = text_of(send(client, "base-rules", "brest", follow=True, **RULES | {"greatest_party": "3"}))
        assert ride.code not in page

    def test_cost_the_same_whether_few_or_many(
        self, client: Client, base: Base, django_assert_max_num_queries: Any
    ) -> None:
        RideFactory.create_batch(15, base=base, passengers=4, pickup_at=timezone.now() + timedelta(days=2))
        Base.objects.update(greatest_party=3)
        with django_assert_max_num_queries(12):
            client.get(reverse("base-rules", args=["brest"]))


class TestExceptions:
    def test_one_day_needs_no_last_day(self, client: Client) -> None:
        send(client, "base-exception-add", "brest", label="Visit", first_day="2099-05-02", opens="8h", closes="12h30")
        exception = OpeningException.objects.get()
        assert (exception.first_day, exception.last_day) == (date(2099, 5, 2), date(2099, 5, 2))
        assert steps()[0][:3] == ("add", "exception", "Visit")

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"opens": "08:00"}, "Write both hours"),
            ({"last_day": "2099-04-01"}, "comes after the first"),
            ({"first_day": "2099-05-01", "last_day": "2099-05-01"}, "Another exception already holds"),
            ({"first_day": "soon"}, "This is not a day"),
            ({"label": ""}, "required"),
        ],
    )
    def test_what_is_wrong_is_said(self, client: Client, base: Base, wrong: dict[str, str], said: str) -> None:
        OpeningExceptionFactory(base=base, label="May day")
        sent = {"label": "Visit", "first_day": "2099-04-30", "last_day": "2099-04-30"} | wrong
        response = send(client, "base-exception-add", "brest", **sent)
        assert response.status_code == 422
        assert said in text_of(response)

    def test_the_coming_ones_stand_before_those_gone_by(self, client: Client, base: Base) -> None:
        OpeningExceptionFactory(base=base, label="May day")
        OpeningExceptionFactory(base=base, label="Long ago", first_day=date(2001, 1, 1), last_day=date(2001, 1, 2))
        response = client.get(reverse("base-exceptions", args=["brest"]))
        assert [row.label for row in response.context["coming"]] == ["May day"]
        assert [row.label for row in response.context["gone"]] == ["Long ago"]

    def test_the_holidays_of_the_chosen_calendar_are_shown(self, client: Client, base: Base) -> None:
        send(client, "base-holidays", "brest", holiday_calendar="RE", closed_on_holidays="on")
        base.refresh_from_db()
        year = base.today().year + 1
        OpeningExceptionFactory(base=base, first_day=date(year, 12, 20), last_day=date(year, 12, 20))
        holidays = coming_holidays(base, date(year, 12, 1), date(year, 12, 31))
        assert [(day.on.day, bool(day.exception)) for day in holidays] == [(20, True), (25, False)]
        assert "Christmas" in text_of(client.get(reverse("base-exceptions", args=["brest"])))

    @pytest.mark.parametrize("query", [{"day": "2099-05-02", "label": "Whit Monday"}, {"day": "x", "label": "\x00"}])
    def test_a_holiday_begins_its_exception(self, client: Client, query: dict[str, str]) -> None:
        response = client.get(reverse("base-exception-add", args=["brest"]), query)
        assert response.status_code == 200
        if query["day"] != "x":
            assert 'value="2099-05-02"' in text_of(response)
            assert 'value="Whit Monday"' in text_of(response)


class TestCategories:
    def names(self, base: Base) -> list[str]:
        return [category.name for category in base.categories.all()]

    def test_a_new_one_comes_last(self, client: Client, base: Base) -> None:
        for name in ("Liaison", "Authority", "Medical"):
            send(client, "base-category-add", "brest", name=name, enabled="on")
        assert self.names(base) == ["Liaison", "Authority", "Medical"]

    def test_moved_with_one_step(self, client: Client, base: Base) -> None:
        rows = [CategoryFactory(base=base, name=name) for name in ("A", "B", "C")]
        send(client, "base-category-move", "brest", rows[2].pk, to="up")
        assert self.names(base) == ["A", "C", "B"]
        send(client, "base-category-move", "brest", rows[0].pk, to="down")
        assert self.names(base) == ["C", "A", "B"]
        assert [step[0] for step in steps()] == ["change", "change"]

    def test_the_first_and_the_last_stay(self, client: Client, base: Base, manager: User) -> None:
        rows = [CategoryFactory(base=base, name=name) for name in ("A", "B")]
        send(client, "base-category-move", "brest", rows[0].pk, to="up")
        send(client, "base-category-move", "brest", rows[1].pk, to="down")
        gone = CategoryFactory(base=base)
        Category.objects.filter(pk=gone.pk).delete()
        move_category(category=gone, up=True, by=manager)
        assert self.names(base) == ["A", "B"]
        assert steps() == []

    def test_one_with_rides_is_kept(self, client: Client, base: Base) -> None:
        category = CategoryFactory(base=base)
        RideFactory(base=base, category=category)
        page = text_of(send(client, "base-category-remove", "brest", category.pk, follow=True))
        assert "has a history" in page


class TestAllBases:
    def test_an_administrator_makes_one_that_can_still_go(self, administrator: Client) -> None:
        new = GENERAL | {
            "name": "Nouméa",
            "code": "noumea",
            "time_zone": "Pacific/Noumea",
            "phone_drivers": "+687251234",
        }
        response = send(administrator, "base-new", **new)
        assert response["Location"] == reverse("base-settings", args=["noumea"])
        assert steps()[0][:4] == ("add", "base", "noumea", None)
        assert list(Entry.objects.get().streams) == ["service"], "the base's own steps begin with its first"
        Base.objects.get(code="noumea").delete()

    def test_a_code_or_name_twice_is_refused(self, administrator: Client, base: Base) -> None:
        assert send(administrator, "base-new", **GENERAL).status_code == 422
        assert (
            send(administrator, "base-new", **GENERAL | {"code": "b", "name": "B", "area_radius_m": "x"}).status_code
            == 422
        )

    def test_its_first_manager_is_made_with_it(self, administrator: Client) -> None:
        person = UserFactory(base=None, email="helene@example.org")
        new = GENERAL | {"name": "Toulon", "code": "toulon", "manager": "Helene@example.org"}
        assert send(administrator, "base-new", **new).status_code == 302
        assert person.memberships.get().base.code == "toulon"

    def test_a_manager_who_cannot_be_makes_no_base(self, administrator: Client) -> None:
        UserFactory(base=None, email="gone@example.org", is_active=False)
        new = GENERAL | {"name": "Toulon", "code": "toulon"}
        for manager, said in (("nobody@example.org", "Nobody has an account"), ("gone@example.org", "switched off")):
            response = send(administrator, "base-new", **new | {"manager": manager})
            assert response.status_code == 422
            assert said in text_of(response)
            assert not Base.objects.exists()

    def test_a_manager_sees_their_own(self, client: Client, base: Base) -> None:
        BaseFactory(code="toulon")
        page = text_of(client.get(reverse("bases")))
        assert "Brest" in page
        assert "Toulon" not in page
        assert reverse("base-new") not in page

    def test_an_administrator_finds_one_by_its_name(self, administrator: Client, base: Base) -> None:
        BaseFactory(code="toulon")
        found = administrator.get(reverse("bases"), {"q": "TOUL"}).context["rows"]
        assert [row["base"].code for row in found] == ["toulon"]

    def test_as_many_queries_for_many_as_for_few(
        self, administrator: Client, django_assert_max_num_queries: Any
    ) -> None:
        for n in range(12):
            BaseFactory(code=f"base-{n}")
        with django_assert_max_num_queries(9):
            administrator.get(reverse("bases"))
