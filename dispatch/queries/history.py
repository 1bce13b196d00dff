"""The journal in words: what happened, who said so, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.rules import overruled_in_words
from bookings.states import CancelReason, DeclineReason, RefusalReason, RideState, UnassignReason
from dispatch.states import LookReason
from echauffeur.common.lifecycle import Party
from echauffeur.common.obstacles import Against
from echauffeur.journal.models import Entry

SENTENCES: dict[str, Promise] = {
    "request": gettext_lazy("Requested"),
    "confirm": gettext_lazy("Confirmed"),
    "waitlist": gettext_lazy("Put on the waiting list"),
    "refuse": gettext_lazy("Refused"),
    "assign": gettext_lazy("Given to %(driver)s with %(vehicle)s"),
    "unassign": gettext_lazy("Taken off its driver"),
    "acknowledge": gettext_lazy("The driver is informed"),
    "decline": gettext_lazy("Declined by %(driver)s"),
    "depart": gettext_lazy("The driver is on the way"),
    "arrive": gettext_lazy("The car stands at the pick-up"),
    "board": gettext_lazy("Passengers on board"),
    "complete": gettext_lazy("Passengers have arrived"),
    "no_show": gettext_lazy("Nobody came"),
    "cancel": gettext_lazy("Cancelled"),
    "abort": gettext_lazy("Broken off on the way"),
    "rate": gettext_lazy("Rated %(rating)s out of 5"),
    "share": gettext_lazy("Link for guests made"),
    "unshare": gettext_lazy("Link for guests ended"),
    "plan": gettext_lazy("Mission planned"),
    "set_out": gettext_lazy("Mission under way"),
    "finish": gettext_lazy("Mission done"),
    "call_off": gettext_lazy("Mission called off"),
    "overrule": gettext_lazy("Mission kept as it is"),
    "seem_there": gettext_lazy("By its position, the car has reached the stop"),
    "seem_gone": gettext_lazy("By its position, the car has left the stop again"),
    "look": gettext_lazy("Its way was looked at"),
    "share_position": gettext_lazy("Position sharing switched on"),
    "hide_position": gettext_lazy("Position sharing switched off"),
}
# Steps of people on their own account.
SENTENCES |= {
    "sign_up": gettext_lazy("An account was opened"),
    "change_password": gettext_lazy("A password was changed"),
    "consent": gettext_lazy("The conditions of use were agreed to"),
}
EDITS: dict[tuple[str, str], Promise] = {
    ("base", "add"): gettext_lazy("Base %(code)s was made"),
    ("base", "remove"): gettext_lazy("Base %(code)s was removed"),
    ("base", "set_hours"): gettext_lazy("The opening hours were changed"),
    ("base", "change"): gettext_lazy("The settings of the base were changed"),
    ("base", "generate"): gettext_lazy("%(shifts)s shifts were planned ahead by their patterns"),
    ("base", "draw_map"): gettext_lazy("The map of the base was drawn anew"),
    ("base", "import"): gettext_lazy("The file “%(file)s” was taken in"),
    ("base", "export"): gettext_lazy("%(lines)s rows were exported (%(kind)s)"),
    ("exception", "add"): gettext_lazy("Exception to the opening hours added: %(code)s"),
    ("exception", "change"): gettext_lazy("Exception to the opening hours changed: %(code)s"),
    ("exception", "remove"): gettext_lazy("Exception to the opening hours removed: %(code)s"),
    ("category", "add"): gettext_lazy("Category of transport added: %(code)s"),
    ("category", "change"): gettext_lazy("Category of transport changed: %(code)s"),
    ("category", "remove"): gettext_lazy("Category of transport removed: %(code)s"),
    ("place", "add"): gettext_lazy("Place %(code)s was added"),
    ("place", "change"): gettext_lazy("Place %(code)s was changed"),
    ("place", "remove"): gettext_lazy("Place %(code)s was removed"),
    ("tiles", "add"): gettext_lazy("The maps of %(code)s now show the pictures of a tile server"),
    ("tiles", "change"): gettext_lazy("The tile server of %(code)s was changed"),
    ("tiles", "remove"): gettext_lazy("The maps of %(code)s no longer show the pictures of a tile server"),
    ("vehicle", "add"): gettext_lazy("Vehicle %(code)s was added"),
    ("vehicle", "change"): gettext_lazy("Vehicle %(code)s was changed"),
    ("vehicle", "remove"): gettext_lazy("Vehicle %(code)s was removed"),
    ("vehicle", "generate"): gettext_lazy("%(unavailabilities)s times out of service of %(code)s were planned ahead"),
    ("vehicle", "read"): gettext_lazy("%(code)s was read: %(kilometres)s km"),
    ("vehicle", "remove_reading"): gettext_lazy("A reading of %(code)s was taken out: %(kilometres)s km"),
    ("model", "add"): gettext_lazy("Vehicle model %(code)s was added"),
    ("model", "remove"): gettext_lazy("Vehicle model %(code)s was removed"),
    ("model", "change"): gettext_lazy("Vehicle model %(code)s was changed"),
    ("driver", "add"): gettext_lazy("A driver was added"),
    ("driver", "change"): gettext_lazy("A driver was changed"),
    ("driver", "remove"): gettext_lazy("A driver was removed"),
    ("handset", "add"): gettext_lazy("Service phone %(code)s was added"),
    ("handset", "change"): gettext_lazy("Service phone %(code)s was changed"),
    ("handset", "remove"): gettext_lazy("Service phone %(code)s was removed"),
    ("handset", "lend"): gettext_lazy("Service phone %(code)s was lent to %(holder)s"),
    ("handset", "take_back"): gettext_lazy("Service phone %(code)s came back from %(holder)s"),
    ("handset", "report_broken"): gettext_lazy("Service phone %(code)s is broken"),
    ("handset", "repair"): gettext_lazy("Service phone %(code)s works again"),
    ("handset", "report_lost"): gettext_lazy("Service phone %(code)s is lost"),
    ("handset", "find"): gettext_lazy("Service phone %(code)s was found again"),
    ("handset", "retire"): gettext_lazy("Service phone %(code)s was retired"),
    ("device", "add"): gettext_lazy("A position device was added"),
    ("device", "change"): gettext_lazy("A position device was changed"),
    ("device", "renew"): gettext_lazy("A position device got a new key"),
    ("device", "revoke"): gettext_lazy("A position device was ended"),
    ("device", "remove"): gettext_lazy("A position device was removed"),
    ("membership", "add"): gettext_lazy("A role was given"),
    ("membership", "change"): gettext_lazy("A role was changed"),
    ("membership", "remove"): gettext_lazy("A role was withdrawn"),
    ("membership", "grant"): gettext_lazy("A role was given"),
    ("membership", "withdraw"): gettext_lazy("A role was withdrawn"),
    ("person", "invite"): gettext_lazy("Somebody was invited"),
    ("person", "change"): gettext_lazy("A person's details were changed"),
    ("person", "add_second_factor"): gettext_lazy("A second step was set up"),
    ("person", "remove_second_factor"): gettext_lazy("A second step was switched off"),
    ("person", "reset_second_factor"): gettext_lazy("A second step was switched off by an administrator"),
    ("person", "renew_codes"): gettext_lazy("New recovery codes were made"),
    ("person", "link_identity"): gettext_lazy("A provider's identity was linked to an account"),
    ("person", "unlink_identity"): gettext_lazy("A provider's identity was taken off an account"),
    ("person", "sign_up"): gettext_lazy("An account was opened"),
    ("person", "end_sessions"): gettext_lazy("A person was signed out everywhere"),
    ("person", "set_password"): gettext_lazy("A person's password was set in the administration"),
}
REASONS = {
    "refuse": dict(RefusalReason.choices),
    "unassign": dict(UnassignReason.choices),
    "decline": dict(DeclineReason.choices),
    "cancel": dict(CancelReason.choices),
    "abort": dict(CancelReason.choices),
    "look": dict(LookReason.choices),
}
STATES = dict(RideState.choices)
EXPORTED = {
    "places": gettext_lazy("Places"),
    "people": gettext_lazy("People"),
    "models": gettext_lazy("Vehicle models"),
    "vehicles": gettext_lazy("Vehicles"),
    "handsets": gettext_lazy("Service phones"),
}
EDITORS = (Party.ADMINISTRATOR, Party.MANAGER)


class _Known(dict[str, object]):
    """What an entry says, with a dash for what an older one does not say."""

    def __missing__(self, key: str) -> str:
        return "–"


@dataclass(frozen=True)
class Line:
    """One step of a ride's history. ``state``: the label of the state that it led to, where that changed.

    ``is_overruled``: it was taken against rules of the base; ``why`` quotes them, ``words`` are the reason.
    """

    at: datetime
    text: str
    who: str
    state: str
    why: str
    words: str
    is_overruled: bool = False


def line_of(entry: Entry) -> Line:
    """Return the entry in words."""
    text = sentence_of(entry)
    state = STATES.get(entry.to_state, "") if entry.from_state != entry.to_state else ""
    return Line(
        at=entry.at,
        text=text,
        who=str(entry.by) if entry.by else str(Party(entry.party).label),
        state="" if str(state) == text else str(state),
        why=_why(entry),
        is_overruled="overruled" in entry.data,
        words=entry.words,
    )


def _why(entry: Entry) -> str:
    """Return the reason that was chosen, or else what the step was taken in spite of, or leaves out."""
    reason = str(REASONS.get(entry.verb, {}).get(entry.reason, ""))
    return reason or _despite(entry) or _left_out(entry) or overruled_in_words(entry.data)


def _despite(entry: Entry) -> str:
    """Return what a mission was kept in spite of; nothing for other steps."""
    labels = dict(Against.choices)
    kinds = [str(labels.get(kind, kind)) for kind in entry.data.get("despite", [])]
    return _("Despite: %(obstacles)s") % {"obstacles": ", ".join(kinds)} if kinds else ""


def _left_out(entry: Entry) -> str:
    """Return on which days a pattern made nothing, so that missions stay as they are; nothing for other steps."""
    days = [date_format(date.fromisoformat(day), "D j F") for day in entry.data.get("left_out", [])]
    return _("Left out, because it is on a mission then: %(days)s") % {"days": ", ".join(days)} if days else ""


def sentence_of(entry: Entry) -> str:
    """Return what happened, in a few words."""
    sentence = EDITS.get((entry.subject, entry.verb)) or SENTENCES.get(entry.verb) or entry.verb
    known = _Known(entry.data, code=entry.code)
    known["kind"] = EXPORTED.get(str(known["kind"]), known["kind"])
    return str(sentence) % known


def announcement_of(entries: list[Entry]) -> str:
    """Return the newest of these steps that is a ride's, or an edit of the base's settings, to be said aloud."""
    told = (entry for entry in entries if entry.subject == "ride" or (entry.party in EDITORS and entry.verb != "look"))
    newest = max(told, key=lambda entry: entry.seq, default=None)
    if newest is None:
        return ""
    text = sentence_of(newest)
    return _("%(code)s: %(text)s") % {"code": newest.code, "text": text} if newest.subject == "ride" else text
