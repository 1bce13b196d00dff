"""The doors to files that wait."""

from uuid import UUID

from django.http import Http404

from echauffeur.accounts.access import require
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.exchange.kinds import KINDS, Kind
from echauffeur.exchange.models import Upload


def upload_of(user: User, base: Base, key: UUID) -> Upload:
    """Return the file that this person sent to this base. Raises Http404 when it is somebody else's, or gone."""
    upload = Upload.objects.select_related("base", "by").filter(base=base, by=user, key=key).first()
    if upload is None:
        raise Http404
    return upload


def kind_of(user: User, base: Base, key: str) -> type[Kind]:
    """Return the kind of that name, if it is this person's to take in and out. Raises Http404 otherwise."""
    if key not in KINDS:
        raise Http404
    require(user, KINDS[key].permission, base)
    return KINDS[key]
