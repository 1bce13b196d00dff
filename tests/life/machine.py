"""The ride's life, played by everybody at once: what is right, what is wrong, twice, late, and not theirs to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bookings.actions import request
from bookings.rules import AgainstTheRules
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import NotTheirs, Refusal, Stale, TapReused
from echauffeur.journal.actions import Tap
from echauffeur.journal.models import Entry
from tests.life.checks import check_database
from tests.life.doors import TAPPED, take
from tests.life.expected import FINAL, MISSION_STATE, ON_MISSION, REASONS, RIDE, may_overrule
from tests.life.world import Person, World

MOST_LIVE_RIDES = 3
FORWARD = {"confirm", "assign", "acknowledge", "depart", "arrive", "board", "complete"}
PICK = st.integers(0, 999)
# How often each kind of thing happens.
MOMENTS = (
    ["the_next_step"] * 10
    + ["any_step"] * 3
    + ["from_an_old_page"] * 3
    + ["the_same_tap_again"] * 2
    + ["time_passes"] * 2
    + ["somebody_asks"] * 2
    + ["somebody_asks_against_a_rule"]
    + ["change_of_plan"]
)


@dataclass
class Expected:
    """A ride as it should be."""

    pk: int
    code: str
    owner: Person
    pickup_at: datetime
    state: str
    driver: Person | None = None
    mission: str = ""
    missions: dict[str, Person] = field(default_factory=dict)
    arrived_at: datetime | None = None


@dataclass
class Tapped:
    """A step that was taken with a tap, to be sent again."""

    key: UUID
    again: Callable[[Tap], Any]


class RideLife(RuleBasedStateMachine):
    """Each example starts from the same base without rides, and is rolled back at its end."""

    world: World
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.rides: list[Expected] = []
        self.taps: list[Tapped] = []
        self.keys = 0
        self.clock = time_machine.travel(self.world.built_at, tick=False)
        self.now = self.clock.start()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        self.clock.stop()

    # --- what happens ----------------------------------------------------------------------------------------------

    @initialize()
    def the_first_request(self) -> None:
        self.somebody_asks(0, 60, 0)

    @rule(what=st.sampled_from(MOMENTS), a=PICK, b=PICK, c=PICK)
    def something_happens(self, what: str, a: int, b: int, c: int) -> None:
        """One rule for all: Hypothesis would leave some of several out of most examples, and lives would stay short."""
        getattr(self, what)(a, b, c)
        type(self).steps += 1

    def somebody_asks(self, customer: int, minutes: int, auto: int) -> None:
        """A customer asks for a ride; the base's rule may confirm it."""
        if len(self.live()) >= MOST_LIVE_RIDES:
            return
        who, base = pick(self.world.of_kind("customer"), customer), self.world.base
        base.auto_confirm = bool(auto % 2)
        wish = self.world.wish(timezone.now() + timedelta(minutes=15 + minutes % 240))

        def send(tap: Tap) -> Any:
            return request(base=base, wish=wish, by=who.user, tap=tap)

        tap = self.new_tap()
        ride = send(tap)
        state = "confirmed" if base.auto_confirm else "requested"
        self.rides.append(Expected(ride.pk, ride.code, who, ride.pickup_at, state))
        self.taps.append(Tapped(tap.key, send))

    def somebody_asks_against_a_rule(self, which: int, person: int, why: int) -> None:
        """A rule is for everybody; only a regulator overrules it, and only with a reason, which the journal keeps."""
        if len(self.live()) >= MOST_LIVE_RIDES:
            return
        who, base = pick(self.world.of_kind("customer") + self.world.of_kind("regulator"), person), self.world.base
        rule, wish = pick(sorted(self.world.forbidden(timezone.now()).items()), which)
        party, overrule = Party(who.kind), "An order." if why % 2 else " "
        base.auto_confirm = False

        def send(tap: Tap) -> Any:
            return request(base=base, wish=wish, by=who.user, party=party, overrule=overrule, tap=tap)

        tap, before = self.new_tap(), Entry.objects.count()
        if not may_overrule(who.kind, overrule):
            expect(AgainstTheRules, lambda: send(tap))
            assert Entry.objects.count() == before, "a refusal wrote something"
            return
        ride = send(tap)
        told = Entry.objects.get(tap=tap.key)
        assert ([kept["rule"] for kept in told.data["overruled"]], told.words) == ([rule], overrule)
        self.rides.append(Expected(ride.pk, ride.code, who, ride.pickup_at, "requested"))
        self.taps.append(Tapped(tap.key, send))

    def the_next_step(self, ride: int, move: int, crew: int) -> None:
        """Somebody takes one of the steps that are theirs now; most go forward."""
        chosen = pick(self.live() or self.rides, ride)
        moves = [
            (verb, person)
            for verb, line in sorted(RIDE.items(), key=lambda item: item[0] not in FORWARD)
            for person in self.world.people
            if chosen.state in line.who.get(person.kind, ()) and self.is_theirs(chosen, person)
            for _ in range(8 if verb in FORWARD else 1)
        ]
        if moves:
            verb, person = pick(moves, move)
            self.attempt(verb, person, chosen, crew=crew)

    def any_step(self, verb: int, person: int, ride: int) -> None:
        """Anybody tries anything: from an old page, on somebody else's ride, without a reason."""
        who = pick(self.world.people, person)
        self.attempt(pick(list(RIDE), verb), who, pick(self.rides, ride), crew=ride, reasoned=bool(person % 2))

    def change_of_plan(self, ride: int, crew: int, _: int) -> None:
        """A regulator takes a ride from one driver and gives it to the other."""
        if self.driven():
            chosen, regulator = pick(self.driven(), ride), self.world.of_kind("regulator")[0]
            other = 1 - self.world.of_kind("driver").index(chosen.driver)
            self.attempt("unassign", regulator, chosen, crew=crew)
            self.attempt("assign", regulator, chosen, crew=other)

    def from_an_old_page(self, which: int, move: int, _: int) -> None:
        """A driver whose ride went to somebody else still has its page open, and taps what its new driver may."""
        if self.lost():
            ride, driver = pick(self.lost(), which)
            verbs = [verb for verb, line in RIDE.items() if ride.state in line.who.get("driver", ())]
            self.attempt(pick(verbs, move), driver, ride, crew=0)

    def the_same_tap_again(self, which: int, other_body: int, _: int) -> None:
        """A phone sends a tap twice, or a broken one uses its key for something else."""
        tapped = pick(self.taps, which)
        before = Entry.objects.count()
        if other_body % 2:
            expect(TapReused, lambda: tapped.again(Tap(tapped.key, "something else")))
        else:
            tapped.again(Tap(tapped.key, body_of(tapped.key)))
        assert Entry.objects.count() == before

    def time_passes(self, minutes: int, *_: int) -> None:
        self.now.shift(timedelta(minutes=1 + minutes % 15))

    @invariant()
    def everything_agrees(self) -> None:
        check_database()
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, state FROM bookings_ride")
            assert dict(cursor.fetchall()) == {ride.pk: ride.state for ride in self.rides}
            cursor.execute("SELECT code, state FROM dispatch_mission WHERE state NOT IN ('done', 'called_off')")
            live = {ride.mission: MISSION_STATE[ride.state] for ride in self.rides if ride.state in ON_MISSION}
            assert dict(cursor.fetchall()) == live

    # --- what should happen ----------------------------------------------------------------------------------------

    def attempt(self, verb: str, person: Person, ride: Expected, *, crew: int, reasoned: bool = True) -> None:
        """Try the step, and demand exactly the outcome that the table promises."""
        reason = (REASONS.get(verb) if reasoned else "no such reason") if verb in REASONS else None
        asked: dict[str, Any] = {"reason": reason, "words": "So sorry." if verb == "refuse" else None}
        if verb == "assign":
            asked |= {
                "driver": pick(self.world.of_kind("driver"), crew).driver,
                "vehicle": pick(self.world.vehicles, crew // 2),
            }
        mission = next((code for code, driver in reversed(ride.missions.items()) if driver == person), ride.mission)
        tap = self.new_tap()

        def send(tap: Tap) -> Any:
            return take(person, verb, ride=ride.code, mission=mission, tap=tap, **asked)

        outcome = self.outcome_of(verb, person, ride, reasoned=reasoned or reason is None, mission=mission)
        if outcome is not None:
            before = Entry.objects.count()
            expect(outcome, lambda: send(tap))
            assert Entry.objects.count() == before, "a refusal wrote something"
            return
        try:
            answer = send(tap)
        except Refusal as refusal:
            # Whether a crew is free is for the feasibility tests to say; here it must have a reason to be busy.
            if verb == "assign" and refusal.field in {"driver", "vehicle"} and self.is_somebody_busy():
                return
            raise
        self.keep(verb, ride, answer, asked.get("driver"))
        if verb in TAPPED:
            self.taps.append(Tapped(tap.key, send))

    def outcome_of(
        self, verb: str, person: Person, ride: Expected, *, reasoned: bool, mission: str
    ) -> type[Exception] | None:
        """Return what the step should raise, or None when it should be taken."""
        line = RIDE[verb]
        if not self.opens(verb, person, ride, mission):
            return Http404
        if ride.state not in line.sources or (mission != ride.mission and verb in {"acknowledge", "decline"}):
            return Stale
        if ride.state not in line.who[person.kind]:
            return NotTheirs
        if person.kind == "driver" and ride.driver != person:
            return Stale
        return Refusal if self.breaks_a_rule(verb, person, ride) or not reasoned else None

    def breaks_a_rule(self, verb: str, person: Person, ride: Expected) -> bool:
        if verb == "depart":
            return self.carries_another(person, ride)
        return verb == "no_show" and person.kind == "driver" and timezone.now() < self.no_show_from(ride)

    def opens(self, verb: str, person: Person, ride: Expected, mission: str) -> bool:
        """Whether the door to this verb lets the person through to this ride."""
        parties = RIDE[verb].who
        if person.kind not in parties:
            return False
        if person.kind == "driver":
            driven_by = [ride.missions.get(mission)] if verb in {"acknowledge", "decline"} else ride.missions.values()
            return person in driven_by
        return person.kind == "regulator" or ride.owner == person

    def is_theirs(self, ride: Expected, person: Person) -> bool:
        return person.kind == "regulator" or person in {ride.owner, ride.driver}

    def carries_another(self, driver: Person, ride: Expected) -> bool:
        under_way = {"approaching", "waiting", "on_board"}
        return any(other.driver == driver and other.state in under_way for other in self.rides if other is not ride)

    def no_show_from(self, ride: Expected) -> datetime:
        assert ride.arrived_at
        return max(ride.arrived_at, ride.pickup_at) + timedelta(minutes=self.world.base.no_show_minutes)

    def lost(self) -> list[tuple[Expected, Person]]:
        """Return each ride that somebody drives now, with each driver who had it before."""
        return [(ride, old) for ride in self.driven() for old in ride.missions.values() if old != ride.driver]

    def driven(self) -> list[Expected]:
        return [ride for ride in self.rides if ride.driver]

    def live(self) -> list[Expected]:
        return [ride for ride in self.rides if ride.state not in FINAL]

    def is_somebody_busy(self) -> bool:
        return any(ride.state in ON_MISSION for ride in self.rides)

    def keep(self, verb: str, ride: Expected, answer: Any, driver: Any) -> None:
        """Note what the step has changed."""
        ride.state = RIDE[verb].target
        if verb == "assign":
            ride.driver = next(person for person in self.world.people if person.driver == driver and driver)
            ride.mission = answer.code
            ride.missions[answer.code] = ride.driver
        if verb == "arrive":
            ride.arrived_at = timezone.now()
        if ride.state not in ON_MISSION:
            ride.driver, ride.mission = None, ""

    def new_tap(self) -> Tap:
        self.keys += 1
        key = UUID(int=self.keys)
        return Tap(key, body_of(key))


def body_of(key: UUID) -> str:
    return f"what {key} asked"


def pick(choices: list[Any], number: int) -> Any:
    return choices[number % len(choices)]


def expect(kind: type[Exception], call: Callable[[], Any]) -> None:
    """Fail unless the call raises exactly this kind of refusal (or, for Stale, a more precise one)."""
    with pytest.raises(kind) as raised:
        call()
    assert kind is not Refusal or raised.type is Refusal, raised.value
