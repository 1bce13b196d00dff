"""The loaded demo: plausible in numbers, and written as if every step had gone through the actions."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from bookings.models import Ride
from bookings.states import RIDE, RideState
from dispatch.models import Mission, Stop
from dispatch.queries.trips import holes_in, trip_of
from dispatch.states import MISSION
from drivers.models import Absence, Driver, Shift, ShiftPattern
from echauffeur.accounts.models import User, normal_phone
from echauffeur.bases.models import Base, Place
from echauffeur.bases.queries import is_open
from echauffeur.common.lifecycle import Lifecycle
from echauffeur.demo import accounts
from echauffeur.demo.load import keep_on_duty, load
from echauffeur.journal.models import Entry, Stream
from fleet.models import Reading, Unavailability, Vehicle
from fleet.queries import vehicle_rows, vehicles_to_configure


@pytest.fixture(scope="module", params=["now", "at night"])
def now(request):
    moment = timezone.now()
    return moment if request.param == "now" else moment.replace(hour=2, minute=10)


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker, now):
    """The whole demo, once for all tests of this module, and nothing of it afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(now)
        yield
        transaction.set_rollback(True)


pytestmark = pytest.mark.django_db


def replay(lifecycle: Lifecycle, entries: list[Entry], initial: str) -> str:
    """Return the state that these entries lead to, checking each against the table."""
    state = ""
    for entry in entries:
        assert entry.from_state == state
        if entry.verb in lifecycle.steps and entry.from_state:
            step = lifecycle.steps[entry.verb]
            assert state in step.who[entry.party]
            assert entry.to_state == step.target
            assert not step.reasons or entry.reason in step.reasons
        else:
            assert entry.to_state == (state or initial)
        state = entry.to_state
    return state


def by_subject(kind: str) -> dict[int, list[Entry]]:
    found = defaultdict(list)
    for entry in Entry.objects.filter(subject=kind).order_by("base", "seq"):
        found[entry.subject_id].append(entry)
    return found


def test_numbers_look_like_the_service():
    assert Base.objects.count() == 10
    assert 95 <= Driver.objects.count() <= 110
    assert 55 <= Vehicle.objects.count() <= 65
    assert 3300 <= Ride.objects.count() <= 3900
    states = Counter(Ride.objects.values_list("state", flat=True))
    assert states[RideState.COMPLETED] > 0.75 * sum(states.values())
    assert states[RideState.REFUSED] > 50
    assert states[RideState.CANCELLED] > 100
    assert Ride.objects.filter(end_reason="no_show").exists()
    assert Ride.objects.filter(rating__isnull=False).count() > 1000
    for base in Base.objects.all():
        assert 10 <= base.places.count() <= 21


def test_rules_of_bases_show_in_their_rides():
    bases = Base.objects.all()
    assert {base.code for base in bases if base.opening_exceptions.exists()} == {"brest", "lille"}
    assert not Ride.objects.filter(category=None).exists()
    assert not Ride.objects.exclude(category__base=F("base")).exists()
    assert not Ride.objects.filter(base__motive_required=True, motive="").exists()
    assert Ride.objects.filter(base__motive_required=True).exists()
    assert Ride.objects.values("category__name").distinct().count() == 4
    for base in bases:
        assert not Ride.objects.filter(base=base, passengers__gt=base.greatest_party or 999).exists()
        for place in base.places.all():
            place.full_clean()


def test_replaying_the_journal_gives_every_row():
    entries = by_subject("ride")
    for ride in Ride.objects.all():
        assert replay(RIDE, entries.pop(ride.pk), RideState.REQUESTED) == ride.state, ride.code
    assert not entries
    entries = by_subject("mission")
    for mission in Mission.objects.all():
        assert replay(MISSION, entries.pop(mission.pk), "planned") == mission.state, mission.code
    assert not entries


