"""What missions hold of a person: who drove them; and the journal, in the words of its pages."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Ride, RideQuerySet
from bookings.states import CUSTOMER_MAY_CANCEL, CancelReason
from dispatch.actions import cancel
from dispatch.models import Mission, Stop
from dispatch.queries.history import sentence_of
from dispatch.queries.looks import looks_at
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.personal import Choice, Identity, Keeper, Kept, Section, clock_of, register
from echauffeur.common.refusals import Refusal, Stale
from echauffeur.journal.models import Entry

KEPT = (
    Kept(
        what=gettext_lazy(
            "If you drive: your missions, and when you were at each stop, by your word and by your position"
        ),
        why=gettext_lazy("To steer the base, and to know later what happened."),
        seen_by=gettext_lazy("The control room and managers of your base, and the administrators."),
        until=gettext_lazy("The missions stay for the figures; your name leaves them when you delete your account."),
    ),
    Kept(
        what=gettext_lazy("If you drive: why a mission of yours stayed though something stood against it"),
        why=gettext_lazy("To know later why it was planned like that."),
        seen_by=gettext_lazy("The control room and managers of your base, and the administrators."),
        until=gettext_lazy("Until you delete your account."),
        columns=("dispatch.Mission.overrule",),
    ),
)
HARMLESS = (
    "dispatch.Mission.code", "dispatch.Mission.state", "dispatch.Mission.despite",
    "dispatch.Stop.kind", "dispatch.Stop.label",
)  # fmt: skip


def export(person: User) -> list[Section]:
    missions = Mission.objects.filter(driver__user=person).with_crew().order_by("-period", "-pk")
    steps = Entry.objects.filter(by=person).select_related("base").order_by("-at", "-pk")
    clock = clock_of(person)
    return [
        Section(
            "missions",
            _("Missions"),
            {"code": _("Code"), "base": _("Base"), "vehicle": _("Vehicle"), "from": _("From"), "until": _("Until"),
             "state": _("State"), "overrule": _("Kept because")},
            [
                (
                    mission.code, mission.base.name, str(mission.vehicle), mission.base.local(mission.starts_at),
                    mission.base.local(mission.ends_at), Choice(mission.state, mission.get_state_display()),
                    mission.overrule,
                )
                for mission in missions
            ],
        ),
        Section(
            "steps",
            _("Steps you took"),
            {"at": _("At"), "base": _("Base"), "code": _("Code"), "step": _("Step"), "party": _("As"),
             "words": _("Words")},
            [
                (
                    (entry.base.local(entry.at) if entry.base else entry.at.astimezone(clock)),
                    entry.base.name if entry.base else None, entry.code, Choice(entry.verb, sentence_of(entry)),
                    Choice(entry.party, entry.get_party_display()), entry.words,
                )
                for entry in steps
            ],
        ),
        Section(
            "looks",
            _("Who looked at your trips"),
            {"at": _("At"), "base": _("Base"), "mission": _("Mission"), "who": _("Who"), "party": _("As"),
             "why": _("Why"), "words": _("Words")},
            [
                (look.at, look.mission.base.name, look.mission.code, look.line.who, look.party, look.line.why,
                 look.line.words)
                for look in looks_at(Driver.objects.filter(user=person))
            ],
        ),
    ]  # fmt: skip


def lock(person: User) -> None:
    """Keep from every other action what leaving ends, in the one order: drivers, missions, rides.

    Raises Refusal while a car is on the way, or while the person has missions to drive.
    """
    drivers = [driver.pk for driver in Driver.objects.select_for_update(no_key=True).filter(user=person).order_by("pk")]
    live = Ride.objects.for_customer(person).live()
    concerned = Q(driver__in=drivers) | Q(pk__in=_carrying(live))
    missions = list(Mission.objects.live().select_for_update(of=("self",)).filter(concerned).order_by("pk"))
    rides = list(Ride.objects.for_customer(person).select_for_update().order_by("pk"))
    if set(_carrying(live)) - {mission.pk for mission in missions}:
        raise Stale(_("Somebody else just changed one of your rides. Look at them, then try again."))
    _check_missions([mission for mission in missions if mission.driver_id in drivers])
    _check_rides([ride for ride in rides if not ride.is_over])


def leave(person: User) -> None:
    """Cancel the person's rides: those that were locked, and one that was asked for while we waited for the account."""
    for ride in Ride.objects.for_customer(person).live().order_by("pk"):
        cancel(ride=ride, by=person, party=Party.CUSTOMER, reason=CancelReason.NO_LONGER_NEEDED)


def _carrying(rides: RideQuerySet) -> list[int]:
    """Return the missions that these rides are on."""
    return list(Stop.objects.filter(ride__in=rides, dropped_at=None).values_list("mission_id", flat=True))


def _check_missions(missions: list[Mission]) -> None:
    if missions:
        raise Refusal(
            _("You still have missions to drive: %(codes)s. Ask the control room to give them to somebody else first.")
            % {"codes": ", ".join(mission.code for mission in missions)}
        )


def _check_rides(rides: list[Ride]) -> None:
    for ride in rides:
        if ride.state not in CUSTOMER_MAY_CANCEL:
            raise Refusal(
                _("The car of your ride %(code)s is on its way. Wait until the ride is over, or call the control room.")
                % {"code": ride.code}
            )


def erase(person: User, identity: Identity) -> None:
    """Take the driver's name out of the journal, which kept it beside the mission, and what was said of the crew."""
    theirs = Mission.objects.filter(driver__user=person)
    codes = list(theirs.values_list("code", flat=True))
    Entry.objects.filter(subject="mission", code__in=codes, verb="overrule").update(words="")
    theirs.update(overrule="", despite=[])
    identity.left_out_of_rows(Mission.objects.all(), "overrule")
    for entry in Entry.objects.filter(subject="ride", data__mission__in=codes, data__has_key="driver"):
        del entry.data["driver"]
        entry.save(update_fields=["data"])


register(Keeper("dispatch", KEPT, export, erase, lock, leave, HARMLESS))
