"""Writing the whole demo into an empty database."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from random import Random

from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from psycopg import sql
from psycopg.types.json import Jsonb

from bookings.models import Ride
from dispatch.models import Mission, Stop
from drivers.actions.generation import generate_ahead
from drivers.models import Absence, Licence, Shift
from echauffeur.accounts.models import User
from echauffeur.bases.holidays import HolidayCalendar
from echauffeur.bases.models import Base, Category, OpeningException, OpeningHours, Place
from echauffeur.demo import accounts
from echauffeur.demo.bases import BASES, BaseSpec
from echauffeur.demo.devices import write_devices
from echauffeur.demo.handsets import write_handsets
from echauffeur.demo.history import KINDS, Chronicle, Diary, Period, without
from echauffeur.demo.letters import write_letters
from echauffeur.demo.lives import Life, steps_of
from echauffeur.demo.people import Crew, hire, notes_of_roles
from echauffeur.demo.plans import write_plans
from echauffeur.demo.simulator.roads import Roads
from echauffeur.demo.town.drawing import Town, draw
from echauffeur.demo.trails import look_at_a_trip, write_trails
from echauffeur.demo.upkeep import give_vehicles, write_due_dates, write_outages, write_readings
from echauffeur.journal.models import Stream
from fleet.actions.series import make_ahead
from fleet.models import Unavailability, UnavailabilityReason, Vehicle, VehicleModel
from tracking.models import Basemap

PAST_DAYS = 60
RIDE_DAYS_AHEAD = 9
FAR_AWAY = datetime.max.replace(tzinfo=UTC)
BATCH = 2000
ENTRY_COLUMNS = (
    "base_id", "seq", "verb", "subject", "subject_id", "code", "from_state", "to_state", "by_id", "party", "at",
    "reason", "words", "data", "streams", "tap_digest", "announced_at",
)  # fmt: skip
SPECS = {spec.code: spec for spec in BASES}

# key: model, call name, seats, wheelchair places, licence
FLEET = {
    "zoe": ("Renault Zoé", "Zoé", 4, 0, "B"),
    "suv": ("Peugeot 3008", "3008", 4, 0, "B"),
    "kangoo": ("Renault Kangoo", "Kangoo", 4, 0, "B"),
    "tpmr": ("Renault Kangoo TPMR", "Kangoo TPMR", 3, 1, "B"),
    "trafic": ("Renault Trafic", "Trafic", 8, 0, "B"),
    "master": ("Renault Master TPMR", "Master", 6, 2, "B"),
    "minibus": ("Iveco Daily", "Minibus", 16, 0, "D1"),
    "coach": ("Iveco Crossway", "Car", 50, 1, "D"),
}
COLOURS = ["blanc", "gris clair", "gris anthracite", "bleu nuit", "noir", "rouge", "vert sapin"]
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"


def is_loaded() -> bool:
    return User.objects.filter(email=accounts.ADMINISTRATOR.email).exists()


@transaction.atomic
def load(now: datetime) -> None:
    """Write bases, maps, people, vehicles, and rides from two months before ``now`` to some days after."""
    towns = {spec.code: draw(spec.plan) for spec in BASES}
    bases = _write_bases(now)
    kinds = _write_categories(bases)
    places = {code: _write_places(SPECS[code], base, towns[code]) for code, base in bases.items()}
    Basemap.objects.bulk_create(
        Basemap(base=bases[code], features=town.features, attribution="Plan dessiné pour la démonstration")
        for code, town in towns.items()
    )
    vehicles = _write_vehicles(bases, now)
    today = bases["brest"].local(now).date()
    write_due_dates(vehicles, today)
    write_outages(vehicles, now)
    crews = hire(bases, today)
    write_handsets(crews, now)
    write_devices(crews, now)
    write_letters(now)
    write_plans(SPECS, crews, today - timedelta(days=PAST_DAYS + 1), today)
    for code, crew in crews.items():
        chronicle = Chronicle(
            SPECS[code],
            crew,
            places=places[code],
            vehicles=vehicles[code],
            diary=_diary(crew, vehicles[code]),
            kinds=kinds[code],
            now=now,
        )
        lives = chronicle.tell(today - timedelta(days=PAST_DAYS), today + timedelta(days=RIDE_DAYS_AHEAD))
        _write_lives(crew, lives, now)
        write_readings(crew.base, vehicles[code], now)
        give_vehicles(crew.base, vehicles[code], now)
        write_trails(crew.base, Roads.of_map({"features": towns[code].features}), now)
    look_at_a_trip(crews["brest"].drivers[0], by=crews["brest"].regulators[0], now=now)


def keep_on_duty(now: datetime) -> None:
    """Plan the shifts that came into the bases' horizon since, for a demo that was loaded some days ago."""
    for base in Base.objects.filter(code__in=SPECS):
        generate_ahead(base, now)
        make_ahead(base, now)


