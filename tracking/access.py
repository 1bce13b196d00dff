"""The doors to maps."""

from django.http import Http404

from bookings.access import link_followed
from echauffeur.accounts.queries import Person
from echauffeur.bases.models import Base
from echauffeur.common.models import row_of_code


def base_to_map(user: Person, code: str, *, followed_link: int = 0) -> Base:
    """Return the base whose map the person may see: any when signed in, as one may book on each of them; a guest
    sees the base of the ride whose link they opened. Raises Http404 otherwise.
    """
    if not user.is_authenticated:
        base = link_followed(followed_link).ride.base
        if base.code != code:
            raise Http404
        return base
    found = row_of_code(Base.objects.all(), code)
    if found is None:
        raise Http404
    return found
