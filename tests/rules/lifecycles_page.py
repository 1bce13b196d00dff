"""Draws `docs/lifecycles.md` from the tables. The test beside it keeps the page current, or writes it when asked to."""

from django.utils.translation import override

from bookings.states import RIDE
from dispatch.states import MISSION
from echauffeur.common.lifecycle import Lifecycle, Party, Step
from fleet.states import HANDSET
from tests.rules.source import PROJECT

PAGE = PROJECT / "docs" / "lifecycles.md"
HEAD = """# Lifecycles

Drawn from `bookings/states.py`, `dispatch/states.py` and `fleet/states.py` by `make drawings`; a test keeps this page
current. The verb names the action, the address and the journal entry. A ride on a mission moves when its stops do: one
action steps both, in one transaction. A car's position may propose `arrive` and `complete`, never take them
([arrival](tracking.md#arrival)).
"""


def drawn() -> str:
    """Return the page as the tables say it."""
    with override("en"):
        return "\n".join([HEAD, *map(section, (RIDE, MISSION, HANDSET))])


def section(lifecycle: Lifecycle) -> str:
    lines = [f"## {lifecycle.name.capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in lifecycle.states]
    lines += [f"    [*] --> {state}" for state in sorted(lifecycle.initial)]
    for step in lifecycle:
        lines += [f"    {source} --> {step.target}: {step.verb}" for source in in_order(lifecycle, step.sources)]
    lines += [f"    {state} --> [*]" for state in in_order(lifecycle, lifecycle.final)]
    lines += ["```", "", "| verb | from | to | who | reasons |", "|---|---|---|---|---|"]
    lines += [row(lifecycle, step) for step in lifecycle]
    return "\n".join([*lines, ""])


def row(lifecycle: Lifecycle, step: Step) -> str:
    sources = ", ".join(in_order(lifecycle, step.sources))
    reasons = ", ".join(sorted(step.reasons))
    who = "; ".join(party_in_words(lifecycle, step, party) for party in step.who)
    return f"| {step.verb} | {sources} | {step.target} | {who} | {reasons} |"


def party_in_words(lifecycle: Lifecycle, step: Step, party: Party) -> str:
    states = step.who[party]
    where = "" if states == step.sources else f" ({', '.join(in_order(lifecycle, states))})"
    return f"{party.label.lower()}{where}"


def in_order(lifecycle: Lifecycle, states: frozenset[str]) -> list[str]:
    """Return the states in the order of life, not of the alphabet."""
    return [state for state in lifecycle.states.values if state in states]
