"""The steps on a ride, the control room's and the driver's: each form checks what came in, then takes one action."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import actions as rides
from bookings.models import Ride
from bookings.states import RIDE, CancelReason, DeclineReason, RefusalReason, UnassignReason
from dispatch import actions
from dispatch.models import Mission
from dispatch.plans import Overrulable
from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal.forms import TapForm
from fleet.models import Vehicle

# Verbs that the customer or the driver say too have another address when the control room says them.
ADDRESSES = {"cancel": "cancel-for", "complete": "complete-for", "no_show": "no-show-for"}
# Whoever asked for a ride is not promised one on another day.
FARTHEST_PROMISE = timedelta(days=1)
SAY_WHY = {"required": gettext_lazy("Say why: choose one of the reasons.")}


def reasons_of(verb: str, reasons: type[TextChoices]) -> list[tuple[str, str | Promise]]:
    """Return the reasons that the lifecycle knows for this verb, in the order of their declaration."""
    return [(value, label) for value, label in reasons.choices if value in RIDE.steps[verb].reasons]


class StepForm(forms.Form):
    """One verb of the ride's lifecycle, for a regulator.

    ``label`` stands on its button, ``hotkey`` presses it, ``done`` tells of it; ``asks`` is the question before it, for
    what cannot be undone. ``status`` is the answer's when it was not taken.
    """

    verb: ClassVar[str]
    label: ClassVar[Promise]
    hotkey: ClassVar[str] = ""
    asks: ClassVar[Promise | str] = ""
    done: ClassVar[Promise]
    status = 422
    refusal: Refusal | None = None

    def __init__(self, data: Any = None, *, ride: Ride, **kwargs: Any):
        super().__init__(data, auto_id=f"id_{self.verb}_%s", **kwargs)
        self.ride = ride

    def take(self, by: User) -> bool:
        """Take the step and return whether it was taken; if not, the form's errors say why and what to do."""
        if not self.is_valid():
            return False
        try:
            self.act(by)
        except Refusal as refusal:
            self.refusal, self.status = refusal, refusal.status
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
            return False
        return True

    def act(self, by: User) -> None:
        raise NotImplementedError

    @property
    def url(self) -> str:
        return reverse(f"ride-{ADDRESSES.get(self.verb, self.verb)}", args=[self.ride.code])

    @property
    def done_in_words(self) -> str:
        """What to tell the person once it is done."""
        return str(self.done) % {"code": self.ride.code}


class ConfirmForm(StepForm):
    verb = "confirm"
    label = gettext_lazy("Confirm")
    hotkey = "c"
    done = gettext_lazy("%(code)s is confirmed. It needs a driver next.")

    def act(self, by: User) -> None:
        rides.confirm(ride=self.ride, by=by)


class WaitlistForm(StepForm):
    verb = "waitlist"
    label = gettext_lazy("Waiting list")
    hotkey = "w"
    done = gettext_lazy("%(code)s is on the waiting list.")

    def act(self, by: User) -> None:
        rides.waitlist(ride=self.ride, by=by)


class RefuseForm(StepForm):
    """A refusal, with the sentence that the customer reads."""

    verb = "refuse"
    label = gettext_lazy("Refuse")
    hotkey = "r"
    done = gettext_lazy("%(code)s is refused.")

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=reasons_of("refuse", RefusalReason),
        widget=forms.RadioSelect,
        error_messages=SAY_WHY,
    )
    words = forms.CharField(
        label=gettext_lazy("What the customer reads"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Write a sentence for the customer: it is all they will read of your decision.")
        },
    )

    # To start from, each with the reason that it gives; the regulator may change every word.
    SENTENCES: ClassVar[list[tuple[Promise, RefusalReason]]] = [
        (
            gettext_lazy(
                "We have no driver or vehicle free at that time. Another time may be possible: please call us."
            ),
            RefusalReason.NO_CAPACITY,
        ),
        (
            gettext_lazy("This journey is not a duty ride, so our cars may not make it. A shuttle or a taxi can."),
            RefusalReason.OUT_OF_SCOPE,
        ),
        (gettext_lazy("The place you named lies outside the area we serve."), RefusalReason.OUT_OF_SCOPE),
        (gettext_lazy("You already have a ride at that time, so we keep that one only."), RefusalReason.OTHER),
    ]

    def act(self, by: User) -> None:
        rides.refuse(ride=self.ride, by=by, reason=self.cleaned_data["reason"], words=self.cleaned_data["words"])


