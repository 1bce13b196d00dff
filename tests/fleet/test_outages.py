"""Vehicles out of service, once or again and again, planned by whoever plans."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch import actions as dispatch
from dispatch.queries.history import line_of
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.models import Entry
from fleet.actions import series
from fleet.actions.outages import end_unavailability, save_unavailability
from fleet.actions.series import make_ahead, remove_pattern, save_pattern
from fleet.commitments import Conflict, WayOut
from fleet.models import Unavailability, UnavailabilityPattern, Vehicle
from fleet.tasks import plan_outages_ahead
from tests.factories import (
    BaseFactory,
    ManagerFactory,
    RegulatorFactory,
    ShiftFactory,
    UnavailabilityFactory,
    UnavailabilityPatternFactory,
    VehicleFactory,
)
from tests.fleet.conftest import steps
from tests.life.crowd import at_once
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db
# A Monday, with a winter's clock.
MONDAY = datetime(2026, 11, 30, 6, tzinfo=UTC)


@pytest.fixture
def control(base: Base) -> Client:
    """A browser in which a regulator is signed in."""
    client = Client()
    client.force_login(RegulatorFactory(base=base))
    return client


@pytest.fixture
def zoe(base: Base) -> Vehicle:
    Base.objects.update(horizon_days=28)
    base.refresh_from_db()
    vehicle: Vehicle = VehicleFactory(base=base, name="Zoé 9")
    return vehicle


def wash(zoe: Vehicle, **more: Any) -> UnavailabilityPattern:
    """Return the wash of every other Monday from eight to nine; not written yet."""
    said = {"frequency": "fortnightly", "first_day": date(2026, 11, 30), "note": "Wash"} | more
    pattern: UnavailabilityPattern = UnavailabilityPatternFactory.build(vehicle=zoe, **said)
    return pattern


def days(**of: Any) -> list[str]:
    rows = Unavailability.objects.filter(**of).order_by("period")
    return [f"{row.vehicle.base.local(row.period.lower):%m-%d %H:%M}" for row in rows]


class TestUnavailabilities:
    @pytest.fixture
    def noumea(self) -> Base:
        noumea: Base = BaseFactory(code="noumea", time_zone="Pacific/Noumea")
        return noumea

    @pytest.fixture
    def theirs(self, noumea: Base, manager: User, client: Client) -> Client:
        manager.memberships.create(base=noumea, role="manager")
        return client

    def test_typed_on_the_bases_clock(self, theirs: Client, noumea: Base) -> None:
        vehicle = VehicleFactory(base=noumea, name="Zoé 9")
        typed = {"begins": "2098-07-14T08:00", "ends": "2098-07-15T18:00", "reason": "maintenance", "note": "Freins"}
        answer: Any = theirs.post(
            reverse("planning-unavailability-add", args=["noumea"]), typed | {"vehicle": vehicle.pk}
        )
        assert (answer.status_code, answer.url) == (303, reverse("planning", args=["noumea"]) + "?on=2098-07-14")
        page = theirs.get(reverse("planning-vehicle", args=["noumea", vehicle.pk])).content.decode()
        assert "07/14/2098 8 a.m." in page
        period = Unavailability.objects.get().period
        assert (period.lower, period.upper) == (
            datetime(2098, 7, 13, 21, tzinfo=UTC),
            datetime(2098, 7, 15, 7, tzinfo=UTC),
        )
        assert steps() == [("change", "vehicle", "Zoé 9", ["unavailabilities"])]

    def test_saved_again_untouched_it_tells_nothing(self, client: Client, base: Base) -> None:
        out = UnavailabilityFactory(vehicle__base=base)
        before = out.period
        out.refresh_from_db()
        page = client.get(reverse("planning-unavailability", args=[base.code, out.pk]))
        shown = page.context["form"]
        typed = {name: shown[name].value() or "" for name in ("vehicle", "reason", "note")}
        local = [base.local(moment).strftime("%Y-%m-%dT%H:%M") for moment in (out.period.lower, out.period.upper)]
        typed |= dict(zip(("begins", "ends"), local, strict=True))
        assert client.post(reverse("planning-unavailability", args=[base.code, out.pk]), typed).status_code == 303
        out.refresh_from_db()
        assert (out.period.lower, out.period.upper) == before
        assert steps() == []

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"ends": "2098-07-14T07:00"}, "The end comes after the beginning."),
            ({"begins": ""}, "This field is required."),
            ({"begins": "tomorrow"}, "Enter a valid date/time."),
            ({"reason": "weather"}, "Select a valid choice."),
        ],
    )
    def test_what_cannot_be_is_said(self, client: Client, base: Base, changes: dict[str, str], sentence: str) -> None:
        vehicle = VehicleFactory(base=base)
        typed = {"begins": "2098-07-14T08:00", "ends": "", "reason": "maintenance", "note": "Freins"}
        typed |= {"vehicle": str(vehicle.pk)} | changes
        answer = client.post(reverse("planning-unavailability-add", args=[base.code]), typed)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert "Freins" in answer.content.decode()
        assert not Unavailability.objects.exists()

    def test_ended_now(self, client: Client, base: Base) -> None:
        out = UnavailabilityFactory(vehicle__base=base)
        address = reverse("planning-unavailability-end", args=[base.code, out.pk])
        client.post(address)
        out.refresh_from_db()
        assert abs(out.period.upper - timezone.now()) < timedelta(minutes=1)
        assert "already back in service" in client.post(address, follow=True).content.decode()
        assert len(steps()) == 1

    def test_what_had_not_begun_is_taken_back(self, client: Client, base: Base) -> None:
        tomorrow = timezone.now() + timedelta(days=1)
        out = UnavailabilityFactory(vehicle__base=base, period=(tomorrow, None))
        client.post(reverse("planning-unavailability-end", args=[base.code, out.pk]))
        assert not Unavailability.objects.exists()

    def test_a_regulator_takes_a_broken_car_off_with_two_clicks(
        self, control: Client, base: Base, zoe: Vehicle
    ) -> None:
        page = control.get(reverse("planning-vehicles", args=[base.code])).content.decode()
        address = f"{reverse('planning-unavailability-add', args=[base.code])}?vehicle={zoe.pk}&reason=breakdown"
        assert address.replace("&", "&amp;") in page
        form = control.get(address).context["form"]
        typed = {name: form[name].value() or "" for name in ("vehicle", "reason", "note", "ends")}
        assert (typed["vehicle"], typed["reason"], typed["ends"]) == (zoe.pk, "breakdown", "")
        typed["begins"] = f"{base.local(timezone.now()):%Y-%m-%dT%H:%M}"
        assert control.post(address, typed).status_code == 303
        period = Unavailability.objects.get().period
        assert period.upper is None
        assert abs(period.lower - timezone.now()) < timedelta(minutes=2)
        assert Entry.objects.get().party == "regulator"

    def test_a_mission_in_the_way_is_a_conflict_until_somebody_decides(self, manager: User) -> None:
        journey = journey_to("assigned")
        out = Unavailability(vehicle=journey.vehicle, reason="breakdown", period=(timezone.now(), None))
        with pytest.raises(Conflict):
            save_unavailability(out=out, by=manager)
        assert not Unavailability.objects.exists()
        out.pk = None
        save_unavailability(out=out, by=manager, way_out=WayOut("release"))
        journey.ride.refresh_from_db()
        assert journey.ride.state == "confirmed"

    def test_dragged_to_another_time_and_vehicle(self, control: Client, base: Base) -> None:
        out, other = UnavailabilityFactory(vehicle__base=base, note="Freins"), VehicleFactory(base=base)
        sent = {"begins": "2098-07-14T08:00", "ends": "2098-07-14T10:00", "vehicle": other.pk}
        address = reverse("planning-unavailability-move", args=[base.code, out.pk])
        assert control.post(address, sent).status_code == 303
        out.refresh_from_db()
        assert (out.vehicle, out.note, out.reason) == (other, "Freins", "breakdown")
        assert f"{base.local(out.period.upper):%H:%M}" == "10:00"
        # Both vehicles are told of it.
        assert len(steps()) == 2
        assert control.post(address, sent | {"ends": "2098-07-14T07:00"}).status_code == 422


class TestAgainAndAgain:
    @pytest.fixture(autouse=True)
    def on_a_monday(self) -> Iterator[None]:
        with time_machine.travel(MONDAY, tick=False):
            yield

    def test_it_is_made_as_far_as_the_base_can_be_booked(self, zoe: Vehicle, manager: User) -> None:
        assert save_pattern(pattern=wash(zoe), by=manager) == 3
        assert days() == ["11-30 08:00", "12-14 08:00", "12-28 08:00"]
        row = Unavailability.objects.first()
        assert row is not None
        assert (row.by_hand, row.reason, row.note) == (False, "maintenance", "Wash")
        assert steps() == [("change", "vehicle", "Zoé 9", ["unavailabilities"])]

    def test_every_day_brings_more_and_never_twice(self, zoe: Vehicle, manager: User) -> None:
        save_pattern(pattern=wash(zoe), by=manager)
        assert make_ahead(zoe.base) == 0
        with time_machine.travel(MONDAY + timedelta(days=14), tick=False):
            assert plan_outages_ahead() == 1
            assert plan_outages_ahead() == 0
        assert days()[-1] == "01-11 08:00"
        assert Entry.objects.get(verb="generate").data["unavailabilities"] == 1

    def test_a_mission_that_was_there_first_stays_and_no_other_vehicle_waits(self, zoe: Vehicle, manager: User) -> None:
        """A base that is opened further ahead may have missions on days that no pattern has reached yet."""
        other = VehicleFactory(base=zoe.base)
        for vehicle in (zoe, other):
            save_pattern(pattern=wash(vehicle, frequency="weekly"), by=manager)
        zoe.base.horizon_days = 60
        zoe.base.save()
        # On the fifth Monday from now, a quarter past eight.
        journey = Journey(base=zoe.base, minutes=35 * 24 * 60 + 75)
        at = journey.ride.pickup_at
        ShiftFactory(driver=journey.driver, period=(at - timedelta(hours=2), at + timedelta(hours=6)))
        journey.take("confirm")
        dispatch.assign(ride=journey.ride, driver=journey.driver, vehicle=zoe, by=journey.regulator)
        assert plan_outages_ahead() == 3 + 4
        assert plan_outages_ahead() == 0
        assert "01-04 08:00" not in days(vehicle=zoe)
        assert "01-04 08:00" in days(vehicle=other)
        told = Entry.objects.get(verb="generate", subject_id=zoe.pk)
        assert told.data["left_out"] == ["2027-01-04"]
        assert line_of(told).why == "Left out, because it is on a mission then: Mon 4 January"

    def test_this_one_alone_leaves_the_others(self, zoe: Vehicle, manager: User) -> None:
        save_pattern(pattern=wash(zoe), by=manager)
        one = Unavailability.objects.order_by("period")[1]
        one.period = (one.period.lower + timedelta(hours=2), one.period.upper + timedelta(hours=2))
        save_unavailability(out=one, by=manager)
        assert days() == ["11-30 08:00", "12-14 10:00", "12-28 08:00"]
        # Changed by hand, it no longer follows its pattern.
        pattern = UnavailabilityPattern.objects.get()
        pattern.begins = time(7)
        save_pattern(pattern=pattern, by=manager)
        assert days() == ["11-30 07:00", "12-14 10:00", "12-28 07:00"]

    def test_this_and_those_that_follow_keep_the_fortnight(self, zoe: Vehicle, manager: User) -> None:
        save_pattern(pattern=wash(zoe), by=manager)
        pattern = UnavailabilityPattern.objects.get()
        pattern.begins, pattern.ends = time(14), time(15)
        save_pattern(pattern=pattern, by=manager, since=date(2026, 12, 8))
        assert days() == ["11-30 08:00", "12-14 14:00", "12-28 14:00"]
        first, second = UnavailabilityPattern.objects.order_by("pk")
        assert (first.last_day, second.first_day) == (date(2026, 12, 7), date(2026, 12, 14))

    def test_taken_back_it_does_not_come_again(self, zoe: Vehicle, manager: User) -> None:
        save_pattern(pattern=wash(zoe), by=manager)
        end_unavailability(out=Unavailability.objects.order_by("period")[1], by=manager)
        pattern = UnavailabilityPattern.objects.get()
        assert pattern.skipped == [date(2026, 12, 14)]
        pattern.note = "Wash and wax"
        save_pattern(pattern=pattern, by=manager)
        assert days() == ["11-30 08:00", "12-28 08:00"]

    def test_it_ends_from_a_day_on_or_altogether(self, zoe: Vehicle, manager: User) -> None:
        save_pattern(pattern=wash(zoe), by=manager)
        pattern = UnavailabilityPattern.objects.get()
        with pytest.raises(Refusal, match="past"):
            remove_pattern(row=pattern, by=manager, since=date(2026, 11, 29))
        remove_pattern(row=pattern, by=manager, since=date(2026, 12, 20))
        assert days() == ["11-30 08:00", "12-14 08:00"]
        remove_pattern(row=pattern, by=manager)
        assert days() == []
        with pytest.raises(Stale):
            remove_pattern(row=pattern, by=manager)

    def test_what_has_begun_stays(self, zoe: Vehicle, manager: User) -> None:
        save_pattern(pattern=wash(zoe), by=manager)
        with time_machine.travel(MONDAY + timedelta(hours=1, minutes=30), tick=False):
            remove_pattern(row=UnavailabilityPattern.objects.get(), by=manager)
        assert days() == ["11-30 08:00"]

    def test_a_pattern_in_the_way_of_a_mission_is_a_conflict(self, manager: User) -> None:
        journey = journey_to("assigned")
        assert journey.mission
        journey.mission.refresh_from_db()
        local = journey.base.local(journey.mission.starts_at)
        pattern = wash(
            journey.vehicle, frequency="weekly", weekdays=[0, 1, 2, 3, 4, 5, 6],
            first_day=local.date() - timedelta(days=1), begins=time(0), ends=time(23, 59),
        )  # fmt: skip
        with pytest.raises(Conflict):
            save_pattern(pattern=pattern, by=manager)
        assert not UnavailabilityPattern.objects.exists()
        pattern.pk = None
        save_pattern(pattern=pattern, by=manager, way_out=WayOut("keep", "A spare is here"))
        assert Unavailability.objects.exists()

    def test_typed_on_the_page_with_the_next_times(self, control: Client, base: Base, zoe: Vehicle) -> None:
        address = reverse("planning-outage-pattern-add", args=[base.code])
        typed = {
            "vehicle": zoe.pk, "reason": "maintenance", "note": "Wash", "frequency": "fortnightly", "weekdays": [0],
            "begins": "08:00", "ends": "09:00", "first_day": "2026-11-30",
        }  # fmt: skip
        assert (
            "Dec. 14" in (page := control.post(address, typed | {"preview": "1"}).content.decode()) or "14 Dec." in page
        )
        assert not Unavailability.objects.exists()
        assert control.post(address, typed | {"weekdays": []}).status_code == 422
        answer: Any = control.post(address, typed)
        assert (answer.status_code, answer.url) == (303, reverse("planning-vehicle", args=[base.code, zoe.pk]))
        page = control.get(answer.url).content.decode()
        assert "Every other week: Monday, 08:00–09:00" in page
        pattern = UnavailabilityPattern.objects.get()
        own = reverse("planning-outage-pattern", args=[base.code, pattern.pk])
        changed = typed | {"scope": "since", "since": "2026-12-10", "begins": "10:00", "ends": "11:00"}
        assert control.post(own, changed).status_code == 303
        assert days() == ["11-30 08:00", "12-14 10:00", "12-28 10:00"]

    @pytest.mark.parametrize(
        ("scope", "expected"),
        [
            ("this", ["11-30 08:00", "12-14 10:00", "12-28 08:00"]),
            ("following", ["11-30 08:00", "12-14 10:00", "12-28 10:00"]),
            ("all", ["11-30 10:00", "12-14 10:00", "12-28 10:00"]),
        ],
    )
    def test_one_of_them_says_which_others_change(
        self, control: Client, zoe: Vehicle, scope: str, expected: list[str]
    ) -> None:
        base = zoe.base
        save_pattern(pattern=wash(zoe), by=ManagerFactory(base=base))
        one = Unavailability.objects.order_by("period")[1]
        typed = {
            "vehicle": zoe.pk, "reason": "maintenance", "note": "Wash", "begins": "2026-12-14T10:00",
            "ends": "2026-12-14T11:00", "scope": scope,
        }  # fmt: skip
        assert control.post(reverse("planning-unavailability", args=[base.code, one.pk]), typed).status_code == 303
        assert days() == expected


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_day_once() -> None:
    pattern = UnavailabilityPatternFactory()
    base = pattern.vehicle.base
    made = at_once([partial(make_ahead, base) for _ in range(4)])
    assert sorted(made)[:3] == [0, 0, 0]
    assert Unavailability.objects.count() == max(made) > 0


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: both make the same days, and the database has the last word."""
    pattern = UnavailabilityPatternFactory()
    monkeypatch.setattr(series, "lock_vehicles", list)
    both_looked = Barrier(2)

    def meet(*_what: Any) -> list[date]:
        both_looked.wait(timeout=10)
        return []

    monkeypatch.setattr(series, "_days_on_missions", meet)
    outcomes = at_once([partial(make_ahead, pattern.vehicle.base) for _ in range(2)])
    assert any(not isinstance(outcome, int) for outcome in outcomes)