def test_streams_have_no_gaps_and_know_their_newest_number():
    numbers = defaultdict(list)
    for streams in Entry.objects.order_by("base", "seq").values_list("streams", flat=True):
        for stream, seq in streams.items():
            numbers[stream].append(seq)
    for stream, seqs in numbers.items():
        assert seqs == list(range(1, len(seqs) + 1)), stream
    assert {stream: len(seqs) for stream, seqs in numbers.items()} == dict(Stream.objects.values_list("name", "seq"))
    assert not Entry.objects.untold().exists()


def test_nothing_was_recorded_in_the_future(now):
    assert not Entry.objects.filter(at__gt=now).exists()


def test_no_mission_ever_overlaps_another_of_its_driver_or_vehicle():
    """The constraint looks at live missions only; the past too must be possible."""
    for who in ("driver_id", "vehicle_id"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT a.code, b.code FROM dispatch_mission a JOIN dispatch_mission b"
                f" ON a.{who} = b.{who} AND a.id < b.id AND a.period && b.period"
                f" WHERE a.state <> 'called_off' AND b.state <> 'called_off'"
            )
            assert cursor.fetchall() == []


def test_missions_lie_within_shifts_licences_and_vehicles_in_service():
    shifts = defaultdict(list)
    for shift in Shift.objects.all():
        shifts[shift.driver_id].append((shift.period.lower, shift.period.upper))
    away = {(absence.driver_id, absence.period) for absence in Absence.objects.all()}
    breaks = {(shift.driver_id, pause) for shift in Shift.objects.all() for pause in shift.breaks}
    taken = defaultdict(list)
    for driver, period in away | breaks:
        taken[driver].append(period)
    missions = Mission.objects.with_crew().prefetch_related("driver__licences", "stops__ride")
    for mission in missions:
        assert any(s <= mission.starts_at and mission.ends_at <= e for s, e in shifts[mission.driver_id]), mission
        assert not any(
            period.lower < mission.ends_at and (period.upper is None or mission.starts_at < period.upper)
            for period in taken[mission.driver_id]
        ), mission
        held = {licence.category for licence in mission.driver.licences.all()}
        assert mission.vehicle.model.licence in held
        ride = mission.stops.all()[0].ride
        assert mission.vehicle.model.seats >= ride.passengers
        assert mission.vehicle.model.wheelchair_places >= ride.wheelchairs
        out = Unavailability.objects.filter(vehicle=mission.vehicle, period__overlap=mission.period)
        assert mission.ends_at < timezone.now() - timedelta(days=2) or not out.exists()


def test_stops_say_what_the_rides_say():
    stops = defaultdict(list)
    for stop in Stop.objects.select_related("ride").order_by("mission", "position"):
        stops[stop.mission_id].append(stop)
    for mission in Mission.objects.all():
        pick_up, set_down = stops[mission.pk]
        if mission.state == "done":
            assert pick_up.arrived_at <= pick_up.done_at <= set_down.done_at == mission.ended_at
        if mission.state == "called_off":
            assert set_down.dropped_at == mission.ended_at
        if mission.state in MISSION.live:
            assert set_down.is_open


def test_rides_begin_when_their_base_is_open():
    for ride in Ride.objects.select_related("base").prefetch_related("base__opening_hours", "base__opening_exceptions"):
        assert is_open(ride.base, ride.pickup_at), ride


def test_brest_is_alive_at_once_and_visitors_have_something_to_do(now):
    brest = Ride.objects.filter(base__code="brest")
    assert brest.filter(state=RideState.REQUESTED).count() >= 3
    assert brest.filter(state=RideState.WAITLISTED).exists()
    under_way = brest.filter(state__in=[RideState.APPROACHING, RideState.WAITING, RideState.ON_BOARD])
    assert under_way.count() >= 2
    soon = brest.filter(pickup_at__range=(now - timedelta(minutes=45), now + timedelta(hours=2)))
    assert soon.filter(state__in=RIDE.live).count() >= 8
    visitor = Mission.objects.live().filter(driver__user__email=accounts.DRIVER.email)
    assert visitor.count() >= 1
    assert brest.live().filter(customer__email=accounts.CUSTOMER.email).exists()
    for hours in range(24 * 3):
        moment = now + timedelta(hours=hours)
        assert Shift.objects.running(moment).filter(driver__base__code="brest").count() >= 3, moment


