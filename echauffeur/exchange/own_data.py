"""Files that somebody sent to a base and did not take in yet."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.accounts.models import User
from echauffeur.common.personal import Fading, Identity, Keeper, Kept, Section, register
from echauffeur.exchange.actions import KEPT as KEPT_FOR
from echauffeur.exchange.actions import forget_old_uploads
from echauffeur.exchange.models import Upload

KEPT = (
    Kept(
        what=gettext_lazy("If you run a base: files that you sent to it, with whoever stands in them"),
        why=gettext_lazy("To show what a file would change before anything is written."),
        seen_by=gettext_lazy("You alone."),
        until=gettext_lazy("Until you take the file in or throw it away, one day at most."),
        columns=("exchange.Upload.by", "exchange.Upload.name", "exchange.Upload.content"),
    ),
)
HARMLESS = ("exchange.Upload.kind", "exchange.Upload.campus", "exchange.FormerModel.former")


def export(person: User) -> list[Section]:
    uploads = Upload.objects.filter(by=person).select_related("base").defer("content").order_by("-made_at")
    rows = [(upload.base.name, upload.name, upload.base.local(upload.made_at)) for upload in uploads]
    fields = {"base": _("Base"), "file": _("File"), "sent_at": _("Sent at")}
    return [Section("uploads", _("Files you sent"), fields, list(rows))]


def erase(person: User, identity: Identity) -> None:
    Upload.objects.filter(by=person).delete()


FADING = (Fading(("exchange.Upload",), KEPT_FOR, forget_old_uploads),)

register(Keeper("exchange", KEPT, export, erase, harmless=HARMLESS, fading=FADING))
