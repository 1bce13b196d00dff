"""The doors to a base's drivers and their plans. Which base is somebody's, accounts say (`base_where`)."""

from typing import TypeVar

from django.db.models import QuerySet
from django.http import Http404

from drivers.models import Absence, Driver, Shift, ShiftPattern
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