def test_every_phone_number_can_be_sent_through_the_forms():
    for number in {
        *User.objects.values_list("phone", flat=True),
        *Base.objects.values_list("phone_customers", flat=True),
    }:
        assert normal_phone(number) == number


def test_personas_sign_in_and_their_pages_open():
    for account in accounts.ACCOUNTS:
        client = Client()
        answer = client.post("/sign-in/", {"username": account.email, "password": account.password})
        assert answer.status_code == 302, account
        assert client.get(account.opens_at).status_code == 200, account


def test_everybody_has_a_pattern_and_every_base_somebody_away(now):
    assert not Driver.objects.filter(patterns=None).exists()
    assert not Shift.objects.filter(by_hand=True).exists()
    assert {base.code for base in Base.objects.all()} == set(
        Absence.objects.values_list("driver__base__code", flat=True)
    )
    assert ShiftPattern.objects.filter(begins="21:30").exists(), "nights"
    assert ShiftPattern.objects.filter(weekdays__contains=[5, 6]).exists(), "weekends"
    assert ShiftPattern.objects.exclude(breaks=[]).exists()
    assert Driver.objects.filter(shifts__period__contains=now).count() > 8


def test_loading_again_changes_nothing(now):
    before = (Ride.objects.count(), Entry.objects.count(), Shift.objects.count(), Place.objects.count())
    call_command("load_demo", verbosity=0)
    keep_on_duty(now)
    assert (Ride.objects.count(), Entry.objects.count(), Shift.objects.count(), Place.objects.count()) == before


def test_accounts_are_printed(capsys):
    call_command("demo_accounts")
    printed = capsys.readouterr().out
    for account in accounts.ACCOUNTS:
        assert account.email in printed
        assert account.password in printed


def test_vehicles_are_read_washed_and_due(now) -> None:
    for base in Base.objects.filter(vehicles__isnull=False).distinct():
        rows = vehicle_rows(base, vehicles_to_configure(base))
        assert any(due.is_soon for row in rows for due in row.dues), base
        assert Unavailability.objects.of(base).filter(pattern__note="Lavage").exists()
        for vehicle in base.vehicles.all():
            read = list(vehicle.readings.order_by("read_at").values_list("kilometres", flat=True))
            assert read == sorted(read)
        assert Reading.objects.filter(vehicle__base=base).exists()
    assert not Reading.objects.filter(read_at__gt=now).exists()
    assert Vehicle.objects.filter(inspection_until__lt=now.date()).count() == 1


def test_coming_shifts_take_vehicles_over_that_nobody_else_is_to_drive(now) -> None:
    given = Shift.objects.filter(vehicle__isnull=False)
    assert {shift.driver.base_id for shift in given} == set(Base.objects.values_list("pk", flat=True))
    for shift in given:
        assert shift.period.lower > now
        missions = Mission.objects.live().filter(vehicle=shift.vehicle, period__overlap=shift.period)
        assert {mission.driver_id for mission in missions} <= {shift.driver_id}


def test_the_trips_of_the_last_day_can_be_played_and_one_was_looked_at(now) -> None:
    driven = Mission.objects.filter(base__code="brest", state="done", ended_at__gt=now - timedelta(hours=20))
    trips = [trip_of(mission) for mission in driven]
    assert len(trips) > 3
    assert all(trip and len(trip.points()) > 20 for trip in trips)
    assert any(holes_in(trip, trip.points()) for trip in trips)
    (look,) = Entry.objects.filter(verb="look")
    assert Mission.objects.get(pk=look.subject_id).driver.user.email == accounts.DRIVER.email