def _write_bases(now: datetime) -> dict[str, Base]:
    bases = [
        Base(
            name=spec.name, code=spec.code, latitude=spec.plan.latitude, longitude=spec.plan.longitude,
            phone_customers=f"+33{spec.phone[1:]}00", phone_drivers=f"+33{spec.phone[1:]}01",
            no_show_minutes=5 if spec.code == "brest" else 10, ride_minutes=15 if spec.code == "brest" else 20,
            area_radius_m=25_000, holiday_calendar=HolidayCalendar.METROPOLE,
            closed_on_holidays=not spec.round_the_clock, greatest_party=16 if spec.code == "brest" else None,
            motive_required=spec.code == "toulon",
        )
        for spec in BASES
    ]  # fmt: skip
    Base.objects.bulk_create(bases)
    written = {base.code: base for base in bases}
    OpeningHours.objects.bulk_create(hours for spec in BASES for hours in _hours(spec, written[spec.code]))
    OpeningException.objects.bulk_create(_exceptions(written, now))
    prefetch_related_objects(bases, "opening_hours", "opening_exceptions")
    return written


def _exceptions(bases: dict[str, Base], now: datetime) -> Iterable[OpeningException]:
    """Yield a day of other hours, and a day closed, that whoever looks at the demo finds before them."""
    for code, days, hours, label in (
        ("brest", 6, (time(10), time(23, 59)), "Exercice de sécurité"),
        ("lille", 5, (None, None), "Journée de cohésion"),
    ):
        day = bases[code].local(now).date() + timedelta(days=days)
        if day.weekday() > 4:
            day += timedelta(days=7 - day.weekday())
        yield OpeningException(
            base=bases[code], first_day=day, last_day=day, opens=hours[0], closes=hours[1], label=label
        )


def _write_categories(bases: dict[str, Base]) -> dict[str, dict[str, Category]]:
    """Give every base the same kinds of transport, and return them by base and name."""
    written = Category.objects.bulk_create(
        Category(base=base, name=name, description=description, order=10 * n)
        for base in bases.values()
        for n, (name, (description, _motives)) in enumerate(KINDS.items(), 1)
    )
    kinds: dict[str, dict[str, Category]] = defaultdict(dict)
    for category in written:
        kinds[category.base.code][category.name] = category
    return kinds


def _hours(spec: BaseSpec, base: Base) -> Iterable[OpeningHours]:
    for weekday in range(7):
        if spec.round_the_clock:
            yield OpeningHours(base=base, weekday=weekday, opens=time(0), closes=time(23, 59))
        elif weekday < 5:
            yield OpeningHours(base=base, weekday=weekday, opens=time(6, 15), closes=time(19, 30))


def _write_places(spec: BaseSpec, base: Base, town: Town) -> list[Place]:
    free = {zone: list(spots) for zone, spots in town.spots.items()}
    places = []
    for spot in spec.spots:
        latitude, longitude = free[spot.zone if free[spot.zone] else "base"].pop(0)
        places.append(
            Place(
                base=base, name=spot.name, aliases=list(spot.aliases), kind=spot.kind, latitude=latitude,
                longitude=longitude, access_note=spot.note,
            )
        )  # fmt: skip
    return Place.objects.bulk_create(places)


