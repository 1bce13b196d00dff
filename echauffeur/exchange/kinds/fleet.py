"""A base's vehicle models, vehicles and service phones as files."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echauffeur.common.refusals import Refusal
from echauffeur.exchange.columns import Column, plain
from echauffeur.exchange.kinds.kind import Kind, refused
from echauffeur.exchange.models import FormerModel
from echauffeur.exchange.plans import Change, Fate
from echauffeur.exchange.tables import Line
from fleet.actions import handsets as actions
from fleet.actions.vehicles import lock_vehicles
from fleet.forms.handsets import HandsetForm
from fleet.forms.vehicles import VehicleForm, VehicleModelForm
from fleet.models import Handset, Vehicle, VehicleModel
from fleet.queries import holders_of
from fleet.states import HandsetState


class Models(Kind):
    """Models of the base's own. One that the whole service knows by the same name is used as it is."""

    key = "models"
    label = gettext_lazy("Vehicle models")
    form_class = VehicleModelForm
    columns = [
        Column("name", gettext_lazy("name"), ("label",)),
        Column("seats", gettext_lazy("passenger seats"), ("capacity",)),
        Column("wheelchair_places", gettext_lazy("wheelchair places")),
        Column("licence", gettext_lazy("licence needed")),
    ]
    former = [*Kind.former, Column("former", gettext_lazy("key in the earlier service"), ("_id", "id"))]

    def rows(self) -> QuerySet[VehicleModel]:
        return VehicleModel.objects.filter(base=self.base)

    def find(self, cells: dict[str, str]) -> VehicleModel | None:
        return self.rows().filter(name__iexact=cells.get("name", "")).first()

    def new(self) -> VehicleModel:
        return VehicleModel(base=self.base)

    def write(self, cells: dict[str, str], line: Line, name: str) -> Fate:
        national = VehicleModel.objects.filter(base=None, name__iexact=name).first()
        if national is not None:
            self._remember(cells, national)
            return Fate(line.number, name, "same", reasons=[_("The whole service has this model.")])
        fate = super().write(cells, line, name)
        if model := self.find(cells):
            self._remember(cells, model)
        return fate

    def _remember(self, cells: dict[str, str], model: VehicleModel) -> None:
        """Keep what the earlier service called the model: the lines of its vehicles say no more."""
        if former := cells.get("former"):
            FormerModel.objects.update_or_create(base=self.base, former=former, defaults={"model": model})


class Vehicles(Kind):
    key = "vehicles"
    label = gettext_lazy("Vehicles")
    form_class = VehicleForm
    columns = [
        Column("name", gettext_lazy("call name"), ("label",)),
        Column("plate", gettext_lazy("plate"), ("_id", "id")),
        Column("model", gettext_lazy("model"), ("model.label", "model.id")),
        Column("colour", gettext_lazy("colour")),
        Column("inspection_until", gettext_lazy("technical inspection holds until")),
        Column("maintenance_due_on", gettext_lazy("next maintenance until")),
        Column("maintenance_due_km", gettext_lazy("next maintenance at (km)")),
        Column("enabled", gettext_lazy("enabled")),
    ]

    def rows(self) -> QuerySet[Vehicle]:
        return Vehicle.objects.of(self.base).with_model().order_by("name")

    def find(self, cells: dict[str, str]) -> Vehicle | None:
        return self.rows().filter(plate__iexact=cells.get("plate", "")).first()

    def new(self) -> Vehicle:
        return Vehicle(base=self.base)

    def lock(self) -> None:
        lock_vehicles(Vehicle.objects.of(self.base).values_list("pk", flat=True))

    def write(self, cells: dict[str, str], line: Line, name: str) -> Fate:
        if (former := cells.get("model")) and not self._is_name(former):
            known = FormerModel.objects.filter(base=self.base, former=former).select_related("model").first()
            cells = cells | ({"model": known.model.name} if known else {})
        return super().write(cells, line, name)

    def _is_name(self, text: str) -> bool:
        return VehicleModel.objects.usable_on(self.base).filter(name__iexact=text).exists()