class AssignForm(StepForm):
    """A driver and a vehicle: as a proposed pair (``crew``), or each chosen by hand."""

    verb = "assign"
    label = gettext_lazy("Give it to them")
    done = gettext_lazy("%(code)s goes to %(driver)s with %(vehicle)s, pick-up at %(time)s.")
    UNKNOWN = gettext_lazy("Choose one of this base.")

    crew = forms.RegexField(r"^\d{1,18}-\d{1,18}$", required=False)
    driver = forms.ModelChoiceField(
        Driver.objects.none(),
        label=gettext_lazy("Driver"),
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
    )
    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(),
        label=gettext_lazy("Vehicle"),
        required=False,
        error_messages={"invalid_choice": UNKNOWN},
    )
    overrule = forms.CharField(
        label=gettext_lazy("To plan it all the same, say why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("It stands in the journal and in the ride’s history, under your name."),
    )
    promise = forms.DateTimeField(
        required=False, error_messages={"invalid": gettext_lazy("This is not a time. Choose the pick-up again.")}
    )

    def __init__(self, data: Any = None, *, ride: Ride, **kwargs: Any):
        if data is not None and (crew := data.get("crew")):
            driver, _dash, vehicle = crew.partition("-")
            data = {"driver": driver, "vehicle": vehicle, "crew": crew, "promise": data.get("promise")}
        super().__init__(data, ride=ride, **kwargs)
        self.fields["driver"].queryset = Driver.objects.of(ride.base).with_person()  # type: ignore[attr-defined]
        self.fields["vehicle"].queryset = Vehicle.objects.of(ride.base).with_model()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, missing in (("driver", _("Choose a driver.")), ("vehicle", _("Choose a vehicle."))):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, missing)
        return cleaned

    def clean_promise(self) -> datetime | None:
        promise: datetime | None = self.cleaned_data["promise"]
        if promise and promise < timezone.now() - timedelta(minutes=1):
            raise forms.ValidationError(_("This pick-up time has passed. Choose a later one."))
        if promise and promise > max(self.ride.wanted_at, timezone.now()) + FARTHEST_PROMISE:
            raise forms.ValidationError(_("This pick-up is more than a day late. Choose an earlier one."))
        return promise

    def act(self, by: User) -> None:
        chosen = self.cleaned_data
        actions.assign(
            ride=self.ride,
            driver=chosen["driver"],
            vehicle=chosen["vehicle"],
            pickup_at=chosen["promise"],
            by=by,
            confirming=True,
            overrule=chosen["overrule"],
        )

    @property
    def may_overrule(self) -> bool:
        """Whether a reason is all that is missing, or was given and cannot be kept."""
        return isinstance(self.refusal, Overrulable) or "overrule" in self.errors

    @property
    def done_in_words(self) -> str:
        chosen = self.cleaned_data
        pickup_at = self.ride.base.local(chosen["promise"] or self.ride.pickup_at)
        return str(self.done) % {
            "code": self.ride.code,
            "driver": chosen["driver"].short_name,
            "vehicle": chosen["vehicle"].name,
            "time": f"{pickup_at:%H:%M}",
        }


