"""The calendar of the planning: a row for each driver or vehicle, with what they are taken up by; in a few queries."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from unicodedata import combining, normalize

from django.db.models import OuterRef, Subquery
from django.utils.text import capfirst

from bookings.states import RideState
from dispatch.queries.blocks import Block, Cell, Scribe, lay_out, total
from dispatch.queries.frame import MINUTE, Frame
from dispatch.queries.history import announcement_of
from dispatch.queries.periods import Period, overlap, without
from dispatch.queries.spells import Kind, Spell, spells_of
from drivers.licences import Held, held_by, to_renew
from drivers.models import Driver
from echauffeur.bases.holidays import holiday_on
from echauffeur.bases.queries import Timetable
from echauffeur.journal.models import Entry
from fleet.due import Due, pressing
from fleet.models import Reading, Vehicle

TO_HANDLE = {RideState.REQUESTED, RideState.WAITLISTED, RideState.CONFIRMED}
STEPS_AT_ONCE = 3
USUAL = ("08:00", "16:00")


@dataclass(frozen=True)
class Head:
    """A day above its column: how many drivers are on duty on it, and how many rides they are asked for.

    ``begins`` and ``ends``: the usual hours on it, as stamps for a new shift.
    """

    on: date
    index: int
    is_today: bool
    closed: str
    on_duty: int
    rides: int
    to_handle: int
    begins: str
    ends: str

    @property
    def is_short(self) -> bool:
        """Whether there are rides, and nobody to drive them."""
        return bool(self.rides and not self.on_duty)


@dataclass(frozen=True)
class Renewal:
    """What a driver holds until the same day, and must renew; ``is_over``: no longer holds."""

    names: str
    until: date
    is_over: bool


@dataclass(frozen=True)
class Row:
    """A driver or a vehicle. ``worked``: how long a driver is on duty in that week, without breaks and absences."""

    pk: int
    name: str
    cells: list[Cell]
    lanes: int
    state: str = ""
    worked: str = ""
    driver: Driver | None = None
    vehicle: Vehicle | None = None
    held: list[Held] = field(default_factory=list)
    renew: list[Renewal] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{'driver' if self.driver else 'vehicle'}-{self.pk}"


@dataclass(frozen=True)
class Hand:
    """A driver to be dropped on the calendar, with the ``clocks`` of their usual hours, and those hours on some day.

    ``shifts``: where the driver's own stand on the frame, as ``id:first:last``.
    """

    driver: Driver
    worked: str
    clocks: tuple[str, str]
    shifts: str
    begins: str
    ends: str


@dataclass(frozen=True)
class Planning:
    """Everything that the calendar shows, worked out from the rows that were read; no property asks the database.

    ``words``: only the drivers, or the vehicles, that go by them are shown.
    """

    frame: Frame
    by: str
    words: str
    entries: list[Entry]
    timetable: Timetable
    people: list[Driver]
    fleet: list[Vehicle]
    spells: list[Spell]
    tells_reasons: bool

    @property
    def seq(self) -> int:
        return self.entries[0].seq if self.entries else 0

    @property
    def announcement(self) -> str:
        """What happened last, for screen readers."""
        return announcement_of(self.entries)

    @property
    def by_drivers(self) -> bool:
        return self.by == "drivers"

    def of_kind(self, *kinds: Kind) -> list[Spell]:
        return [spell for spell in self.spells if spell.kind in kinds]

    @cached_property
    def names(self) -> dict[int, str]:
        """Each driver's last name, by id: there is little room on a block."""
        return {driver.pk: driver.user.last_name or driver.short_name for driver in self.people}

    @cached_property
    def duty(self) -> dict[int, list[Period]]:
        """When each driver really is on duty, in order, by id: in a shift, not on a break and not away."""
        duty: dict[int, list[Period]] = {}
        for shift in self.of_kind(Kind.SHIFT):
            if shift.driver_id and shift.ends_at:
                whole = (shift.starts_at, shift.ends_at)
                gaps = [(one.starts_at, one.ends_at or shift.ends_at) for one in self.away.get(shift.driver_id, [])]
                duty.setdefault(shift.driver_id, []).extend(without(whole, shift.breaks + gaps))
        return duty

    @cached_property
    def away(self) -> dict[int | None, list[Spell]]:
        """The absences of each driver, by id."""
        return gathered(self.of_kind(Kind.ABSENCE), lambda spell: spell.driver_id)

    @cached_property
    def heads(self) -> list[Head]:
        return [self._head(index, on) for index, on in enumerate(self.frame.days)]

    def _head(self, index: int, on: date) -> Head:
        base = self.frame.base
        bounds = base.day(on)
        rides = Counter(spell.word for spell in self.of_kind(Kind.RIDE) if bounds[0] <= spell.starts_at < bounds[1])
        begins, ends = self.frame.stamps(on, self.usual[None])
        day, holiday = self.timetable.day(on), holiday_on(base.holiday_calendar, on)
        return Head(
            on=on,
            index=index,
            is_today=on == self.frame.today,
            closed=day.reason or holiday or "",
            on_duty=sum(any(overlap(part, bounds) for part in parts) for parts in self.duty.values()),
            rides=rides.total(),
            to_handle=sum(rides[state] for state in TO_HANDLE),
            begins=begins,
            ends=ends,
        )

    @cached_property
    def closed(self) -> list[tuple[int, int]]:
        """Where on the frame the base is closed."""
        open_times = [span for on in self.frame.days for span in self.timetable.spans(on)]
        # A closing time is included, and so is the last moment of a day that is open until the next.
        rounded = [(start, end + timedelta(seconds=1)) for start, end in open_times]
        return [self.frame.place(part) for part in without(self.frame.bounds, rounded)]

    @cached_property
    def rows(self) -> list[Row]:
        return self._driver_rows() if self.by_drivers else self._vehicle_rows()

    @cached_property
    def blocks(self) -> dict[int, list[Block]]:
        """The blocks of all rows by the index of their day, in order."""
        found: dict[int, list[Block]] = {head.index: [] for head in self.heads}
        for row in self.rows:
            for cell in row.cells:
                found[cell.index] += cell.blocks
        return {index: sorted(blocks, key=lambda block: block.first) for index, blocks in found.items()}

    @cached_property
    def agenda(self) -> list[tuple[Head, list[Block]]]:
        """Each day with what begins on it, and who or what is still away on it; for a narrow screen."""
        every = [block for blocks in self.blocks.values() for block in blocks]
        starts = self.frame.starts

        def on(index: int) -> list[Block]:
            return [one for one in every if one.day == index or one.lasts_over(starts[index], starts[index + 1])]

        return [(head, on(head.index)) for head in self.heads]

    @cached_property
    def usual(self) -> dict[int | None, tuple[str, str]]:
        """From when until when each driver is on duty most often in that week, by id; None: anybody."""
        clocks: dict[int | None, Counter[tuple[str, str]]] = {None: Counter()}
        for spell in self.of_kind(Kind.SHIFT):
            if spell.ends_at:
                times = (self.frame.clock(spell.starts_at), self.frame.clock(spell.ends_at))
                clocks.setdefault(spell.driver_id, Counter())[times] += 1
                clocks[None][times] += 1
        return {who: counted.most_common(1)[0][0] if counted else USUAL for who, counted in clocks.items()}

    @cached_property
    def side(self) -> list[Hand]:
        """Who may be given a shift, by name."""
        return [self._hand(driver) for driver in self.people if driver.may_drive]  # type: ignore[attr-defined]

    def _hand(self, driver: Driver) -> Hand:
        clocks = self.usual.get(driver.pk) or self.usual[None]
        shifts = [one for one in self._of_driver.get(driver.pk, []) if one.kind == Kind.SHIFT and one.ends_at]
        places = ((one.pk, *self.frame.place((one.starts_at, one.ends_at or one.starts_at))) for one in shifts)
        said = " ".join(":".join(map(str, place)) for place in places)
        return Hand(driver, self._worked(driver), clocks, said, *self.frame.stamps(self.frame.on, clocks))

    @cached_property
    def starter(self) -> tuple[str, str]:
        """The usual hours on the day that is looked at, as stamps for something new."""
        return self.frame.stamps(self.frame.on, self.usual[None])

    def _worked(self, driver: Driver) -> str:
        parts = self.duty.get(driver.pk, [])
        return hours_in_words(total(overlap(part, self.frame.week) for part in parts))

    @cached_property
    def _of_driver(self) -> dict[int | None, list[Spell]]:
        return gathered(self.spells, lambda spell: spell.driver_id)

    @cached_property
    def _of_vehicle(self) -> dict[int | None, list[Spell]]:
        return gathered(self.spells, lambda spell: spell.vehicle_id)

    def _scribe(self) -> Scribe:
        return Scribe(self.frame, self.names, self.away, by_drivers=self.by_drivers, tells_reasons=self.tells_reasons)

    def _driver_rows(self) -> list[Row]:
        return [
            self._driver_row(driver, theirs)
            for driver in self.people
            for theirs in [self._of_driver.get(driver.pk, [])]
            if (driver.may_drive or theirs) and goes_by(str(driver), self.words)  # type: ignore[attr-defined]
        ]

    def _driver_row(self, driver: Driver, spells: list[Spell]) -> Row:
        usual = self.usual.get(driver.pk) or self.usual[None]
        cells, lanes = lay_out(self._scribe(), spells, driver.short_name, usual)
        return Row(
            pk=driver.pk,
            name=driver.short_name,
            cells=cells,
            lanes=lanes,
            state=self._state(driver, spells),
            worked=self._worked(driver),
            driver=driver,
            held=[held for held in held_by(driver, self.frame.today) if not held.has_expired],
            renew=renewals_of(driver, self.frame.today),
        )

    def _state(self, driver: Driver, spells: list[Spell]) -> str:
        """Return what the driver does now, as far as the days shown tell: away, on, off or, once out, out."""
        if not driver.may_drive:  # type: ignore[attr-defined]  # annotated
            return "out"
        if not self.frame.holds_today:
            return ""
        now = {spell.kind for spell in spells if spell.holds(self.frame.now)}
        return "away" if Kind.ABSENCE in now else "on" if Kind.SHIFT in now else "off"

    def _vehicle_rows(self) -> list[Row]:
        rows = []
        for vehicle in self.fleet:
            spells = self._of_vehicle.get(vehicle.pk, [])
            name = f"{vehicle.name} {vehicle.plate} {vehicle.model.name}"
            if (vehicle.enabled or spells) and goes_by(name, self.words):
                rows.append(self._vehicle_row(vehicle, spells))
        return rows

    def _vehicle_row(self, vehicle: Vehicle, spells: list[Spell]) -> Row:
        cells, lanes = lay_out(self._scribe(), spells, vehicle.name, USUAL)
        now = {spell.kind for spell in spells if spell.holds(self.frame.now)}
        return Row(
            pk=vehicle.pk,
            name=vehicle.name,
            cells=cells,
            lanes=lanes,
            state="out" if not vehicle.enabled else "away" if Kind.OUTAGE in now else "",
            vehicle=vehicle,
            due=pressing(vehicle, self.frame.today, vehicle.mileage),  # type: ignore[attr-defined]  # annotated
        )