# How the earlier service judged a phone's condition, and what that means for whether it can be lent.
FORMER_STATES = {
    "new": HandsetState.IN_SERVICE,
    "very good": HandsetState.IN_SERVICE,
    "good": HandsetState.IN_SERVICE,
    "bad": HandsetState.IN_SERVICE,
    "unusable": HandsetState.BROKEN,
}
# The step that leads from the first state to the second; a phone that is lent has a holder.
STEPS: dict[tuple[str, str], Callable[..., Handset]] = {
    (HandsetState.LENT, HandsetState.IN_SERVICE): actions.take_back,
    (HandsetState.IN_SERVICE, HandsetState.BROKEN): actions.report_broken,
    (HandsetState.LENT, HandsetState.BROKEN): actions.report_broken,
    (HandsetState.BROKEN, HandsetState.IN_SERVICE): actions.repair,
    (HandsetState.IN_SERVICE, HandsetState.LOST): actions.report_lost,
    (HandsetState.LENT, HandsetState.LOST): actions.report_lost,
    (HandsetState.BROKEN, HandsetState.LOST): actions.report_lost,
    (HandsetState.LOST, HandsetState.IN_SERVICE): actions.find,
    (HandsetState.IN_SERVICE, HandsetState.RETIRED): actions.retire,
    (HandsetState.BROKEN, HandsetState.RETIRED): actions.retire,
    (HandsetState.LOST, HandsetState.RETIRED): actions.retire,
}


class Handsets(Kind):
    """Service phones, with the steps that lead to the state and the holder that a line says."""

    key = "handsets"
    label = gettext_lazy("Service phones")
    form_class = HandsetForm
    columns = [
        Column("serial", gettext_lazy("serial number"), ("_id", "id")),
        Column("imei", gettext_lazy("IMEI")),
        Column("number", gettext_lazy("phone number")),
        Column("model", gettext_lazy("model"), ("model.label", "model.id")),
        Column("state", gettext_lazy("state")),
        Column("holder", gettext_lazy("holder"), ("owner.email",)),
    ]

    def rows(self) -> QuerySet[Handset]:
        return Handset.objects.of(self.base).select_related("holder").order_by("serial")

    def find(self, cells: dict[str, str]) -> Handset | None:
        return self.rows().filter(imei="".join(cells.get("imei", "").split())).first()

    def new(self) -> Handset:
        return Handset(base=self.base)

    def cells_of(self, row: Handset) -> list[str]:
        return [row.serial, row.imei, row.number, row.model, row.state, row.holder.email if row.holder else ""]

    def write(self, cells: dict[str, str], line: Line, name: str) -> Fate:
        fate = super().write(cells, line, name)
        handset = self.find(cells)
        if fate.verb == "refused" or handset is None:
            return fate
        try:
            moved = self._move(handset, cells)
        except Refusal as refusal:
            return refused(line, name, str(refusal))
        verb = "change" if moved and fate.verb == "same" else fate.verb
        return Fate(line.number, fate.name, verb, changes=[*fate.changes, *moved])

    def _move(self, handset: Handset, cells: dict[str, str]) -> list[Change]:
        """Take the steps to the state and holder of the line, and return what they change. Raises Refusal."""
        before = handset.get_state_display(), str(handset.holder or "")
        state, holder = self._wanted_state(cells, handset), cells.get("holder", "").lower()
        if holder and state in (HandsetState.IN_SERVICE, HandsetState.LENT):
            self._lend(handset, holder)
        elif state != handset.state:
            self._step(handset, state)
        handset.refresh_from_db()
        after = handset.get_state_display(), str(handset.holder or "")
        labels = _("state"), _("holder")
        return [Change(*said) for said in zip(labels, before, after, strict=True) if said[1] != said[2]]

    def _wanted_state(self, cells: dict[str, str], handset: Handset) -> str:
        said = plain(cells.get("state", ""))
        if not said:
            return handset.state
        if said in FORMER_STATES:
            keeps = FORMER_STATES[said] == HandsetState.IN_SERVICE and handset.state == HandsetState.LENT
            return handset.state if keeps else FORMER_STATES[said]
        for value, label in HandsetState.choices:
            if said in {plain(value), plain(str(label))}:
                return value
        raise Refusal(
            _("“%(state)s” is no state of a phone: %(known)s.")
            % {"state": cells["state"], "known": ", ".join(HandsetState.values)}
        )

    def _lend(self, handset: Handset, email: str) -> None:
        holder = holders_of(self.base).filter(email=email).first()
        if holder is None:
            raise Refusal(_("%(email)s does not drive on this base: take the people in first.") % {"email": email})
        if handset.holder_id == holder.pk:
            return
        if handset.state != HandsetState.IN_SERVICE:
            self._step(handset, HandsetState.IN_SERVICE)
        actions.lend(handset=handset, holder=holder, by=self.by)

    def _step(self, handset: Handset, state: str) -> None:
        step = STEPS.get((handset.state, state))
        if step is None:
            raise Refusal(
                _("A phone that is “%(before)s” cannot become “%(after)s” by a file. Do it on its page.")
                % {"before": handset.get_state_display(), "after": HandsetState(state).label}
            )
        step(handset=handset, by=self.by)
