"""Vehicles and drivers, on the clock of their base."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from drivers.models import Driver, Shift, ShiftPattern
from echauffeur.accounts.queries import may
from echauffeur.accounts.roles import Permission
from echauffeur.bases.models import Base
from fleet.models import Unavailability, Vehicle
from tests.factories import (
    AbsenceFactory,
    BaseFactory,
    ShiftFactory,
    ShiftPatternFactory,
    UnavailabilityFactory,
    UnavailabilityPatternFactory,
    UserFactory,
    VehicleFactory,
    VehicleModelFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def noumea() -> Base:
    """A base eleven hours ahead of UTC; the administrator's own is Brest."""
    return BaseFactory(code="noumea", time_zone="Pacific/Noumea")


def driver_form(base: Base, **changes: Any) -> dict[str, Any]:
    form = {
        "base": base.pk, "user": UserFactory(base=base).pk, "enabled": "on", "sharing": "on",
        "licences-TOTAL_FORMS": "1", "licences-INITIAL_FORMS": "0",
        "licences-0-category": "B", "licences-0-expires_on": "2099-12-31",
        "shifts-TOTAL_FORMS": "2", "shifts-INITIAL_FORMS": "0",
        "shifts-0-period_0": "2098-07-14T08:00", "shifts-0-period_1": "2098-07-14T16:00",
    }  # fmt: skip
    return form | changes


def test_a_driver_with_licence_and_shift_is_one_form_and_may_drive(administration: Client, noumea: Base) -> None:
    assert administration.post("/admin/drivers/driver/add/", driver_form(noumea)).status_code == 302
    driver = Driver.objects.get()
    assert [licence.category for licence in driver.licences.all()] == ["B"]
    assert may(driver.user, Permission.DRIVE, noumea)


