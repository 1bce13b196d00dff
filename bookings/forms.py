"""What customers type, checked against the base's rules before anything is written."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.rules import AgainstTheRules, Broken, Origin, Verdict, Wish, check_area, check_wish
from bookings.states import CUSTOMERS_CANCEL
from echauffeur.accounts.models import User, normal_phone, phone_in_words
from echauffeur.bases.models import Base, Category, Place
from echauffeur.bases.queries import nearest_place, places_matching
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal

NEAR_METRES = 400
CERTAIN = 2.0  # the rank of places_matching from which the words stand in the name, rather than resemble it
ASAP, AT = "asap", "at"
PICKED = ("origin", "destination", "category")
# What goes into the wish as it was typed.
ASKED = ("passenger_name", "phone", "passengers", "luggage", "wheelchairs", "note", "category", "motive")
# Where a refusal of the rules is shown, by the name the rules give it.
SHOWN_AT = {"asap": "when", "wanted_at": "clock"}


class JudgedByTheForm:
    """A field that must be filled, but whose form says so itself: what is missing depends on other fields."""

    def clean(self, value: Any) -> Any:
        return None if value in self.empty_values else super().clean(value)  # type: ignore[misc,attr-defined]


class PlaceField(JudgedByTheForm, forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic
    """A place of the base, found by its name in a search box. Which base is the form's to say."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("This place is not served any more. Choose one from the list.")
    }

    def __init__(self, **kwargs: Any):
        super().__init__(Place.objects.none(), **kwargs)


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic
    """A kind of transport that the base offers. Which base is the form's to say."""

    widget = forms.RadioSelect
    default_error_messages = {
        "required": gettext_lazy("Choose what kind of transport it is."),
        "invalid_choice": gettext_lazy("This kind of transport is not offered any more. Choose one from the list."),
    }

    def __init__(self, **kwargs: Any):
        super().__init__(Category.objects.none(), empty_label=None, **kwargs)


class DayField(JudgedByTheForm, forms.DateField):
    """A day, written by hand or picked."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": gettext_lazy("This is not a day. Write it as day/month/year.")}


class ClockField(JudgedByTheForm, forms.TimeField):
    """A time of day, written as people write it: 14:30, 14h30."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    input_formats = ["%H:%M", "%H:%M:%S", "%Hh%M", "%H h %M", "%Hh", "%H.%M"]
    default_error_messages = {"invalid": gettext_lazy("This is not a time. Write hours and minutes, such as 14:30.")}


class MotiveField(JudgedByTheForm, forms.CharField):
    """What a ride is for. Whether it must be said is the base's rule, which a regulator may overrule."""

    def clean(self, value: Any) -> str:
        return super().clean(value) or ""