def planning_of(frame: Frame, *, by: str, words: str = "", tells_reasons: bool = False) -> Planning:
    """Return the planning of the frame's base, by "drivers" or by "vehicles". Six queries.

    The newest steps are read first: what is shown is at least as new as it says. ``tells_reasons``: why drivers are
    absent may be told.
    """
    base = frame.base
    entries = list(Entry.objects.of(base).order_by("-seq")[:STEPS_AT_ONCE])
    timetable = Timetable(base)
    people = Driver.objects.of(base).with_person().with_right()
    newest = Reading.objects.filter(vehicle=OuterRef("pk")).order_by("-read_at", "-pk")
    fleet = Vehicle.objects.of(base).with_model().annotate(mileage=Subquery(newest.values("kilometres")[:1]))
    return Planning(
        frame=frame,
        by=by,
        words=words,
        entries=entries,
        timetable=timetable,
        people=list(people.prefetch_related("licences") if by == "drivers" else people),
        fleet=list(fleet) if by == "vehicles" else [],
        spells=spells_of(base, *frame.week),
        tells_reasons=tells_reasons,
    )


def goes_by(name: str, words: str) -> bool:
    """Whether the name holds each of these words, however they are written."""
    return all(plain(word) in plain(name) for word in words.split())


def plain(name: str) -> str:
    """Return a name without accents and capitals."""
    return "".join(letter for letter in normalize("NFKD", name.casefold()) if not combining(letter))


def gathered(spells: Iterable[Spell], key: Callable[[Spell], int | None]) -> dict[int | None, list[Spell]]:
    """Return the spells by what the key says of each, in their order."""
    found: dict[int | None, list[Spell]] = {}
    for spell in spells:
        found.setdefault(key(spell), []).append(spell)
    return found


def hours_in_words(lasting: timedelta) -> str:
    """Return hours and minutes as they are counted on duty: 37 h 30."""
    hours, minutes = divmod(round(lasting / MINUTE), 60)
    return f"{hours} h {minutes:02}" if minutes else f"{hours} h"


def renewals_of(driver: Driver, today: date) -> list[Renewal]:
    """Return what the driver must renew, what ends on the same day as one."""
    by_day = groupby(to_renew(driver, today), key=lambda held: held.until or today)
    ending = [(until, list(held)) for until, held in by_day]
    return [
        Renewal(capfirst(", ".join(one.category or one.name for one in held)), until, held[0].has_expired)
        for until, held in ending
    ]
