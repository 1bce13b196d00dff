"""A driver's day, as their phone shows it: what is next, what comes after, what is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Prefetch, Q
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Ride
from bookings.states import RIDE, RideState
from dispatch.models import Mission, Stop, StopKind
from dispatch.queries.history import line_of
from dispatch.states import MISSION, MissionState
from drivers.models import Driver, Shift
from echauffeur.common.lifecycle import Party
from echauffeur.journal.models import Entry

# What others changed on the driver's day stays in sight this long.
NOTICE_STAYS = timedelta(minutes=15)
WARNINGS = 3
# What changed in the plan may concern somebody who is off duty, and who looks once a day.
PLAN_NOTICE_STAYS = timedelta(days=1)
PLAN_NOTICES = 2
# So many shifts of one day, at most.
MOST_SHIFTS = 6

STEP_LABELS = {
    "acknowledge": _("Mission received"),
    "depart": _("I am on my way"),
    "arrive": _("I am there"),
    "board": _("Passengers on board"),
    "complete": _("Passengers set down"),
}
NOTICES = {
    ("assign", Party.REGULATOR): _("New mission: ride %(code)s."),
    ("unassign", Party.REGULATOR): _("The control room has taken ride %(code)s off your day."),
    ("cancel", Party.REGULATOR): _("The control room has cancelled ride %(code)s."),
    ("cancel", Party.CUSTOMER): _("The passenger has cancelled ride %(code)s."),
    ("abort", Party.REGULATOR): _("The control room has broken off ride %(code)s."),
    ("complete", Party.REGULATOR): _("The control room has closed ride %(code)s as completed."),
    ("no_show", Party.REGULATOR): _("The control room has closed ride %(code)s: nobody came."),
    ("seem_there", Party.RULE): _("You seem to be there. Confirm it with the button."),
}
# Said aloud once; the page shows them in its next stop, for as long as they hold.
SHOW_THEMSELVES = ["assign", "seem_there"]
LOOKED = _("%(who)s has looked at the way of %(code)s: %(why)s.")
PLANNING = ("shifts", "patterns", "absences")
PLAN_NOTICES_IN_WORDS = {
    "add": _("New shift: %(when)s."),
    "change": _("Your shift has changed: %(when)s."),
    "remove": _("You no longer have the shift of %(when)s."),
    "": _("Your plan has changed: look at “My shifts”."),
}


@dataclass(frozen=True)
class Step:
    """One press of the big button: a verb, and the mission or ride that it is about."""

    verb: str
    about: Mission | Ride

    @property
    def label(self) -> Promise:
        return STEP_LABELS[self.verb]

    @property
    def url_name(self) -> str:
        return f"{self.about.subject.kind}-{self.verb.replace('_', '-')}"

    @property
    def code(self) -> str:
        return self.about.code


@dataclass(frozen=True)
class Notice:
    """What somebody else changed: a sentence, when, and its number on the driver's stream."""

    text: str
    at: datetime
    seq: int
    shows_itself: bool = False
    is_of_plan: bool = False
    is_look: bool = False


@dataclass(frozen=True)
class Work:
    """One mission as its driver sees it. The mission's stops, rides and places must be loaded."""

    mission: Mission

    @cached_property
    def stops(self) -> list[Stop]:
        """The halts still to make, in order."""
        return [stop for stop in self.mission.stops.all() if stop.is_open]

    @property
    def stop(self) -> Stop | None:
        return self.stops[0] if self.stops else None

    @cached_property
    def steps(self) -> list[Step]:
        """What is left to tap, in order, if nothing comes in between."""
        steps: list[Step] = []
        states: dict[int, str] = {}
        for stop in self.stops:
            ride = stop.ride
            if ride is None:
                continue
            state = states.get(ride.pk, ride.state)
            target = RideState.ON_BOARD if stop.kind == StopKind.PICK_UP else RideState.COMPLETED
            while state != target and (verbs := RIDE.verbs(state, Party.DRIVER)):
                # One press acknowledges the mission, for all its rides.
                if verbs[0] != "acknowledge":
                    steps.append(Step(verbs[0], ride))
                elif not steps:
                    steps.append(Step(verbs[0], self.mission))
                state = RIDE.steps[verbs[0]].target
            states[ride.pk] = state
        return steps

    @property
    def is_new(self) -> bool:
        return self.mission.state == MissionState.PLANNED

    @property
    def seems_there(self) -> bool:
        """Whether the car seems to have reached the next stop, and the next tap would say so."""
        return self.stop is not None and self.stop.is_unconfirmed

    @property
    def is_waiting(self) -> bool:
        """Whether the car stands at the pick-up, so that the passenger may turn out not to come."""
        return bool(self.stop and self.stop.ride and self.stop.ride.state == RideState.WAITING)


