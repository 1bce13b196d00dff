"""Lifecycles: nobody gets stuck, everything has a name and a badge, and code, addresses and drawing agree."""

import inspect
import re

import pytest
from django.urls import NoReverseMatch, reverse

import bookings.actions
import dispatch.actions
import fleet.actions.handsets
from bookings.states import RIDE
from dispatch.states import MISSION
from echauffeur.common.lifecycle import Lifecycle, Party
from fleet.states import HANDSET
from tests.env import REWRITE
from tests.rules.lifecycles_page import PAGE, drawn
from tests.rules.source import PROJECT, files

STATES = [(lifecycle, state) for lifecycle in (RIDE, MISSION, HANDSET) for state in lifecycle.states]
each_state = pytest.mark.parametrize(
    ("lifecycle", "state"), STATES, ids=lambda value: getattr(value, "value", value.name)
)
STYLES = "".join(path.read_text() for path in files(".css", under=("static/css/",)))
ICONS = (PROJECT / "static/build/icons.mjs").read_text()
MISSION_VERBS = {"acknowledge", "decline"}


@each_state
def test_a_state_has_a_way_out_and_somebody_to_take_it_or_is_final(lifecycle: Lifecycle, state: str) -> None:
    ways = [step for step in lifecycle if state in step.sources and step.target != state]
    owners = {party for step in ways for party, sources in step.who.items() if state in sources}
    assert bool(ways) == bool(owners) == (state not in lifecycle.final)


@each_state
def test_a_state_can_be_reached_and_can_end(lifecycle: Lifecycle, state: str) -> None:
    assert state in reached(lifecycle, lifecycle.initial)
    assert reached(lifecycle, {state}) & lifecycle.final


def reached(lifecycle: Lifecycle, start: set[str] | frozenset[str]) -> set[str]:
    """Return the states that can follow from these, these included."""
    known = set(start)
    while more := {step.target for step in lifecycle if step.sources & known} - known:
        known |= more
    return known


@each_state
def test_a_state_has_a_label_and_a_badge(lifecycle: Lifecycle, state: str) -> None:
    assert lifecycle.states(state).label
    assert re.search(rf"\.state-{state}\b", STYLES)
    assert f'"state-{state}"' in ICONS


@pytest.mark.parametrize("verb", [*RIDE.steps, *HANDSET.steps])
def test_a_verb_names_an_action_that_says_who_acts(verb: str) -> None:
    apps = (fleet.actions.handsets,) if verb in HANDSET.steps else (dispatch.actions, bookings.actions)
    action = next(found for app in apps if (found := getattr(app, verb, None)))
    parameters = inspect.signature(action).parameters
    assert parameters["by"].kind is inspect.Parameter.KEYWORD_ONLY
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values())


@pytest.mark.parametrize("verb", RIDE.steps)
def test_a_verb_names_the_addresses_of_everybody_who_may_say_it(verb: str) -> None:
    for party in RIDE.steps[verb].who:
        if party != Party.RULE:
            assert address_of(verb, party)


def address_of(verb: str, party: Party) -> str:
    """Return where this party says the verb: a regulator's address ends in -for when somebody else says it too."""
    parties = set(RIDE.steps[verb].who) - {Party.RULE}
    kind = "mission" if verb in MISSION_VERBS else "ride"
    suffix = "-for" if party == Party.REGULATOR and len(parties) > 1 else ""
    return reverse(f"{kind}-{verb.replace('_', '-')}{suffix}", args=["R-2345"])


@pytest.mark.parametrize("verb", HANDSET.steps)
def test_a_verb_of_a_phone_names_its_address(verb: str) -> None:
    assert reverse(f"base-handset-{verb.replace('_', '-')}", args=["brest", 1])


def test_there_is_no_address_for_a_verb_that_does_not_exist() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("ride-teleport", args=["R-2345"])


def test_the_drawing_is_what_the_tables_say() -> None:
    if REWRITE:
        PAGE.write_text(drawn())
    assert PAGE.read_text() == drawn(), "The tables changed: make drawings"
