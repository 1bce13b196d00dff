"""The doors to a base's drivers, their plans and calendars. Which base is somebody's, accounts say (`base_where`)."""

from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404

from drivers.models import Absence, CalendarFeed, Driver, Shift, ShiftPattern, digest_of
from echauffeur.bases.models import Base

Row = TypeVar("Row", Shift, ShiftPattern, Absence)


def driver_of(base: Base, pk: int) -> Driver:
    """Return the base's driver, with the person. Raises Http404 when it is another base's or none."""
    driver = Driver.objects.of(base).with_person().filter(pk=pk).first()
    if driver is None:
        raise Http404
    driver.base = base
    return driver


def shift_of(base: Base, pk: int) -> Shift:
    """Return a shift of one of the base's drivers, with driver and pattern. Raises Http404 when it is no such."""
    return _planned(Shift.objects.select_related("driver__user", "pattern", "vehicle"), base, pk)


def pattern_of(base: Base, pk: int) -> ShiftPattern:
    """Return a pattern of one of the base's drivers, with the driver. Raises Http404 when it is no such."""
    return _planned(ShiftPattern.objects.select_related("driver__user"), base, pk)


def absence_of(base: Base, pk: int) -> Absence:
    """Return an absence of one of the base's drivers, with the driver. Raises Http404 when it is no such."""
    return _planned(Absence.objects.select_related("driver__user"), base, pk)


def _planned(rows: "QuerySet[Row]", base: Base, pk: int) -> Row:
    row = rows.filter(driver__base=base, pk=pk).first()
    if row is None:
        raise Http404
    row.driver.base = base
    return row


def feed_to_read(token: str) -> CalendarFeed:
    """Return the calendar of that token, with its driver, while they may drive.

    Raises Http404 when there is none, when it was ended, and when its driver no longer drives: all alike.
    """
    feed = CalendarFeed.objects.filter(digest=digest_of(token), driver__in=Driver.objects.entitled())
    found = feed.select_related("driver__user", "driver__base").first()
    if found is None:
        raise Http404
    return found
