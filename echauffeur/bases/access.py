"""The doors to what a base is set up with. Which base is somebody's to configure, accounts say (`base_where`)."""

from django.http import Http404

from echauffeur.bases.models import Base, Place


def place_of(base: Base, pk: int) -> Place:
    """Return the base's place. Raises Http404 when it is another base's or none."""
    place = base.places.filter(pk=pk).first()
    if place is None:
        raise Http404
    return place
