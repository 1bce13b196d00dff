"""What becomes of the demo's vehicles: due dates, a wash that comes back, and what drivers read off the dashboards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.models import Mission
from drivers.models import Shift
from echauffeur.bases.models import Base
from echauffeur.common.periods import meets
from echauffeur.common.recurrence import Frequency, monday_of
from fleet.actions.series import make
from fleet.models import (
    Licence,
    Reading,
    ReadingKind,
    Unavailability,
    UnavailabilityPattern,
    UnavailabilityReason,
    Vehicle,
)

# A time in which somebody has a vehicle, and which driver, where that is said.
Taken = tuple[DateTimeTZRange, int | None]
READ_FOR = timedelta(days=10)
GIVEN_FOR = timedelta(days=8)
# A small base on which one car's inspection has run out.
FORGETFUL, FORGOTTEN = "cognac", 3


def write_due_dates(fleets: dict[str, list[Vehicle]], today: date) -> None:
    """Give every vehicle an inspection and maintenance to come; on each base one is due soon, on one base overdue."""
    random = Random("upkeep of the demo")
    for code, fleet in fleets.items():
        for vehicle in fleet:
            vehicle.inspection_until = today + timedelta(days=random.randrange(60, 700))
            vehicle.maintenance_due_on = today + timedelta(days=random.randrange(60, 360))
        fleet[0].inspection_until = today + timedelta(days=12)
        if code == FORGETFUL:
            fleet[FORGOTTEN].inspection_until = today - timedelta(days=3)
    rows = [vehicle for fleet in fleets.values() for vehicle in fleet]
    Vehicle.objects.bulk_update(rows, ["inspection_until", "maintenance_due_on"])


def write_outages(fleets: dict[str, list[Vehicle]], now: datetime) -> None:
    """Have a car of each base washed every other Monday, and the overdue one wait for its inspection."""
    for code, fleet in fleets.items():
        base = fleet[1].base
        pattern = UnavailabilityPattern.objects.create(
            vehicle=fleet[1],
            reason=UnavailabilityReason.MAINTENANCE,
            note="Lavage",
            frequency=Frequency.FORTNIGHTLY,
            weekdays=[0],
            begins=time(6, 30),
            ends=time(7, 15),
            first_day=monday_of(base.local(now).date()),
        )
        make([pattern], now)
        if code == FORGETFUL:
            Unavailability.objects.create(
                vehicle=fleet[FORGOTTEN],
                period=DateTimeTZRange(now - timedelta(days=2), now + timedelta(days=30)),
                reason=UnavailabilityReason.INSPECTION,
                note="Contrôle technique dépassé",
            )


def write_readings(base: Base, fleet: list[Vehicle], now: datetime) -> None:
    """Write what was read at the start and end of each shift of the last days; kilometres only go up."""
    random = Random(f"dashboards of {base.code}")
    shifts = Shift.objects.of(base).overlapping(now - READ_FOR, now).select_related("driver__user")
    moments: dict[int, list[tuple[datetime, str, Shift]]] = defaultdict(list)
    drivers: dict[int, Vehicle] = {}
    for shift in shifts:
        vehicle = drivers.setdefault(shift.driver_id, fleet[len(drivers) % len(fleet)])
        moments[vehicle.pk] += [moment for moment in _moments(shift) if moment[0] <= now]
    readings = [reading for vehicle in fleet for reading in _readings(vehicle, moments[vehicle.pk], random)]
    Reading.objects.bulk_create(readings)
    _make_one_due(fleet, readings)


def _moments(shift: Shift) -> Iterable[tuple[datetime, str, Shift]]:
    yield shift.period.lower + timedelta(minutes=4), ReadingKind.START, shift
    yield shift.period.upper - timedelta(minutes=6), ReadingKind.END, shift


def _readings(vehicle: Vehicle, moments: list[tuple[datetime, str, Shift]], random: Random) -> Iterator[Reading]:
    kilometres = random.randrange(8_000, 90_000)
    for n, (read_at, kind, shift) in enumerate(sorted(moments, key=lambda moment: moment[0])):
        kilometres += random.randrange(6, 55) if kind == ReadingKind.END else random.randrange(2)
        # One car was left nearly empty.
        is_low = n == len(moments) - 1 and vehicle.name == "Zoé 2" and vehicle.base.code == "brest"
        energy = 11 if is_low else random.randrange(35, 98)
        yield Reading(
            vehicle=vehicle,
            kind=kind,
            read_at=read_at,
            kilometres=kilometres,
            energy_percent=energy,
            by=shift.driver.user,
        )


def _make_one_due(fleet: list[Vehicle], readings: list[Reading]) -> None:
    """Have the workshop wait for one car within its next hundreds of kilometres."""
    newest = {reading.vehicle_id: reading.kilometres for reading in readings}
    for vehicle in fleet[2:3]:
        if vehicle.pk in newest:
            vehicle.maintenance_due_km = newest[vehicle.pk] + 640
            vehicle.save(update_fields=["maintenance_due_km"])


def give_vehicles(base: Base, fleet: list[Vehicle], now: datetime) -> None:
    """Have half of the light vehicles taken over with the coming shifts; the others are for whoever needs one."""
    around = (now, now + GIVEN_FOR)
    light = [car for car in fleet if car.model.licence == Licence.B and not car.model.wheelchair_places]
    cars = light[: max(1, len(light) // 2)]
    taken: dict[int, list[Taken]] = defaultdict(list)
    for outage in Unavailability.objects.of(base).overlapping(*around):
        taken[outage.vehicle_id].append((outage.period, None))
    for mission in Mission.objects.of(base).live().overlapping(*around):
        taken[mission.vehicle_id].append((mission.period, mission.driver_id))
    given = []
    for shift in Shift.objects.of(base).filter(period__startswith__range=around).order_by("period"):
        shift.vehicle = next((car for car in cars if _is_free(taken[car.pk], shift)), None)
        if shift.vehicle:
            taken[shift.vehicle.pk].append((shift.period, None))
            given.append(shift)
    Shift.objects.bulk_update(given, ["vehicle"])


def _is_free(taken: Iterable[Taken], shift: Shift) -> bool:
    others = (period for period, driver in taken if driver != shift.driver_id)
    return not any(meets(period, shift.period.lower, shift.period.upper) for period in others)
