"""When the demo's drivers are on duty: watches that repeat, in the base's local time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from echauffeur.common.recurrence import DAYS_PER_WEEK, period_on

# Start and hours. Watches overlap by half an hour, so that a ride at the change has somebody to drive it.
WATCHES = {
    "morning": (time(5, 30), 8.5),
    "day": (time(8), 9),
    "evening": (time(13, 30), 8.5),
    "night": (time(21, 30), 8.5),
    "noon": (time(12), 8),
    "early": (time(6), 8),
}
ROUND_THE_CLOCK = ("morning", "evening", "night", "morning", "evening", "day", "night", "morning", "evening", "night")
IN_OFFICE_HOURS = ("early", "day", "noon")
# When the first of them has a break, and for how many minutes. They take turns: somebody always drives.
BREAKS = {"day": (time(11, 30), 30), "early": (time(9, 30), 20), "night": (time(1), 20)}
TURNS, TURN = 4, timedelta(minutes=30)
TIME_ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Watch:
    """When somebody is on duty, on some weekdays (Monday is 0), with breaks; the end may be on the next day."""

    weekdays: tuple[int, ...]
    begins: time
    ends: time
    breaks: tuple[tuple[time, time], ...] = ()
    on_holidays: bool = True


def watch_of(number: int, *, round_the_clock: bool = True) -> Watch:
    """Return the watch of a base's n-th driver."""
    names = ROUND_THE_CLOCK if round_the_clock else IN_OFFICE_HOURS
    name = names[number % len(names)]
    begins, hours = WATCHES[name]
    ends = (datetime.combine(date.min, begins) + timedelta(hours=hours)).time()
    # Two days off in a row, others for each; and the weekend in offices.
    off = {(-3 * number + day) % DAYS_PER_WEEK for day in (-1, 0)} if round_the_clock else {5, 6}
    weekdays = tuple(day for day in range(DAYS_PER_WEEK) if day not in off)
    return Watch(weekdays, begins, ends, _breaks(name, number), on_holidays=round_the_clock)


def _breaks(name: str, number: int) -> tuple[tuple[time, time], ...]:
    if name not in BREAKS:
        return ()
    first, minutes = BREAKS[name]
    start = datetime.combine(date.min, first) + TURN * (number // 3 % TURNS)
    return ((start.time(), (start + timedelta(minutes=minutes)).time()),)


def always() -> list[Watch]:
    """Return watches that leave no gap."""
    every_day = tuple(range(DAYS_PER_WEEK))
    return [Watch(every_day, time(0), time(12)), Watch(every_day, time(12), time(0))]


def is_on_watch(number: int, moment: datetime) -> bool:
    """Return whether the n-th driver of a base that never closes is on duty, but for breaks and absences."""
    local, watch = moment.astimezone(TIME_ZONE), watch_of(number)
    for on in (local.date() - timedelta(days=1), local.date()):
        period = period_on(TIME_ZONE, on, watch.begins, watch.ends)
        if on.weekday() in watch.weekdays and period and period[0] <= moment < period[1]:
            return True
    return False
