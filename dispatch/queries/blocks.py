"""What stands in a row of the planning's calendar: blocks that one can take hold of, and the missions within them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.queries.frame import MINUTE, Frame
from dispatch.queries.periods import Period, overlap, without
from dispatch.queries.spells import Kind, Spell
from drivers.models import AbsenceKind
from fleet.models import UnavailabilityReason

Place = tuple[int, int]


@dataclass(frozen=True)
class Bar:
    """A mission in its driver's or vehicle's row."""

    code: str
    first: int
    last: int
    hint: str


@dataclass(frozen=True)
class Block:
    """A shift, absence or unavailability in a row, with all words that it is shown with.

    ``first`` and ``last`` are places on the frame, or beyond its bounds (``is_cut``); ``lane`` keeps blocks of the same
    time apart. ``is_open``: its end is not known yet. ``is_void``: a shift that its driver is away from, all of it.
    """

    kind: Kind
    pk: int
    who: str
    day: int
    first: int
    last: int
    lane: int
    times: tuple[str, str]
    word: str
    label: str
    breaks: list[Place]
    is_cut: tuple[bool, bool]
    is_open: bool
    is_void: bool

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.pk}"

    def lasts_over(self, first: int, last: int) -> bool:
        """Whether somebody or something is away at some time between these places; a shift counts where it begins."""
        return self.kind != Kind.SHIFT and self.first < last and self.last > first


@dataclass(frozen=True)
class Cell:
    """A day of a row, with what begins on it. ``begins`` and ``ends``: the usual hours, as stamps for a new shift."""

    index: int
    on: date
    begins: str
    ends: str
    label: str
    blocks: list[Block] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True)
class Scribe:
    """Puts into words what stands in the rows.

    By the drivers' ids: their ``names``, and when they are ``away``.
    """

    frame: Frame
    names: dict[int, str]
    away: dict[int | None, list[Spell]]
    by_drivers: bool
    tells_reasons: bool

    def block(self, spell: Spell, who: str, lane: int, beside: list[Spell]) -> Block | None:
        """Return the block of a shift, absence or unavailability; None when nothing of it lies within the frame."""
        seen = spell.within(*self.frame.bounds)
        if seen is None:
            return None
        start, end = self.frame.bounds
        first, last = self.frame.place((spell.starts_at, spell.ends_at or end))
        word = self._word(spell)
        return Block(
            kind=spell.kind,
            pk=spell.pk,
            who=who,
            day=self.frame.cell(seen[0]),
            first=first,
            last=last,
            lane=lane,
            times=self._times(spell),
            word=word,
            label=self._label(spell, who, word, beside),
            breaks=[self.frame.place(part) for rest in spell.breaks if (part := overlap(rest, seen))],
            is_cut=(spell.starts_at < start, spell.ends_at is None or spell.ends_at > end),
            is_open=spell.ends_at is None,
            is_void=self._is_void(spell),
        )

    def bar(self, mission: Spell) -> Bar | None:
        """Return the bar of a mission; None when nothing of it lies within the frame."""
        seen = mission.within(*self.frame.bounds)
        if seen is None:
            return None
        start, end = self._clocks(mission)
        return Bar(mission.word, *self.frame.place(seen), hint=f"{mission.word} · {start}–{end}")

    def cell(self, index: int, who: str, usual: tuple[str, str]) -> Cell:
        """Return an empty day of somebody's row."""
        on = self.frame.days[index]
        said = {"who": who, "day": date_format(on, "l j F")}
        return Cell(index, on, *self.frame.stamps(on, usual), label=_("Add: %(who)s, %(day)s") % said)

    def _times(self, spell: Spell) -> tuple[str, str]:
        """Return when it begins and ends: on the clock, or which days when it lasts for more than one."""
        if spell.ends_at is None or spell.ends_at - spell.starts_at > timedelta(days=1):
            return self._day(spell.starts_at), self._day(spell.ends_at - MINUTE) if spell.ends_at else "…"
        return self._clocks(spell)

    def _day(self, moment: datetime) -> str:
        return date_format(self.frame.base.local(moment).date(), "D j")

    def _clocks(self, spell: Spell) -> tuple[str, str]:
        return self.frame.clock(spell.starts_at), self.frame.clock(spell.ends_at) if spell.ends_at else "…"

    def _word(self, spell: Spell) -> str:
        if spell.kind == Kind.ABSENCE:
            return str(AbsenceKind(spell.word).label) if self.tells_reasons else _("Absent")
        if spell.kind == Kind.OUTAGE:
            return str(UnavailabilityReason(spell.word).label)
        return spell.vehicle if self.by_drivers else self.names.get(spell.driver_id or 0, "")

    def _label(self, spell: Spell, who: str, word: str, beside: list[Spell]) -> str:
        """Return all there is to say of it, for who does not see where it stands; what is written on it comes first."""
        base, starts, ends = self.frame.base, spell.starts_at, spell.ends_at
        times, clocks = "–".join(self._times(spell)), "–".join(self._clocks(spell))
        said = [f"{times} {word}".strip(), who, date_format(base.local(starts).date(), "l j F")]
        if clocks != times:
            said.append(clocks)
        if ends and base.local(ends).date() > base.local(starts).date():
            said.append(_("until %(day)s") % {"day": date_format(base.local(ends).date(), "l j F")})
        if ends is None:
            said.append(_("end not known"))
        if spell.kind == Kind.SHIFT and not word:
            said.append(_("no vehicle"))
        if not self.by_drivers and self._is_void(spell):
            said.append(_("the driver is away"))
        rests = ("–".join(map(self.frame.clock, rest)) for rest in spell.breaks)
        said += [_("break %(times)s") % {"times": rest} for rest in rests]
        missions = sum(one.kind == Kind.MISSION and bool(one.within(starts, ends or one.starts_at)) for one in beside)
        if missions:
            said.append(ngettext("%(n)d mission", "%(n)d missions", missions) % {"n": missions})
        return ", ".join(said)

    def _is_void(self, spell: Spell) -> bool:
        if spell.kind != Kind.SHIFT or spell.ends_at is None:
            return False
        away = [(one.starts_at, one.ends_at or spell.ends_at) for one in self.away.get(spell.driver_id, [])]
        return not without((spell.starts_at, spell.ends_at), away)


def lay_out(scribe: Scribe, spells: list[Spell], who: str, usual: tuple[str, str]) -> tuple[list[Cell], int]:
    """Return the days of somebody's row with what begins on each, and how many lanes the row takes."""
    cells = [scribe.cell(index, who, usual) for index in range(len(scribe.frame.days))]
    held = [spell for spell in spells if spell.kind in (Kind.SHIFT, Kind.ABSENCE, Kind.OUTAGE)]
    lanes: list[int] = []
    for spell in held:
        block = scribe.block(spell, who, 0, spells)
        if block is None:
            continue
        lane = next((n for n, until in enumerate(lanes) if until <= block.first), len(lanes))
        lanes[lane : lane + 1] = [block.last]
        cells[block.day].blocks.append(replace(block, lane=lane))
    for mission in spells:
        if mission.kind == Kind.MISSION and (bar := scribe.bar(mission)):
            cells[scribe.frame.cell(mission.starts_at)].bars.append(bar)
    return cells, max(1, len(lanes))


def total(periods: Iterable[Period | None]) -> timedelta:
    """Return how long these last together."""
    return sum((period[1] - period[0] for period in periods if period), timedelta())
