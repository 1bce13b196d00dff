"""Taking files in: tried as often as one likes, then written whole or not at all."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.exchange.kinds import KINDS, Kind
from echauffeur.exchange.models import Upload
from echauffeur.exchange.plans import Plan, take_all
from echauffeur.exchange.tables import read_table
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import party_of

KEPT = timedelta(days=1)


@transaction.atomic
def upload(
    *,
    base: Base,
    kind: type[Kind],
    name: str,
    content: bytes,
    by: User,
    campus: str = "",
    licences_until: date | None = None,
) -> Upload:
    """Keep a file until its sender has seen what it would do; an earlier one of theirs is forgotten.

    Raises Refusal when it is no table that this kind understands.
    """
    check_file(kind, content, campus)
    Upload.objects.filter(by=by).delete()
    return Upload.objects.create(
        base=base, kind=kind.key, name=name[:120], content=content, campus=campus, licences_until=licences_until, by=by
    )


def check_file(kind: type[Kind], content: bytes, campus: str) -> None:
    """Raise Refusal when there is no table, no heading is known, or nobody said which of several bases this one is."""
    table = read_table(content)
    reading = kind.reading(table)
    if not reading.fields:
        raise Refusal(
            _("None of the headings is known: “%(found)s”. The first line names the columns, such as “%(known)s”.")
            % {
                "found": ", ".join(table.headings)[:200],
                "known": ", ".join(column.field for column in kind.columns),
            },
            field="file",
        )
    if not table.lines:
        raise Refusal(_("There is no line below the headings."), field="file")
    campuses = kind.campuses_in(table)
    if campuses and campus not in campuses and (campus or len(campuses) > 1):
        raise Refusal(
            _("The file holds lines of these bases of the earlier service: %(campuses)s. Write which one is this base.")
            % {"campuses": ", ".join(sorted(campuses))},
            field="campus",
        )


def plan_of(upload: Upload) -> Plan:
    """Return what the file would do now. Everything is tried, and taken back."""
    with journal.rehearsal():
        return _take(upload)


@transaction.atomic
def take_in(*, upload: Upload, seen: str, by: User) -> Plan:
    """Write what the file says, all of it, and forget the file. Return the plan that was followed.

    Raises Stale when that is no longer what was ``seen``, by its digest; Refusal when a line is refused: then nothing
    is written.
    """
    with journal.gathered():
        return _take_in(upload, seen, by)


def _take_in(upload: Upload, seen: str, by: User) -> Plan:
    plan = _take(upload)
    if plan.digest != seen:
        raise Stale(_("Meanwhile something changed on the base. Read again what the file would do now."))
    if plan.is_refused:
        raise Refusal(_("Nothing was written: correct the lines that are refused, and send the file again."))
    journal.record(
        base=upload.base,
        verb="import",
        subject=upload.base.subject,
        by=by,
        party=party_of(by),
        data={"kind": upload.kind, "file": upload.name, "counts": plan.counts},
    )
    upload.delete()
    return plan


def _take(upload: Upload) -> Plan:
    table = read_table(bytes(upload.content))
    taker = KINDS[upload.kind](upload.base, upload.by, upload)
    taker.lock()
    return take_all(taker, table, taker.reading(table))


@transaction.atomic
def export(*, base: Base, kind: type[Kind], by: User) -> list[list[str]]:
    """Return the base's rows of this kind as cells, and keep in the journal who asked for them."""
    rows = list(kind(base, by).cells())
    journal.record(
        base=base, verb="export", subject=base.subject, by=by, party=party_of(by),
        data={"kind": kind.key, "lines": len(rows)},
    )  # fmt: skip
    return rows


def forget_old_uploads() -> int:
    """Throw away files that nobody took in within a day; return how many."""
    return Upload.objects.filter(made_at__lt=timezone.now() - KEPT).delete()[0]