def _write_vehicles(bases: dict[str, Base], now: datetime) -> dict[str, list[Vehicle]]:
    random = Random("vehicles of the demo")
    models = {
        key: VehicleModel(name=name, seats=seats, wheelchair_places=places, licence=licence)
        for key, (name, _, seats, places, licence) in FLEET.items()
    }
    VehicleModel.objects.bulk_create(models.values())
    VehicleModel.objects.create(base=bases["brest"], name="Citroën Jumper, aménagé à la base", seats=7)
    fleets: dict[str, list[Vehicle]] = defaultdict(list)
    for spec in BASES:
        counted: Counter[str] = Counter()
        for key in spec.fleet.split():
            counted[key] += 1
            first, last = ("".join(random.choices(PLATE_LETTERS, k=2)) for _ in range(2))
            plate = f"{first}-{random.randrange(101, 999)}-{last}"
            name, colour = f"{FLEET[key][1]} {counted[key]}", random.choice(COLOURS)
            fleets[spec.code].append(
                Vehicle(base=bases[spec.code], model=models[key], name=name, plate=plate, colour=colour)
            )
    Vehicle.objects.bulk_create(vehicle for fleet in fleets.values() for vehicle in fleet)
    _send_to_the_garage(fleets, now)
    return fleets


def _send_to_the_garage(fleets: dict[str, list[Vehicle]], now: datetime) -> None:
    out = UnavailabilityReason
    Unavailability.objects.bulk_create(
        [
            Unavailability(
                vehicle=fleets["brest"][4], period=(now - timedelta(days=1), now + timedelta(days=2)),
                reason=out.MAINTENANCE, note="Freins, chez le garagiste jusqu’à jeudi",
            ),
            Unavailability(
                vehicle=fleets["toulon"][1], period=(now - timedelta(hours=5), now + timedelta(days=4)),
                reason=out.BREAKDOWN, note="Batterie",
            ),
            Unavailability(
                vehicle=fleets["brest"][7], period=(now + timedelta(days=3), now + timedelta(days=3, hours=4)),
                reason=out.INSPECTION,
            ),
        ]
    )  # fmt: skip


def _diary(crew: Crew, vehicles: list[Vehicle]) -> Diary:
    shifts: dict[int, list[Period]] = defaultdict(list)
    away: dict[int, list[Period]] = defaultdict(list)
    for absence in Absence.objects.filter(driver__base=crew.base).order_by("period"):
        away[absence.driver_id].append((absence.period.lower, absence.period.upper or FAR_AWAY))
    for shift in Shift.objects.filter(driver__base=crew.base).order_by("period"):
        pauses = [(pause.lower, pause.upper) for pause in shift.breaks]
        period = shift.period.lower, shift.period.upper
        shifts[shift.driver_id] += without(period, sorted([*pauses, *away[shift.driver_id]]))
    licences: dict[int, set[str]] = defaultdict(set)
    for licence in Licence.objects.filter(driver__base=crew.base):
        licences[licence.driver_id].add(licence.category)
    out: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for outage in Unavailability.objects.filter(vehicle__in=vehicles).order_by("period"):
        out[outage.vehicle_id].append((outage.period.lower, outage.period.upper))
    return Diary(shifts, licences, out)


def _write_lives(crew: Crew, lives: list[Life], now: datetime) -> None:
    Ride.objects.bulk_create((life.ride for life in lives), batch_size=BATCH)
    Mission.objects.bulk_create((mission for life in lives for mission in life.missions), batch_size=BATCH)
    Stop.objects.bulk_create((stop for life in lives for stop in life.stops), batch_size=BATCH)
    _write_journal(crew, lives, now)


def _write_journal(crew: Crew, lives: list[Life], now: datetime) -> None:
    """Number the steps and write them by COPY: forty thousand model instances would take twice as long."""
    numbers: Counter[str] = Counter()
    into = sql.SQL("COPY journal_entry ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, ENTRY_COLUMNS)))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for note in steps_of(lives, notes_of_roles(crew, now - timedelta(days=PAST_DAYS))):
            streams = note.streams()
            numbers.update(streams)
            copy.write_row(
                (
                    crew.base.pk, numbers[streams[0]], note.verb, note.kind, note.row.pk, note.code, note.from_state,
                    note.to_state, note.by.pk if note.by else None, str(note.party.value), note.at, note.reason,
                    note.words, Jsonb(note.data), Jsonb({stream: numbers[stream] for stream in streams}), "", now,
                )
            )  # fmt: skip
    Stream.objects.bulk_create(Stream(name=name, seq=seq) for name, seq in numbers.items())
