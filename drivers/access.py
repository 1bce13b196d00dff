"""The door to a base's drivers. Which base is somebody's to configure, accounts say (`base_where`)."""

from django.http import Http404

from drivers.models import Driver
from echauffeur.bases.models import Base


def driver_of(base: Base, pk: int) -> Driver:
    """Return the base's driver, with the person. Raises Http404 when it is another base's or none."""
    driver = Driver.objects.of(base).with_person().filter(pk=pk).first()
    if driver is None:
        raise Http404
    driver.base = base
    return driver
