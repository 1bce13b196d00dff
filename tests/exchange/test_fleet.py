"""Models, vehicles and service phones as files, those of the earlier service among them."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.exchange.kinds import KINDS
from fleet.models import Handset, Vehicle, VehicleModel
from fleet.states import HandsetState
from tests.exchange.conftest import fates, reasons, send, take_in
from tests.factories import (
    BaseFactory,
    DriverFactory,
    HandsetFactory,
    PlaceFactory,
    VehicleFactory,
    VehicleModelFactory,
)

pytestmark = pytest.mark.django_db

MODELS = "_id;label;capacity\nRZE;Renault Zoé;4\nKNG;Kangoo;3\n"
VEHICLES = (
    "_id;label;model.id;campus.id;campus.name\n"
    "134YZ394;Renault Zoé 01;RZE;BSL;Brest\n135YZ394;Kangoo 01;KNG;BSL;Brest\n"
)
PHONES = (
    "_id;imei;model.id;model.label;number;owner.email;owner.firstname;owner.lastname;campus.id;campus.name;state;comments\n"
    "I801;490154203237518;I8;iPhone8;+33 6 06 06 06 06;yann@example.org;Yann;Le Gall;BSL;Brest;new;\n"
    "I802;356938035643809;I8;iPhone8;;;;;BSL;Brest;unusable;écran cassé\n"
)


class TestModelsAndVehicles:
    def test_of_the_earlier_service_move_over(self, client: Client, base: Base) -> None:
        national = VehicleModelFactory(name="Renault Zoé")
        shown = send(client, MODELS, "models")
        assert fates(shown) == [(2, "Renault Zoé", "same"), (3, "Kangoo", "add")]
        take_in(client, shown)
        own = VehicleModel.objects.get(base=base)
        assert (own.name, own.seats, own.licence) == ("Kangoo", 3, "B")
        take_in(client, send(client, VEHICLES, "vehicles"))
        assert {(v.name, v.plate, v.model, v.base) for v in Vehicle.objects.all()} == {
            ("Renault Zoé 01", "134YZ394", national, base),
            ("Kangoo 01", "135YZ394", own, base),
        }

    def test_due_dates_come_in_and_go_out(self, client: Client, base: Base) -> None:
        vehicle = VehicleFactory(base=base, plate="AB-123-CD", maintenance_due_km=40_000)
        text = "plate;inspection_until;next maintenance until\nAB-123-CD;2027-05-31;2027-01-15\n"
        take_in(client, send(client, text, "vehicles"))
        vehicle.refresh_from_db()
        assert (vehicle.inspection_until, vehicle.maintenance_due_on) == (date(2027, 5, 31), date(2027, 1, 15))
        # A column that the file lacks leaves the field as it is.
        assert vehicle.maintenance_due_km == 40_000
        out = client.get(reverse("base-export", args=[base.code, "vehicles"])).content.decode("utf-8-sig")
        assert "2027-05-31" in out
        assert "40000" in out

    def test_a_model_that_nobody_knows_is_said(self, client: Client, base: Base) -> None:
        shown = send(client, VEHICLES, "vehicles")
        assert {verb for _n, _name, verb in fates(shown)} == {"refused"}
        assert "odel" in reasons(shown)

    def test_another_bases_own_model_and_vehicle_are_nobodys(self, client: Client, base: Base) -> None:
        elsewhere = BaseFactory(code="toulon")
        VehicleModelFactory(name="Their van", base=elsewhere)
        theirs = VehicleFactory(base=elsewhere, plate="AB-999-CD", name="Theirs")
        shown = send(client, "name;plate;model\nOurs;AB-998-CD;Their van\nOurs 2;ab-999-cd;Renault Zoé\n", "vehicles")
        assert {verb for _n, _name, verb in fates(shown)} == {"refused"}
        assert "Another vehicle already has this plate." in reasons(shown)
        take_in(client, shown)
        theirs.refresh_from_db()
        assert (theirs.name, theirs.base) == ("Theirs", elsewhere)

    def test_a_national_model_is_not_theirs_to_change(self, client: Client, base: Base) -> None:
        VehicleModelFactory(name="Renault Zoé", seats=4)
        shown = send(client, "name;seats\nRenault Zoé;40\n", "models")
        assert fates(shown) == [(2, "Renault Zoé", "same")]
        assert VehicleModel.objects.get().seats == 4

    def test_a_vehicle_is_found_by_its_plate_however_written(self, client: Client, base: Base) -> None:
        VehicleFactory(base=base, name="Zoé 1", plate="AB-123-CD", colour="gris")
        shown = send(client, "plate;name;colour;enabled\nab-123-cd;Zoé 1;bleu;non\n", "vehicles")
        ((change, switched),) = [fate.changes for fate in shown.context["plan"].fates]
        assert (change.before, change.after, switched.before, switched.after) == ("gris", "bleu", "1", "0")
        take_in(client, shown)
        assert not Vehicle.objects.get().enabled


class TestHandsets:
    @pytest.fixture
    def yann(self, base: Base) -> User:
        user: User = DriverFactory(base=base, user__email="yann@example.org").user
        return user

    def test_of_the_earlier_service_move_over(self, client: Client, base: Base, yann: User) -> None:
        take_in(client, send(client, PHONES, "handsets"))
        lent, broken = Handset.objects.order_by("serial")
        assert (lent.serial, lent.model, lent.number) == ("I801", "iPhone8", "+33606060606")
        assert (lent.state, lent.holder, broken.state, broken.holder) == (HandsetState.LENT, yann, "broken", None)

    def test_sent_again_changes_nothing(self, client: Client, base: Base, yann: User) -> None:
        take_in(client, send(client, PHONES, "handsets"))
        again = send(client, PHONES, "handsets")
        assert [fate.changes for fate in again.context["plan"].fates] == [[], []]
        assert {verb for _n, _name, verb in fates(again)} == {"same"}

    def test_a_holder_who_does_not_drive_here_is_refused(self, client: Client, base: Base) -> None:
        DriverFactory(base=BaseFactory(code="toulon"), user__email="yann@example.org")
        shown = send(client, PHONES, "handsets")
        assert "does not drive on this base" in reasons(shown)
        take_in(client, shown)
        assert not Handset.objects.exists(), "the phone of the refused line is taken back too"

    def test_a_wrong_imei_and_an_unknown_state_are_refused(self, client: Client, base: Base) -> None:
        lines = "serial;imei;model;state\nA;490154203237519;X;\nB;490154203237518;X;melted\n"
        shown = send(client, lines, "handsets")
        assert [verb for _n, _name, verb in fates(shown)] == ["refused", "refused"]
        assert "is not an IMEI" in reasons(shown)
        assert "is no state of a phone" in reasons(shown)

    def test_another_bases_phone_stays_theirs(self, client: Client, base: Base) -> None:
        theirs = HandsetFactory(base=BaseFactory(code="toulon"), imei="490154203237518")
        shown = send(client, "serial;imei;model\nOURS;490154203237518;X\n", "handsets")
        assert fates(shown) == [(2, "OURS", "refused")]
        theirs.refresh_from_db()
        assert theirs.base.code == "toulon"


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing(client: Client, base: Base, kind: str, form: str) -> None:
    driver = DriverFactory(base=base)
    PlaceFactory(base=base)
    model = VehicleModelFactory(base=base, name="=Own van", licence="D1")
    VehicleFactory(base=base, model=model, name="+Van; “1”")
    HandsetFactory(base=base, holder=driver.user, state=HandsetState.LENT, lent_at=timezone.now())
    HandsetFactory(base=base, state=HandsetState.LOST)
    sent = client.get(reverse("base-export", args=["brest", kind]), {"form": form}).content
    shown = send(client, sent, kind)
    assert {verb for _n, _name, verb in fates(shown)} <= {"same"}, reasons(shown)
