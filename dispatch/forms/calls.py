"""Booking for somebody on the phone, against the base's rules too when there is a reason."""

from typing import Any
from uuid import uuid4

import orjson
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import actions as rides
from bookings.forms import RideForm
from bookings.models import Ride
from bookings.rules import AgainstTheRules, Broken, Verdict, Wish, check_wish
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal.actions import Tap


class CallForm(RideForm):
    """A ride for somebody on the phone. ``tap`` names the press of the button.

    ``overrule`` is asked for once rules of the base stand in the way: they are then in ``broken``.
    """

    tap = forms.UUIDField(widget=forms.HiddenInput, error_messages={"invalid": gettext_lazy("Reload the page.")})
    overrule = forms.CharField(
        label=gettext_lazy("Overrule, because…"),
        help_text=gettext_lazy("The ride’s history keeps the rule, your name and this reason."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    status = 422

    def __init__(self, data: Any = None, *, base: Base, typed: dict[str, str] | None = None):
        """``typed``: what an earlier sheet held that was not sent."""
        self.broken: list[Broken] = []
        super().__init__(data, base=base, party=Party.REGULATOR, initial={"tap": uuid4(), **(typed or {})})
        for name in ("base", "drawn_for", "draft"):
            del self.fields[name]
        self.fields["origin"].widget.attrs.pop("data-from-here", None)
        self.fields["origin"].empty_label = _("Where from?")  # type: ignore[attr-defined]
        self.fields["destination"].empty_label = _("Where to?")  # type: ignore[attr-defined]
        if not self.is_bound:
            self.status = 200

    @property
    def may_overrule(self) -> bool:
        """Whether the sheet asks for a reason to overrule: rules stand in the way, or one was given before."""
        return bool(self.broken or self["overrule"].value())

    def judge(self, wish: Wish) -> Verdict:
        """Return what the base's rules make of the wish. Raises Refusal when they forbid it."""
        try:
            return check_wish(self.served, wish, party=self.party, overrule=self.cleaned_data["overrule"])
        except AgainstTheRules as refusal:
            self._ask_why(refusal)
            raise

    def words_of(self, broken: Broken) -> str:
        """Return the rule alone: who reads it may overrule it, and is the control room that others would call."""
        return broken.sentence

    def book(self, by: User) -> Ride | None:
        """Book and return the ride; None when the base's rules or the form forbid it, and the errors say why."""
        if not self.is_valid():
            return None
        tap = Tap(self.cleaned_data["tap"], orjson.dumps(self.typed, option=orjson.OPT_SORT_KEYS).decode())
        overrule = self.cleaned_data["overrule"]
        try:
            return rides.request(
                base=self.served, wish=self.wish, by=by, party=Party.REGULATOR, overrule=overrule, tap=tap
            )
        except Refusal as refusal:
            if isinstance(refusal, AgainstTheRules):
                self._ask_why(refusal)
            self.status = refusal.status
            self.add_error(None, str(refusal))
            return None

    def _ask_why(self, refusal: AgainstTheRules) -> None:
        """Have the sheet ask for a reason; say what is missing when it asked before."""
        self.broken = refusal.broken
        self.fields["overrule"].required = True
        if "overrule" in self.data:
            self.add_error("overrule", _("Write why the rule does not hold for this ride, or change the ride."))
