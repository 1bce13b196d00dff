"""What should happen, said a second time and independently of the code: the table of design §4, and the replay."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the table: source states, target state, and from which states each kind of person may say it."""

    sources: set[str]
    target: str
    who: dict[str, set[str]]


def _line(sources: str, target: str, **who: str) -> Line:
    everywhere = set(sources.split())
    return Line(everywhere, target, {kind: set(states.split()) or everywhere for kind, states in who.items()})


UNTIL_BOARDING = "requested waitlisted confirmed assigned acknowledged approaching waiting"
RIDE = {
    "confirm": _line("requested waitlisted", "confirmed", regulator=""),
    "waitlist": _line("requested", "waitlisted", regulator=""),
    "refuse": _line("requested waitlisted", "refused", regulator=""),
    "assign": _line("confirmed", "assigned", regulator=""),
    "unassign": _line("assigned acknowledged approaching waiting", "confirmed", regulator=""),
    "acknowledge": _line("assigned", "acknowledged", driver=""),
    "decline": _line("assigned", "confirmed", driver=""),
    "depart": _line("acknowledged", "approaching", driver=""),
    "arrive": _line("approaching", "waiting", driver=""),
    "board": _line("waiting", "on_board", driver=""),
    "complete": _line("on_board", "completed", driver="", regulator=""),
    "no_show": _line("waiting", "cancelled", driver="", regulator=""),
    "cancel": _line(
        UNTIL_BOARDING,
        "cancelled",
        customer="requested waitlisted confirmed assigned acknowledged",
        regulator="",
    ),
    "abort": _line("on_board", "cancelled", regulator=""),
}
REASONS = {
    "refuse": "no_capacity",
    "unassign": "breakdown",
    "decline": "too_far",
    "cancel": "no_longer_needed",
    "abort": "incident",
}
FINAL = {"completed", "refused", "cancelled"}
ON_MISSION = {"assigned", "acknowledged", "approaching", "waiting", "on_board"}
MISSION_STATE = {"assigned": "planned", "acknowledged": "acknowledged"} | dict.fromkeys(
    ("approaching", "waiting", "on_board"), "under_way"
)


def may_overrule(kind: str, reason: str) -> bool:
    """Whether this kind of person may book against a rule of the base, giving that reason."""
    return kind == "regulator" and bool(reason.strip())


class Told(NamedTuple):
    """The columns of a journal entry from which everything can be told again."""

    base_id: int | None
    seq: int
    subject: str
    subject_id: int
    from_state: str
    to_state: str
    streams: dict[str, int]


def replay(entries: Iterable[Told]) -> tuple[dict[tuple[str, int], str], dict[str, int]]:
    """Tell the story again: return the state of each (kind, id), and the number of each stream, that it comes to.

    Fails when a number is missing, or when a step does not start where the one before it ended.
    """
    states: dict[tuple[str, int], str] = defaultdict(str)
    numbers: dict[str, int] = defaultdict(int)
    for entry in entries:
        about = entry.subject, entry.subject_id
        assert entry.streams[f"base:{entry.base_id}" if entry.base_id else "service"] == entry.seq, entry
        is_told_to_itself = f"{entry.subject}:{entry.subject_id}" in entry.streams
        assert is_told_to_itself or (entry.base_id is None and entry.subject == "base"), entry
        # A ride and a mission begin in the journal; other rows may have been there before it told of them.
        begins = about not in states and entry.subject not in {"ride", "mission"}
        is_edit = entry.subject not in {"ride", "mission"} and not entry.from_state and not entry.to_state
        assert begins or is_edit or states[about] == entry.from_state, entry
        states[about] = states[about] if is_edit else entry.to_state
        for stream, number in entry.streams.items():
            assert number == numbers[stream] + 1, f"{stream}: {number} after {numbers[stream]}"
            numbers[stream] = number
    return dict(states), dict(numbers)