class RideForm(forms.Form):
    """A wish for a ride on one base. Day and time are read on the base's own clock.

    Once valid it holds the ``wish`` and the moment of pick-up that the base's rules make of it.
    """

    wish: Wish
    pickup_at: datetime

    base = forms.ModelChoiceField(
        Base.objects.all(),
        label=gettext_lazy("Base"),
        to_field_name="code",
        empty_label=None,
        widget=forms.Select(attrs={"data-auto-submit": True, "form": "ride-form"}),
    )
    drawn_for = forms.CharField(widget=forms.HiddenInput, required=False)
    draft = forms.CharField(widget=forms.HiddenInput, required=False)
    origin = PlaceField(label=gettext_lazy("From"), empty_label=gettext_lazy("Where do we pick you up?"))
    latitude = forms.FloatField(min_value=-90, max_value=90, required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(min_value=-180, max_value=180, required=False, widget=forms.HiddenInput)
    destination = PlaceField(label=gettext_lazy("To"), empty_label=gettext_lazy("Where are you going?"))
    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[(ASAP, gettext_lazy("As soon as possible")), (AT, gettext_lazy("At a set time"))],
        widget=forms.RadioSelect,
        initial=ASAP,
        error_messages={"required": gettext_lazy("Choose “as soon as possible” or a set time.")},
    )
    day = DayField(label=gettext_lazy("Day"))
    clock = ClockField(label=gettext_lazy("Time"))
    category = CategoryField(label=gettext_lazy("Kind of transport"))
    motive = MotiveField(
        label=gettext_lazy("Motive"),
        help_text=gettext_lazy("What the ride is for. The control room reads it, the driver does not."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    passengers = forms.IntegerField(
        label=gettext_lazy("Passengers"),
        min_value=1,
        max_value=999,
        initial=1,
        error_messages={"min_value": gettext_lazy("A ride carries at least one passenger.")},
    )
    luggage = forms.IntegerField(label=gettext_lazy("Luggage"), min_value=0, max_value=99, initial=0)
    wheelchairs = forms.IntegerField(label=gettext_lazy("Wheelchairs"), min_value=0, max_value=99, initial=0)
    passenger_name = forms.CharField(
        label=gettext_lazy("Passenger"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write the name that the driver asks for.")},
    )
    phone = forms.CharField(
        label=gettext_lazy("Passenger's phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"required": gettext_lazy("Write a number: the driver calls it when nobody is at the stop.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the driver"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, base: Base, party: Party = Party.CUSTOMER, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.served = base
        self.party = party
        self._draw()

    def _draw(self) -> None:
        base, today = self.served, self.served.today()
        self.initial = {"day": today, **self.initial, "base": base.code, "drawn_for": base.code}
        for name in ("origin", "destination"):
            field = cast(PlaceField, self.fields[name])
            field.queryset = base.places.enabled()
            field.widget.attrs["data-place-search"] = f"/places/?base={base.code}"
            field.widget.attrs["data-typed"] = self._words_in_box(name)
        self._draw_rules()
        self.fields["origin"].widget.attrs |= {"data-from-here": "id_latitude id_longitude", "autofocus": True}
        self.fields["day"].widget.attrs |= {"min": today, "max": today + timedelta(days=base.horizon_days)}
        self.fields["when"].help_text = _("On the clock of %(base)s, where it is now %(now)s.") % {
            "base": base.name,
            "now": f"{base.local(timezone.now()):%H:%M}",
        }

    def _draw_rules(self) -> None:
        """Ask for what the base wants to know: a kind of transport where it offers some, a motive by its rule."""
        offered = list(self.served.categories.enabled())
        if offered:
            cast(CategoryField, self.fields["category"]).queryset = self.served.categories.enabled()
        else:
            del self.fields["category"]
        if len(offered) == 1:
            self.initial = {**self.initial, "category": offered[0].pk}
        self.fields["motive"].required = self.served.motive_required

    @classmethod
    def for_customer(cls, user: User, *, base: Base, typed: dict[str, Any] | None = None) -> "RideForm":
        """Return a form not yet sent, filled with what is known of the person, and what was typed or asked before."""
        known = {"passenger_name": user.get_full_name(), "phone": phone_in_words(user.phone)}
        return cls(base=base, initial=known | (typed or {}))

    def clean_phone(self) -> str:
        return normal_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        origin = self._origin()
        destination = self._place("destination", _("Choose where you are going: type a name, pick it in the list."))
        wanted_at = self._wanted_at()
        if not self.errors and origin and destination:
            self._check(origin, destination, wanted_at)
        return cleaned

    def _check(self, origin: Origin, destination: Place, wanted_at: datetime | None) -> None:
        asked = {name: self.cleaned_data[name] for name in ASKED if name in self.cleaned_data}
        wish = Wish(origin, destination, wanted_at, **asked)
        try:
            self.pickup_at = self.judge(wish).pickup_at
        except AgainstTheRules as refusal:
            for rule in refusal.broken:
                self.add_error(SHOWN_AT.get(rule.field, rule.field), self.words_of(rule))
        except Refusal as refusal:
            self.add_error(SHOWN_AT.get(refusal.field or "", refusal.field), str(refusal))
        else:
            self.wish = wish

    def judge(self, wish: Wish) -> Verdict:
        """Return what the base's rules make of the wish. Raises Refusal when they forbid it."""
        return check_wish(self.served, wish, party=self.party)

    def words_of(self, broken: Broken) -> str:
        """Return what is said at the field of a broken rule."""
        return broken.refusal

    # --- where ---

    def _typed_name(self, name: str) -> str:
        """What stands in the search box when no place was picked from its list."""
        return str(self.data.get(f"{name}_typed", "")).strip()[:80]

    def _words_in_box(self, name: str) -> str:
        here = name == "origin" and (self["latitude"].value() not in (None, ""))
        return _("My position") if here else self._typed_name(name)

    def _place(self, name: str, missing: str) -> Place | None:
        """Return the place picked, or the only one that goes by what was typed; else say what to do."""
        if name in self.errors or (place := self.cleaned_data.get(name)):
            return None if name in self.errors else place
        if not (typed := self._typed_name(name)):
            self.add_error(name, missing)
            return None
        found = [place for place in places_matching(self.served, typed)[:4] if getattr(place, "rank", 0) >= CERTAIN]
        if len(found) == 1:
            self.cleaned_data[name] = found[0]
            return found[0]
        self.add_error(name, self._unknown(typed, found))
        return None

    def _unknown(self, typed: str, found: list[Place]) -> str:
        if not found:
            unknown = _("%(base)s has no place called “%(typed)s”. Choose one from the list, or call the control room.")
            return unknown % {"base": self.served.name, "typed": typed}
        return _("“%(typed)s” may be %(places)s. Choose one from the list.") % {
            "typed": typed,
            "places": ", ".join(place.name for place in found),
        }

    def _origin(self) -> Origin | None:
        """Return where the ride starts: the place picked or typed, else the person's own position."""
        if {"latitude", "longitude"} & set(self.errors):
            for name in ("latitude", "longitude"):
                self.errors.pop(name, None)
            self.add_error("origin", _("Your position could not be read. Choose a place from the list."))
            return None
        latitude, longitude = self.cleaned_data["latitude"], self.cleaned_data["longitude"]
        if latitude is not None and longitude is not None and not self.cleaned_data.get("origin"):
            return self._here(latitude, longitude)
        place = self._place("origin", _("Choose where the ride starts: type a name, pick it in the list."))
        return Origin.at(place) if place else None

    def _here(self, latitude: float, longitude: float) -> Origin | None:
        here = Origin(_("The passenger's position"), latitude, longitude)
        try:
            check_area(self.served, here, "origin")
        except Refusal as refusal:
            self.add_error("origin", str(refusal))
            return None
        place, metres = nearest_place(self.served, latitude, longitude) or (None, 0)
        if place and metres <= place.arrival_radius_m:
            return Origin.at(place)
        near = place and metres <= NEAR_METRES
        return Origin((_("Near %(place)s") % {"place": place})[:80], latitude, longitude) if near else here

    # --- when ---

    def _wanted_at(self) -> datetime | None:
        """Return the moment meant, or None for as soon as possible or when it could not be read."""
        if self.cleaned_data.get("when") == ASAP:
            self.errors.pop("day", None)
            self.errors.pop("clock", None)
            return None
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get("clock")
        if day is None and "day" not in self.errors:
            self.add_error("day", _("Choose the day."))
        if clock is None and "clock" not in self.errors:
            self.add_error("clock", _("Choose the time, or “as soon as possible”."))
        return self._moment(day, clock) if day and clock else None

    def _moment(self, day: date, clock: time) -> datetime | None:
        if abs(day - self.served.today()) > timedelta(days=3660):
            self.add_error("day", _("This day is years away. Choose one in the calendar."))
            return None
        moment = self.served.at(day, clock)
        real = moment.astimezone(UTC).astimezone(self.served.zone)
        if real.time() != clock:
            self.add_error(
                "clock",
                _("%(clock)s does not exist that night: the clocks go forward. Choose %(real)s or another time.")
                % {"clock": f"{clock:%H:%M}", "real": f"{real:%H:%M}"},
            )
        return moment

    # --- back and forth ---

    @property
    def typed(self) -> dict[str, str]:
        """Everything that was typed, as the next step sends it again. Only for a valid form."""
        picked = {name: self[name].value() or "" for name in self.fields}
        picked |= {name: getattr(self.cleaned_data[name], "pk", "") for name in PICKED if name in self.fields}
        return {name: str(value) for name, value in picked.items()}


class CancelForm(forms.Form):
    """Why a customer cancels."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you cancel?"),
        choices=[(reason.value, reason.label) for reason in CUSTOMERS_CANCEL],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a reason: it helps the control room plan."),
            "invalid_choice": gettext_lazy("Choose one of the reasons."),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("A word for the control room"), required=False, max_length=300, widget=forms.TextInput
    )


class RatingForm(forms.Form):
    """The customer's judgement."""

    rating = forms.IntegerField(
        min_value=1,
        max_value=5,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), gettext_lazy("Choose from one to five stars.")
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("What went well, or not?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