class UnassignForm(StepForm):
    """Taking the ride off its driver; ``mission`` is the one that the regulator was looking at."""

    verb = "unassign"
    label = gettext_lazy("Take off its driver")
    hotkey = "u"
    done = gettext_lazy("%(code)s is without a driver again.")

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=reasons_of("unassign", UnassignReason),
        widget=forms.RadioSelect,
        error_messages=SAY_WHY,
    )
    mission = forms.CharField(required=False, widget=forms.HiddenInput)

    def act(self, by: User) -> None:
        chosen = self.cleaned_data
        actions.unassign(ride=self.ride, by=by, reason=chosen["reason"], seen=chosen["mission"])


class EndForm(StepForm):
    """An end before the destination: why, and words that the customer reads if there is something to say."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), widget=forms.RadioSelect, error_messages=SAY_WHY)
    words = forms.CharField(
        label=gettext_lazy("What the customer reads"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, ride: Ride, **kwargs: Any):
        super().__init__(data, ride=ride, **kwargs)
        self.fields["reason"].choices = reasons_of(self.verb, CancelReason)  # type: ignore[attr-defined]


class CancelForm(EndForm):
    verb = "cancel"
    label = gettext_lazy("Cancel the ride")
    hotkey = "x"
    done = gettext_lazy("%(code)s is cancelled.")

    def act(self, by: User) -> None:
        chosen = self.cleaned_data
        actions.cancel(
            ride=self.ride, by=by, party=Party.REGULATOR, reason=chosen["reason"], words=chosen["words"].strip()
        )


class AbortForm(EndForm):
    verb = "abort"
    label = gettext_lazy("Break off the ride")
    hotkey = "x"
    done = gettext_lazy("%(code)s is broken off.")

    def act(self, by: User) -> None:
        chosen = self.cleaned_data
        actions.abort(ride=self.ride, by=by, reason=chosen["reason"], words=chosen["words"].strip())


class CompleteForm(StepForm):
    verb = "complete"
    label = gettext_lazy("Close as completed")
    asks = gettext_lazy("Have the passengers really arrived? This cannot be undone.")
    done = gettext_lazy("%(code)s is completed.")

    def act(self, by: User) -> None:
        actions.complete(ride=self.ride, by=by, party=Party.REGULATOR)


class NoShowForm(StepForm):
    verb = "no_show"
    label = gettext_lazy("Close: nobody came")
    asks = gettext_lazy("Did really nobody come? This cannot be undone.")
    done = gettext_lazy("%(code)s is closed: nobody came.")

    def act(self, by: User) -> None:
        actions.no_show(ride=self.ride, by=by, party=Party.REGULATOR)


STEP_FORMS: dict[str, type[StepForm]] = {
    form.verb: form
    for form in (
        ConfirmForm,
        WaitlistForm,
        RefuseForm,
        AssignForm,
        UnassignForm,
        CancelForm,
        CompleteForm,
        NoShowForm,
        AbortForm,
    )
}


class LookForm(forms.Form):
    """What the tower's address asks for; nonsense in it asks for nothing."""

    day = forms.DateField(
        required=False, validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
    )
    ride = forms.CharField(required=False, max_length=12)
    at = forms.TimeField(required=False)

    def look(self) -> dict[str, Any]:
        """Return the address's ``day``, ``ride`` and ``at``, each None or empty when it cannot be read."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


def promise_at(ride: Ride, clock: time) -> datetime:
    """Return the moment nearest to the wish at which the base's clock shows this time."""
    wanted = ride.base.local(ride.wanted_at)
    moments = [ride.base.at(wanted.date() + timedelta(days=days), clock) for days in (-1, 0, 1)]
    return min(moments, key=lambda moment: abs(moment - ride.wanted_at))


class DeclineForm(TapForm):
    """Why the driver cannot do this mission."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why can you not do it?"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages=SAY_WHY,
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"), required=False, max_length=300, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: Any = None, *, mission: Mission) -> None:
        super().__init__(data, auto_id=f"{mission.code}-%s")
        self.mission = mission

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == DeclineReason.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Write what the reason is: the control room has to find another driver."))
        return cleaned
