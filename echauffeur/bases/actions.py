"""Setting a base up where one press changes several rows: its week, the order of its categories, a base itself."""

from datetime import time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from echauffeur.bases.models import Base, Category, OpeningHours
from echauffeur.bases.queries import digest_of_week, week_of
from echauffeur.common.refusals import Stale
from echauffeur.journal.edits import Edit, party_of, record_edits

if TYPE_CHECKING:
    from echauffeur.accounts.models import User

Opening = tuple[time, time]
Week = dict[int, list[Opening]]


@transaction.atomic
def set_week(*, base: Base, week: Week, drawn: str, by: "User") -> None:
    """Give the base these openings, by weekday from 0 for Monday; no opening at all is day and night, every day.

    ``drawn``: the digest of the week that the person saw. One entry tells which days changed.

    Raises Stale when somebody else changed the week meanwhile.
    """
    base = _locked(base)
    before = week_of(base)
    if drawn and drawn != digest_of_week(before):
        raise Stale(
            _(
                "Somebody else has just changed the opening hours. Reload the page to see theirs, or save again to "
                "replace them with what is typed here."
            )
        )
    changed = [day for day in range(7) if week.get(day, []) != before.get(day, [])]
    if not changed:
        return
    base.opening_hours.filter(weekday__in=changed).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(base=base, weekday=day, opens=opens, closes=closes)
        for day in changed
        for opens, closes in week.get(day, [])
    )
    edit = Edit(base, "set_hours", base.subject, ("opening_hours",), data=(("weekdays", changed),))
    record_edits([edit], by=by, party=party_of(by))


@transaction.atomic
def move_category(*, category: Category, up: bool, by: "User") -> None:
    """Offer the category one place earlier or later. The first and the last stay where they are."""
    base = _locked(category.base)
    categories = list(base.categories.all())
    place = categories.index(category) if category in categories else -1
    other = place - 1 if up else place + 1
    if place < 0 or not 0 <= other < len(categories):
        return
    categories[place], categories[other] = categories[other], categories[place]
    for order, row in enumerate(categories, start=1):
        row.order = order
    Category.objects.bulk_update(categories, ["order"])
    record_edits([Edit(base, "change", category.subject, ("order",))], by=by, party=party_of(by))


def _locked(base: Base) -> Base:
    """Return the base, which nobody else sets up until the transaction ends; rides are booked on it meanwhile."""
    return Base.objects.select_for_update(no_key=True).get(pk=base.pk)
