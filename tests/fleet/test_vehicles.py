"""A manager's pages of vehicles, their models, and when they are out of service."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from fleet.actions import vehicles as actions
from fleet.forms.vehicles import VehicleForm, VehicleModelForm
from fleet.models import Unavailability, Vehicle, VehicleModel
from tests.factories import UnavailabilityFactory, VehicleFactory, VehicleModelFactory
from tests.fleet.conftest import steps
from tests.life.journeys import journey_to

pytestmark = pytest.mark.django_db


def zoe(**changes: Any) -> dict[str, Any]:
    """Return what is typed for a vehicle."""
    model = changes.pop("model", None) or VehicleModelFactory()
    return {"name": "Zoé 9", "plate": "ab-123-cd", "model": model.pk, "colour": "bleu", "enabled": "on"} | changes


class TestVehicles:
    def test_added_with_its_step(self, client: Client, base: Base) -> None:
        answer = client.post(reverse("base-vehicle-add", args=[base.code]), zoe(), follow=True)
        assert "is saved" in answer.content.decode()
        vehicle = Vehicle.objects.get()
        assert (vehicle.base, vehicle.plate) == (base, "AB-123-CD")
        assert steps() == [("add", "vehicle", "Zoé 9", ["name", "plate", "model", "colour"])]

    def test_only_what_changed_is_written_and_told(self, client: Client, base: Base) -> None:
        vehicle = VehicleFactory(base=base, name="Zoé 9", plate="AB-123-CD", colour="bleu")
        address = reverse("base-vehicle", args=[base.code, vehicle.pk])
        for _ in range(2):
            assert client.post(address, zoe(colour="noir")).status_code == 302
        vehicle.refresh_from_db()
        assert vehicle.colour == "noir"
        assert steps() == [("change", "vehicle", "Zoé 9", ["colour"])]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"plate": "GH-456-JK"}, "Another vehicle already has this plate."),
            ({"name": "Zoé 1"}, "This base already has a vehicle of that name."),
            ({"model": None, "name": ""}, "This field is required."),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_is_lost(
        self, client: Client, base: Base, changes: dict[str, Any], sentence: str
    ) -> None:
        VehicleFactory(base=base, name="Zoé 1", plate="GH-456-JK")
        answer = client.post(reverse("base-vehicle-add", args=[base.code]), zoe(**changes))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert 'value="bleu"' in answer.content.decode()
        assert Vehicle.objects.count() == 1

    def test_one_that_drove_is_kept(self, client: Client) -> None:
        journey = journey_to("assigned")
        address = reverse("base-vehicle-remove", args=[journey.base.code, journey.vehicle.pk])
        answer = client.post(address, follow=True)
        assert "has a history" in answer.content.decode()
        assert Vehicle.objects.filter(pk=journey.vehicle.pk).exists()

    def test_one_that_never_drove_goes(self, client: Client, base: Base) -> None:
        vehicle = VehicleFactory(base=base, name="Zoé 9")
        client.post(reverse("base-vehicle-remove", args=[base.code, vehicle.pk]))
        assert not Vehicle.objects.exists()
        assert steps() == [("remove", "vehicle", "Zoé 9", [])]

    def test_found_by_name_plate_or_model(self, client: Client, base: Base) -> None:
        VehicleFactory(base=base, name="Zoé 1", plate="GH-456-JK")
        VehicleFactory(base=base, name="Car 1", plate="XX-999-YY", model=VehicleModelFactory(name="Iveco"))
        for words, found in {"zoé 1": "Zoé 1", "xx-999": "Car 1", "iveco": "Car 1"}.items():
            page = client.get(reverse("base-vehicles", args=[base.code]), {"q": words}).content.decode()
            assert found in page
            assert ({"Zoé 1", "Car 1"} - {found}).pop() not in page

    def test_the_form_needs_no_page(self, base: Base, manager: User) -> None:
        """A file is imported with it, line by line."""
        form = VehicleForm(zoe(), instance=Vehicle(base=base))
        assert form.save_as(manager)
        again = VehicleForm(zoe(name="Zoé 10"), instance=Vehicle(base=base))
        assert not again.save_as(manager)
        assert list(again.errors) == ["plate"]

    @pytest.mark.parametrize(("name", "few"), [("base-vehicles", 10), ("base-models", 10), ("base-handsets", 10)])
    def test_a_list_asks_no_more_for_many(
        self, client: Client, base: Base, name: str, few: int, django_assert_max_num_queries: Any
    ) -> None:
        vehicles = VehicleFactory.create_batch(300, base=base)
        UnavailabilityFactory(vehicle=vehicles[0])
        with django_assert_max_num_queries(few):
            assert "table--cards" in client.get(reverse(name, args=[base.code])).content.decode() or "handsets" in name


class TestModels:
    def test_a_base_adds_what_is_missing_for_itself_alone(self, client: Client, base: Base, toulon: Base) -> None:
        typed = {"name": "Jumper", "seats": 7, "wheelchair_places": 1, "licence": "B"}
        assert client.post(reverse("base-model-add", args=[base.code]), typed).status_code == 302
        model = VehicleModel.objects.get()
        assert model.base == base
        assert steps()[0][:3] == ("add", "model", "Jumper")
        assert VehicleModel.objects.usable_on(base).exists()
        assert not VehicleModel.objects.usable_on(toulon).exists()

    def test_two_bases_may_use_one_name_but_none_twice(self, base: Base, toulon: Base) -> None:
        for owner in (base, toulon, None):
            VehicleModel.objects.create(base=owner, name="Jumper", seats=3)
        for owner in (base, None):
            with pytest.raises(IntegrityError), transaction.atomic():
                VehicleModel.objects.create(base=owner, name="Jumper", seats=3)

    def test_a_name_of_the_services_is_refused_in_words(self, base: Base) -> None:
        VehicleModelFactory(name="Renault Zoé")
        form = VehicleModelForm({"name": "renault zoé", "seats": 4, "licence": "B"}, instance=VehicleModel(base=base))
        assert "already has a model of that name" in str(form.errors["name"])

    def test_the_services_and_other_bases_are_not_theirs_to_change(
        self, client: Client, base: Base, toulon: Base
    ) -> None:
        for row in (VehicleModelFactory(), VehicleModelFactory(name="Theirs", base=toulon)):
            for name in ("base-model", "base-model-remove"):
                assert client.get(reverse(name, args=[base.code, row.pk])).status_code == 404
                assert client.post(reverse(name, args=[base.code, row.pk])).status_code == 404

    def test_a_vehicle_takes_no_model_of_another_base(
        self, client: Client, base: Base, toulon: Base, manager: User
    ) -> None:
        theirs = VehicleModelFactory(name="Theirs", base=toulon)
        answer = client.post(reverse("base-vehicle-add", args=[base.code]), zoe(model=theirs))
        assert answer.status_code == 422
        assert not Vehicle.objects.exists()
        vehicle = VehicleFactory.build(base=base, model=theirs)
        with pytest.raises(ValidationError):
            vehicle.clean()
        with pytest.raises(Refusal, match="another base"):
            actions.save_vehicle(vehicle=vehicle, fields=["model"], by=manager)

    def test_a_model_that_others_use_becomes_nobodys_own(self, base: Base, toulon: Base) -> None:
        model = VehicleFactory(base=toulon).model
        model.base = base
        with pytest.raises(ValidationError, match="Other bases have vehicles of this model"):
            model.clean()

    def test_one_in_use_is_kept(self, client: Client, base: Base) -> None:
        model = VehicleFactory(base=base, model=VehicleModelFactory(name="Jumper", base=base)).model
        answer = client.post(reverse("base-model-remove", args=[base.code, model.pk]), follow=True)
        assert "1 vehicle is of this model" in answer.content.decode()
        Vehicle.objects.all().delete()
        client.post(reverse("base-model-remove", args=[base.code, model.pk]))
        assert not VehicleModel.objects.filter(pk=model.pk).exists()

    def test_administrators_tell_of_a_model_that_no_base_has_yet(self, administration: Client) -> None:
        typed = {"name": "Jumper", "seats": 7, "wheelchair_places": 1, "licence": "B"}
        assert administration.post("/admin/fleet/vehiclemodel/add/", typed).status_code == 302
        entry = Entry.objects.get()
        assert (entry.base, entry.verb, entry.code) == (None, "add", "Jumper")


class TestOutOfService:
    def test_only_those_not_over_are_shown(self, client: Client, base: Base) -> None:
        vehicle, now = VehicleFactory(base=base), timezone.now()
        UnavailabilityFactory(
            vehicle=vehicle, note="Terminé", period=(now - timedelta(days=2), now - timedelta(days=1))
        )
        UnavailabilityFactory(vehicle=vehicle, note="En cours", period=(now - timedelta(days=2), None))
        page = client.get(reverse("base-vehicle", args=[base.code, vehicle.pk])).content.decode()
        assert "En cours" in page
        assert "Terminé" not in page
        assert "Breakdown" in client.get(reverse("base-vehicles", args=[base.code])).content.decode()


def test_rows_of_another_base_are_missing_rows(client: Client, base: Base, toulon: Base) -> None:
    vehicle = VehicleFactory(base=toulon)
    out = UnavailabilityFactory(vehicle=vehicle)
    rows = {"base-vehicle": vehicle, "base-vehicle-remove": vehicle}
    rows |= {"planning-unavailability": out, "planning-unavailability-end": out, "planning-unavailability-move": out}
    for name, row in rows.items():
        for pk in (row.pk, 0, 999_999):
            assert client.post(reverse(name, args=[base.code, pk]), zoe()).status_code == 404, name
    assert Vehicle.objects.get() == vehicle
    assert Unavailability.objects.get().period.upper == out.period[1]