@dataclass(frozen=True)
class Day:
    """``shifts``: the day's that have not ended, or the next one. ``over``: done or called off, latest first."""

    driver: Driver
    now: datetime
    shifts: list[Shift]
    next: Work | None
    later: list[Work]
    over: list[Mission]
    notices: list[Notice]

    @property
    def on_duty(self) -> Shift | None:
        return next((shift for shift in self.shifts if shift.period.lower <= self.now), None)

    @property
    def turns_at(self) -> datetime | None:
        """When duty ends or, off duty, begins."""
        if not self.shifts:
            return None
        turns_at: datetime = self.on_duty.period.upper if self.on_duty else self.shifts[0].period.lower
        return turns_at

    @property
    def warnings(self) -> list[Notice]:
        """The newest notices of what was taken away, then of what changed in the plan."""
        of_rides = [notice for notice in self.notices if not notice.shows_itself and not notice.is_of_plan]
        of_plan = [notice for notice in self.notices if notice.is_of_plan]
        return of_rides[:WARNINGS] + of_plan[:PLAN_NOTICES]

    @property
    def look(self) -> Notice | None:
        """The last time that somebody looked at one of the driver's trips, of late."""
        return next((notice for notice in self.notices if notice.is_look), None)

    @property
    def breaks(self) -> list[DateTimeTZRange]:
        """The breaks of the day's shifts that are not over."""
        return [pause for shift in self.shifts for pause in shift.breaks if pause.upper > self.now]


def day_of(driver: Driver, now: datetime) -> Day:
    """Return the driver's day at that moment, in four queries. It lasts until the shift's end when that is later."""
    start, end = driver.base.day(driver.base.local(now).date())
    coming = list(driver.shifts.not_over(now).select_related("vehicle").order_by("period")[:MOST_SHIFTS])
    shifts = [shift for shift in coming if shift.period.lower < end] or coming[:1]
    window = (start, max([end, *(shift.period.upper for shift in shifts)]))
    missions = _missions(driver, *window)
    works = [Work(mission) for mission in missions if mission.state in MISSION.live]
    # The ride may have left between our reading the missions and their stops; the page is about to be told.
    works = [work for work in works if work.stop]
    works.sort(key=lambda work: (work.mission.state != MissionState.UNDER_WAY, work.mission.starts_at))
    over = [mission for mission in reversed(missions) if mission.state in MISSION.final]
    return Day(driver, now, shifts, works[0] if works else None, works[1:], over, _notices(driver, now))


def _missions(driver: Driver, start: datetime, end: datetime) -> list[Mission]:
    """Return the missions of that time, and live ones left over from before it."""
    theirs = Mission.objects.for_driver(driver).select_related("vehicle__model")
    stops = Stop.objects.select_related("place", "ride__base", "ride__category")
    in_time = Q(period__overlap=(start, end)) | Q(state__in=MISSION.live, period__startswith__lt=end)
    return list(theirs.filter(in_time).prefetch_related(Prefetch("stops", stops)).order_by("period"))


def _notices(driver: Driver, now: datetime) -> list[Notice]:
    """Return what others changed of late, newest first."""
    of_rides = Q(subject="ride") | Q(subject="mission", verb="seem_there")
    of_rides &= Q(at__gte=now - NOTICE_STAYS)
    of_plan = Q(subject="driver", verb="change", at__gte=now - PLAN_NOTICE_STAYS)
    looks = Q(subject="mission", verb="look", at__gte=now - PLAN_NOTICE_STAYS)
    entries = Entry.objects.filter(of_rides | of_plan | looks, streams__has_key=driver.stream)
    entries = entries.select_related("by").order_by("-at", "-pk")
    return [notice for entry in entries if (notice := _notice(driver, entry))]


def _notice(driver: Driver, entry: Entry) -> Notice | None:
    seq = entry.streams[driver.stream]
    if entry.subject == "driver":
        is_of_plan = {*PLANNING} & {*entry.data.get("fields", [])}
        text = _plan_in_words(driver, entry.data.get("plan", {}))
        return Notice(text, entry.at, seq, is_of_plan=True) if is_of_plan else None
    if entry.verb == "look":
        line = line_of(entry)
        said = str(LOOKED) % {"who": line.who, "code": entry.code, "why": line.why}
        return Notice(said, entry.at, seq, is_look=True, shows_itself=True)
    told = (entry.verb, Party(entry.party))
    if told not in NOTICES:
        return None
    return Notice(str(NOTICES[told]) % {"code": entry.code}, entry.at, seq, shows_itself=entry.verb in SHOW_THEMSELVES)


def _plan_in_words(driver: Driver, plan: dict[str, str]) -> str:
    """Return what changed of the driver's shifts, in words and on the base's clock."""
    sentence = str(PLAN_NOTICES_IN_WORDS[plan.get("what", "")])
    if not plan:
        return sentence
    start, end = (driver.base.local(datetime.fromisoformat(plan[name])) for name in ("from", "until"))
    return sentence % {"when": f"{formats.date_format(start, 'D j N')} {start:%H:%M}–{end:%H:%M}"}
