"""The journal keeps every step without the person who took it. It is read to people by `dispatch`, in its words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from echauffeur.common.personal import Identity, Keeper, Kept, Section, register
from echauffeur.journal.models import Entry

if TYPE_CHECKING:
    from echauffeur.accounts.models import User

KEPT = (
    Kept(
        what=gettext_lazy(
            "The steps you took: asked for, confirmed, set out, cancelled…, with what you wrote about them"
        ),
        why=gettext_lazy("To know later who decided what, and why."),
        seen_by=gettext_lazy(
            "The control room and managers of that base, and the administrators; a customer, about the own ride."
        ),
        until=gettext_lazy("The steps stay for the figures; your name leaves them when you delete your account."),
        columns=("journal.Entry.by", "journal.Entry.words", "journal.Entry.data"),
    ),
)  # fmt: skip
HARMLESS = (
    "journal.Entry.verb", "journal.Entry.subject", "journal.Entry.code", "journal.Entry.from_state",
    "journal.Entry.to_state", "journal.Entry.party", "journal.Entry.reason", "journal.Entry.streams",
    "journal.Entry.tap_digest", "journal.Stream.name",
)  # fmt: skip


def export(person: "User") -> Iterable[Section]:
    return []


def erase(person: "User", identity: Identity) -> None:
    """Take the person out of what anybody wrote, and of what the entries by and about the account keep beside."""
    identity.left_out_of_rows(Entry.objects.all(), "words")
    theirs = Q(by=person) | Q(subject="person", subject_id=person.pk)
    for entry in Entry.objects.filter(theirs).exclude(data={}).iterator():
        data = left_out_of_data(entry.data, identity)
        if data != entry.data:
            Entry.objects.filter(pk=entry.pk).update(data=data)


def left_out_of_data(data: Any, identity: Identity) -> Any:
    """Return what an entry says beside its words, without the person."""
    if isinstance(data, dict):
        return {key: left_out_of_data(value, identity) for key, value in data.items()}
    if isinstance(data, list):
        return [left_out_of_data(value, identity) for value in data]
    return identity.left_out_of(data) if isinstance(data, str) else data


register(Keeper("journal", KEPT, export, erase, harmless=HARMLESS))