def test_a_shift_is_written_and_read_on_the_bases_clock(administration: Client, noumea: Base) -> None:
    administration.post("/admin/drivers/driver/add/", driver_form(noumea))
    driver = Driver.objects.get()
    assert driver.shifts.get().period.lower == datetime(2098, 7, 13, 21, 0, tzinfo=UTC)
    page = administration.get(f"/admin/drivers/driver/{driver.pk}/change/").content.decode()
    assert 'value="2098-07-14T08:00"' in page
    assert "on the clock of Pacific/Noumea" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"shifts-0-period_1": "2098-07-14T07:00"}, "start of the range must not exceed the end"),
        ({"shifts-0-period_1": ""}, "A shift has a beginning and, after it, an end."),
        ({"shifts-0-period_0": "tomorrow"}, "Enter a valid date/time"),
        ({"licences-0-category": "Z"}, "not one of the available choices"),
        ({"user": "999999"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said(administration: Client, noumea: Base, changes: dict[str, str], sentence: str) -> None:
    with override("en"):
        answer = administration.post("/admin/drivers/driver/add/", driver_form(noumea, **changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Driver.objects.exists()


@pytest.mark.parametrize("already_there", [True, False])
def test_shifts_that_overlap_are_refused_in_words(administration: Client, noumea: Base, already_there: bool) -> None:
    form = driver_form(noumea)
    overlap = {"shifts-1-period_0": "2098-07-14T12:00", "shifts-1-period_1": "2098-07-14T20:00"}
    address = "/admin/drivers/driver/add/"
    if already_there:
        administration.post(address, form)
        driver = Driver.objects.get()
        address = f"/admin/drivers/driver/{driver.pk}/change/"
        form |= {"licences-TOTAL_FORMS": "0", "shifts-INITIAL_FORMS": "1"}
        form |= {"shifts-0-id": driver.shifts.get().pk, "shifts-0-driver": driver.pk}
    with override("en"):
        answer = administration.post(address, form | overlap)
    assert answer.status_code == 200
    assert "already on duty" in answer.content.decode()


def test_a_vehicle_is_out_of_service_on_the_bases_clock(administration: Client, noumea: Base) -> None:
    form = {
        "base": noumea.pk, "model": VehicleModelFactory().pk, "name": "Zoé 1", "plate": "ab-123-cd", "enabled": "on",
        "unavailabilities-TOTAL_FORMS": "1", "unavailabilities-INITIAL_FORMS": "0",
        "unavailabilities-0-period_0": "2098-07-14T08:00", "unavailabilities-0-reason": "maintenance",
    }  # fmt: skip
    assert administration.post("/admin/fleet/vehicle/add/", form).status_code == 302
    assert Vehicle.objects.get().plate == "AB-123-CD"
    period = Unavailability.objects.get().period
    assert (period.lower, period.upper) == (datetime(2098, 7, 13, 21, 0, tzinfo=UTC), None)


def test_a_day_that_comes_back_and_is_removed_is_not_made_anew(administration: Client, noumea: Base) -> None:
    vehicle = VehicleFactory(base=noumea)
    day = datetime(2098, 7, 14, tzinfo=UTC)
    pattern = UnavailabilityPatternFactory(vehicle=vehicle)
    out = UnavailabilityFactory(
        vehicle=vehicle, pattern=pattern, on=day.date(), by_hand=False, period=(day, day.replace(hour=2))
    )
    form = {
        "base": noumea.pk, "model": vehicle.model_id, "name": vehicle.name, "plate": vehicle.plate, "enabled": "on",
        "unavailabilities-TOTAL_FORMS": "1", "unavailabilities-INITIAL_FORMS": "1", "unavailabilities-0-id": out.pk,
        "unavailabilities-0-vehicle": vehicle.pk, "unavailabilities-0-period_0": "2098-07-14T11:00",
        "unavailabilities-0-period_1": "2098-07-14T13:00", "unavailabilities-0-reason": out.reason,
        "unavailabilities-0-DELETE": "on",
    }  # fmt: skip
    assert administration.post(f"/admin/fleet/vehicle/{vehicle.pk}/change/", form).status_code == 302
    assert not Unavailability.objects.exists()
    pattern.refresh_from_db()
    assert pattern.skipped == [day.date()]


def test_a_plate_stands_on_one_vehicle_only_however_written(administration: Client, noumea: Base) -> None:
    VehicleFactory(plate="AB-123-CD")
    form = {"base": noumea.pk, "model": VehicleModelFactory().pk, "name": "Zoé 1", "plate": "ab-123-cd"}
    form |= {"unavailabilities-TOTAL_FORMS": "0", "unavailabilities-INITIAL_FORMS": "0"}
    with override("en"):
        assert "already exists" in administration.post("/admin/fleet/vehicle/add/", form).content.decode()


class TestPlans:
    """Patterns and absences are looked into; a shift changed or removed here leaves its pattern."""

    @pytest.fixture
    def shift(self, noumea: Base) -> Shift:
        pattern = ShiftPatternFactory(driver__base=noumea)
        day = datetime(2098, 7, 14, tzinfo=UTC)
        shift: Shift = ShiftFactory(
            driver=pattern.driver, pattern=pattern, on=day.date(), by_hand=False, period=(day, day.replace(hour=8))
        )
        return shift

    def sent(self, shift: Shift, **changes: str) -> dict[str, Any]:
        form = driver_form(shift.driver.base, user=shift.driver.user_id)
        form |= {"licences-TOTAL_FORMS": "0", "shifts-TOTAL_FORMS": "1", "shifts-INITIAL_FORMS": "1"}
        form |= {"shifts-0-id": shift.pk, "shifts-0-driver": shift.driver_id}
        return form | {"shifts-0-period_0": "2098-07-14T11:00", "shifts-0-period_1": "2098-07-14T19:00"} | changes

    def test_one_that_is_changed_no_longer_follows(self, administration: Client, shift: Shift) -> None:
        address = f"/admin/drivers/driver/{shift.driver_id}/change/"
        sent = self.sent(shift, **{"shifts-0-period_1": "2098-07-14T20:00"})
        assert administration.post(address, sent).status_code == 302
        shift.refresh_from_db()
        assert (shift.by_hand, shift.period.upper) == (True, datetime(2098, 7, 14, 9, tzinfo=UTC))

    def test_one_that_is_removed_does_not_come_back(self, administration: Client, shift: Shift) -> None:
        address = f"/admin/drivers/driver/{shift.driver_id}/change/"
        assert administration.post(address, self.sent(shift, **{"shifts-0-DELETE": "on"})).status_code == 302
        assert ShiftPattern.objects.get().skipped == [date(2098, 7, 14)]

    def test_a_break_that_would_lie_outside_is_said(self, administration: Client, shift: Shift) -> None:
        shift.breaks = [(shift.period[0], shift.period[0].replace(minute=30))]
        shift.save()
        address = f"/admin/drivers/driver/{shift.driver_id}/change/"
        with override("en"):
            answer = administration.post(address, self.sent(shift, **{"shifts-0-period_0": "2098-07-14T12:00"}))
        assert answer.status_code == 200
        assert "would lie outside" in answer.content.decode()

    def test_they_are_read_and_not_written(self, administration: Client, shift: Shift) -> None:
        absence = AbsenceFactory(driver=shift.driver, period=(datetime(2098, 7, 14, tzinfo=UTC), None))
        for address in ("shiftpattern", "absence"):
            page = administration.get(f"/admin/drivers/{address}/").content.decode()
            assert str(shift.driver) in page
            assert administration.get(f"/admin/drivers/{address}/add/").status_code == 403
        assert "14/07/2098 11:00" in administration.get("/admin/drivers/absence/").content.decode()
        for address in (f"absence/{absence.pk}", f"shiftpattern/{shift.pattern_id}"):
            assert administration.get(f"/admin/drivers/{address}/change/").status_code == 200
