"""What stands in a driver's own calendar: the shifts, with their breaks, and when they are away, never why.

No word of passengers or missions: the address of the file lets in whoever has it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from drivers.duty import LOOKS_BACK, Away, Duty, Span, duties_of, horizon_of
from drivers.models import CalendarFeed, Driver
from echauffeur.common.calendars import Entry, file_of
from echauffeur.journal.queries import history

REFRESH = timedelta(hours=1)


def file_of_driver(feed: CalendarFeed, now: datetime) -> bytes:
    """Return the file of a feed, from four weeks ago to as far as is planned, in the driver's language."""
    driver = feed.driver
    with translation.override(driver.user.language), timezone.override(driver.base.zone):
        name = _("Shifts, %(base)s") % {"base": driver.base.name}
        return file_of(_entries(feed, now), name=name, refresh=REFRESH)


def _entries(feed: CalendarFeed, now: datetime) -> Iterator[Entry]:
    driver = feed.driver
    duties, absences = duties_of(driver, now - LOOKS_BACK, horizon_of(driver.base, now))
    # Whatever changes of a driver is a step: the newest says when that was. All are counted, as a version only rises.
    steps = history("driver", driver.pk).aggregate(newest=Max("at"), count=Count("pk"))
    changed_at, version = steps["newest"] or feed.made_at, steps["count"]
    for duty in duties:
        if not duty.is_off:
            yield _shift(driver, duty, changed_at, version)
    for away in absences:
        yield _away(driver, away, changed_at, version, until=horizon_of(driver.base, now))


def _shift(driver: Driver, duty: Duty, changed_at: datetime, version: int) -> Entry:
    base, vehicle = driver.base, duty.shift.vehicle
    lines = [
        *(_("Break: %(span)s") % {"span": _clocks(span)} for span in duty.breaks),
        *(_("Away in between: %(span)s") % {"span": _clocks(span)} for span in duty.away),
        *([_("Vehicle: %(name)s, %(plate)s") % {"name": vehicle.name, "plate": vehicle.plate}] if vehicle else []),
    ]
    return Entry(
        name=_name(duty),
        starts_at=duty.starts_at,
        ends_at=duty.ends_at,
        summary=_("Shift, %(base)s") % {"base": base.name},
        changed_at=changed_at,
        version=version,
        description="\n".join(lines),
        location=base.name,
        point=(base.latitude, base.longitude),
    )


def _name(duty: Duty) -> str:
    """Return what a shift is called for good. One of a pattern is that of its day, however often it is made anew."""
    shift = duty.shift
    return f"shift-{shift.pattern_id}-{shift.on:%Y%m%d}" if shift.pattern_id and shift.on else f"shift-{shift.pk}"


def _away(driver: Driver, away: Away, changed_at: datetime, version: int, *, until: datetime) -> Entry:
    return Entry(
        name=f"away-{away.absence.pk}",
        starts_at=away.starts_at,
        ends_at=away.ends_at or max(until, away.starts_at + timedelta(days=1)),
        summary=_("Away, %(base)s") % {"base": driver.base.name},
        changed_at=changed_at,
        version=version,
    )


def _clocks(span: Span) -> str:
    begins, ends = (date_format(timezone.localtime(moment), "H:i") for moment in span)
    return f"{begins}–{ends}"
