"""The steps of the phones that are lent to drivers."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from echauffeur.accounts.models import User
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal import actions as journal
from echauffeur.journal.edits import party_of, remove_row
from fleet.models import Handset
from fleet.queries import holders_of
from fleet.states import HANDSET, HandsetState


@transaction.atomic
def remove_handset(*, row: Handset, by: User) -> None:
    """Remove a phone that was registered by mistake. Raises Refusal while somebody holds it."""
    if _locked(row).state == HandsetState.LENT:
        raise Refusal(_("Somebody holds this phone. Take it back first."))
    remove_row(row=row, by=by)


@transaction.atomic
def lend(*, handset: Handset, holder: User, by: User) -> Handset:
    """Give the phone to one of the base's drivers.

    Raises Refusal when this person does not drive on the base or holds one of its phones already, WrongState when the
    phone is not there to be lent.
    """
    # The driver first: nobody switches the profile off between our look and our writing.
    list(holder.driving.select_for_update(no_key=True).filter(base=handset.base_id))
    row = _locked(handset)
    if not holders_of(row.base).filter(pk=holder.pk).exists():
        raise Refusal(_("This person does not drive on this base. Choose one of its drivers."), field="holder")
    if Handset.objects.of(row.base).held_by(holder.pk).exclude(pk=row.pk).exists():
        raise Refusal(
            _("%(person)s already holds a phone of this base. Take that one back first.") % {"person": holder},
            field="holder",
        )
    return _step(row, "lend", by, holder=holder)


@transaction.atomic
def take_back(*, handset: Handset, by: User) -> Handset:
    """Take the phone back from its holder. Raises WrongState when nobody holds it."""
    return _step(_locked(handset), "take_back", by)


@transaction.atomic
def report_broken(*, handset: Handset, by: User) -> Handset:
    """Write down that the phone does not work; nobody holds it any more. Raises WrongState."""
    return _step(_locked(handset), "report_broken", by)


@transaction.atomic
def repair(*, handset: Handset, by: User) -> Handset:
    """Put a broken phone back into service. Raises WrongState when it is not broken."""
    return _step(_locked(handset), "repair", by)


@transaction.atomic
def report_lost(*, handset: Handset, by: User) -> Handset:
    """Write down that the phone is lost; who held it last stays in its history. Raises WrongState."""
    return _step(_locked(handset), "report_lost", by)


@transaction.atomic
def find(*, handset: Handset, by: User) -> Handset:
    """Put a lost phone back into service. Raises WrongState when it is not lost."""
    return _step(_locked(handset), "find", by)


@transaction.atomic
def retire(*, handset: Handset, by: User) -> Handset:
    """Take the phone out of the fleet for good. Raises WrongState while somebody holds it."""
    return _step(_locked(handset), "retire", by)


def _locked(handset: Handset) -> Handset:
    """Return the phone as it stands now, kept from everybody else's step. Raises Stale when it is gone."""
    rows = Handset.objects.select_for_update(no_key=True, of=("self",)).select_related("base", "holder")
    row = rows.filter(pk=handset.pk).first()
    if row is None:
        raise Stale(_("Somebody else just removed this phone."))
    return row


def _step(row: Handset, verb: str, by: User, *, holder: User | None = None) -> Handset:
    """Move the locked phone along its table and tell of it; the phone's driver hears of it too."""
    party, before, was_held_by = party_of(by), row.state, row.holder
    row.state = HANDSET.check(verb, before, party).target
    row.holder, row.lent_at = holder, timezone.now() if holder else None
    row.save(update_fields=["state", "holder", "lent_at"])
    person = holder or was_held_by
    journal.record(
        base=row.base,
        verb=verb,
        subject=row.subject,
        by=by,
        party=party,
        from_state=before,
        to_state=row.state,
        data={"holder": str(person)} if person else {},
        also_on=_streams_of(person, row.base_id),
    )
    return row


def _streams_of(person: User | None, base_id: int) -> list[str]:
    """Return what the person's own page as a driver of the base follows."""
    if person is None:
        return []
    return [f"driver:{pk}" for pk in person.driving.filter(base=base_id).values_list("pk", flat=True)]
