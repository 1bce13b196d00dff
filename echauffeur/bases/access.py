"""The doors to what a base is set up with. Which base is somebody's to configure, accounts say (`base_where`)."""

from django.http import Http404

from echauffeur.bases.models import Base, Category, OpeningException, Place


def place_of(base: Base, pk: int) -> Place:
    """Return the base's place. Raises Http404 when it is another base's or none."""
    place = base.places.filter(pk=pk).first()
    if place is None:
        raise Http404
    return place


def exception_of(base: Base, pk: int) -> OpeningException:
    """Return the base's exception to its hours. Raises Http404 when it is another base's or none."""
    exception = base.opening_exceptions.filter(pk=pk).first()
    if exception is None:
        raise Http404
    return exception


def category_of(base: Base, pk: int) -> Category:
    """Return the base's category of transport. Raises Http404 when it is another base's or none."""
    category = base.categories.filter(pk=pk).first()
    if category is None:
        raise Http404
    return category
