"""What a driver's phone asks of the vehicle's dashboard, at the start and the end of the shift."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.queries.day import Day
from drivers.models import Driver, Shift
from drivers.queries import READ_AFTER, READ_AHEAD
from fleet.models import Reading, ReadingKind, Vehicle


@dataclass(frozen=True)
class DashboardCard:
    """The shift that is read for, what the driver has read, and the ``vehicle`` that they most likely sit in."""

    shift: Shift
    start: Reading | None
    end: Reading | None
    vehicle: Vehicle | None

    @property
    def is_due(self) -> bool:
        """Whether nothing was read yet."""
        return self.start is None and self.end is None


def dashboard_of(driver: Driver, day: Day, now: datetime) -> DashboardCard | None:
    """Return what to ask the driver now, in two queries at most; None far from any shift."""
    shift = _shift(driver, day, now)
    if shift is None:
        return None
    since, until = shift.period.lower - READ_AHEAD, shift.period.upper + READ_AFTER
    theirs = Reading.objects.filter(by=driver.user_id, vehicle__base=driver.base_id).select_related("vehicle")
    read = list(theirs.filter(read_at__gte=since, read_at__lt=until))
    start = next((reading for reading in read if reading.kind == ReadingKind.START), None)
    end = next((reading for reading in read if reading.kind == ReadingKind.END), None)
    if start and end and end.read_at < start.read_at:
        end = None  # of the shift before
    planned = shift.vehicle or (day.next.mission.vehicle if day.next else None)
    return DashboardCard(shift, start, end, start.vehicle if start else planned)


def _shift(driver: Driver, day: Day, now: datetime) -> Shift | None:
    if day.on_duty:
        return day.on_duty
    late = driver.shifts.filter(period__endswith__lte=now, period__endswith__gt=now - READ_AFTER)
    coming = next((shift for shift in day.shifts if shift.period.lower - now <= READ_AHEAD), None)
    return coming or late.select_related("vehicle").order_by("-period").first()
