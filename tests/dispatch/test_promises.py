"""The database lets no live mission lie on an absence or an outage, whatever writes it, unless somebody said why."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch import actions, plans, promises
from dispatch.models import Mission
from dispatch.plans import Overrulable
from drivers.models import Absence, Shift
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from fleet.actions.outages import save_unavailability
from fleet.commitments import WayOut
from fleet.models import Unavailability
from tests.life.checks import check_database
from tests.life.journeys import Journey, journey_to

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ABSENCE = """INSERT INTO drivers_absence (driver_id, period, kind, note)
    SELECT driver_id, period, 'leave', '' FROM dispatch_mission"""
OUTAGE = """INSERT INTO fleet_unavailability (vehicle_id, period, reason, note, by_hand)
    SELECT vehicle_id, period, 'lent', '', true FROM dispatch_mission"""
LIES_ON = {ABSENCE: promises.ON_ABSENCE, OUTAGE: promises.ON_OUTAGE}
either = pytest.mark.parametrize("lie", LIES_ON)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refused(sql: str, lie: str) -> None:
    """Fail unless the database refuses this, naming the promise and the mission."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        run(sql)
    refusal = promises.broken_promise(caught.value)
    assert refusal
    assert refusal.code == LIES_ON[lie]
    assert Mission.objects.get().code in str(refusal)


@pytest.fixture
def journey() -> Journey:
    return journey_to("assigned")


@either
def test_what_comes_second_is_refused(journey: Journey, lie: str) -> None:
    refused(lie, lie)


@either
def test_the_mission_that_comes_second_is_refused(journey: Journey, lie: str) -> None:
    moved = "UPDATE dispatch_mission SET period = tstzrange(lower(period) {0} interval '2 days', upper(period) {0} "
    moved += "interval '2 days')"
    run("UPDATE dispatch_mission SET overrule = 'for now'")
    run(lie)
    refused("UPDATE dispatch_mission SET overrule = ''", lie)
    run(moved.format("+"))
    run("UPDATE dispatch_mission SET overrule = ''")
    refused(moved.format("-"), lie)


@either
def test_a_new_mission_is_refused(journey: Journey, lie: str) -> None:
    run("UPDATE dispatch_mission SET state = 'called_off', ended_at = now()")
    run(lie)
    again = """INSERT INTO dispatch_mission (code, base_id, driver_id, vehicle_id, period, state, overrule, despite)
        SELECT 'M-AGAIN', base_id, driver_id, vehicle_id, period, 'planned', {}, '{{}}' FROM dispatch_mission"""
    with pytest.raises(IntegrityError, match=LIES_ON[lie]), transaction.atomic():
        run(again.format("''"))
    run(again.format("'They come in for it.'"))


@either
def test_what_moves_onto_a_mission_is_refused(journey: Journey, lie: str) -> None:
    table = "drivers_absence" if lie == ABSENCE else "fleet_unavailability"
    run(lie.replace("_id, period, '", "_id, tstzrange(upper(period), NULL), '"))  # from the mission's end on
    refused(f"UPDATE {table} SET period = tstzrange(lower(period) - interval '1 minute', NULL)", lie)


@either
def test_beside_over_or_kept_is_no_matter(journey: Journey, lie: str) -> None:
    run("UPDATE dispatch_mission SET state = 'called_off', ended_at = now()")
    run(lie)


def test_a_postponed_judgement_comes_in_words(journey: Journey) -> None:
    promises.postpone()
    run(OUTAGE)
    with pytest.raises(Refusal, match=journey.mission.code) as caught, transaction.atomic():
        promises.judge()
    assert caught.value.code == promises.ON_OUTAGE
    Unavailability.objects.all().delete()
    promises.judge()


def test_the_steps_of_a_mission_ask_for_no_lock_of_its_crew(journey: Journey) -> None:
    """They hold the mission already, which comes after drivers and vehicles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'mission_moved_to_free_time'")
        (definition,) = cursor.fetchone()
    assert "IS DISTINCT FROM" in definition
    for column in ("state", "acknowledged"):
        assert column not in definition


def test_without_the_triggers_anything_goes(journey: Journey) -> None:
    """The negative control; the test's own transaction takes it back."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE fleet_unavailability DISABLE TRIGGER outage_leaves_missions_alone")
    run(OUTAGE)
    with pytest.raises(AssertionError, match="lies on no absence"):
        check_database()


def test_assigning_tells_it_in_words_when_every_check_missed_it(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.unassign(ride=journey.ride, by=journey.regulator, reason="replan")
    now = timezone.now()
    Unavailability.objects.create(vehicle=journey.vehicle, period=(now, now + 9 * HOUR), reason="lent")
    real = plans.vehicles_for
    monkeypatch.setattr(plans, "vehicles_for", lambda *a, **k: [_blind(one) for one in real(*a, **k)])
    with pytest.raises(Refusal, match="The vehicle is out of service during part of mission"):
        actions.assign(ride=journey.ride, driver=journey.driver, vehicle=journey.vehicle, by=journey.regulator)


def _blind(candidate: Any) -> Any:
    candidate.obstacles.clear()
    return candidate


# --- planned all the same ------------------------------------------------------------------------------------------


class TestOverruling:
    @pytest.fixture
    def journey(self) -> Journey:
        """A confirmed ride, whose driver is away."""
        journey = journey_to("confirmed")
        now = timezone.now()
        Absence.objects.create(driver=journey.driver, period=(now, now + 9 * HOUR), kind="training")
        return journey

    def assign(self, journey: Journey, overrule: str = "") -> Mission:
        crew = {"driver": journey.driver, "vehicle": journey.vehicle}
        return actions.assign(ride=journey.ride, **crew, by=journey.regulator, overrule=overrule)

    def test_it_is_refused_without_a_reason(self, journey: Journey) -> None:
        with pytest.raises(Overrulable, match="away"):
            self.assign(journey)
        with pytest.raises(Overrulable):
            self.assign(journey, "  ")

    def test_it_is_planned_with_one(self, journey: Journey) -> None:
        mission = self.assign(journey, "Comes in for it.")
        assert (mission.overrule, mission.despite) == ("Comes in for it.", ["away"])
        step = Entry.objects.get(verb="overrule")
        assert (step.words, step.data["despite"], step.by) == ("Comes in for it.", ["away"], journey.regulator)
        check_database()

    def test_what_nobody_may_overrule(self, journey: Journey) -> None:
        journey.driver.licences.all().delete()
        with pytest.raises(Refusal) as caught:
            self.assign(journey, "Comes in for it.")
        assert not isinstance(caught.value, Overrulable)

    def test_never_a_second_mission_at_once(self, journey: Journey) -> None:
        self.assign(journey, "Comes in for it.")
        other = journey_to("confirmed", base=journey.base)
        with pytest.raises(Refusal, match="on mission") as caught:
            actions.assign(
                ride=other.ride, driver=journey.driver, vehicle=other.vehicle, by=other.regulator, overrule="Both!"
            )
        assert not isinstance(caught.value, Overrulable)

    def test_off_duty_and_out_of_service_together(self, journey: Journey) -> None:
        Absence.objects.all().delete()
        Shift.objects.all().delete()
        out = Unavailability(vehicle=journey.vehicle, period=(timezone.now(), None), reason="maintenance")
        save_unavailability(out=out, by=journey.regulator, way_out=WayOut("keep", "none"))
        assert self.assign(journey, "All hands.").despite == ["off_duty", "out_of_service"]

    def test_on_the_page_the_reason_is_asked_for_once_it_would_do(self, journey: Journey) -> None:
        client = Client()
        client.force_login(journey.regulator)
        address = reverse("ride-assign", args=[journey.ride.code])
        typed = {"driver": journey.driver.pk, "vehicle": journey.vehicle.pk}
        tower = client.get(reverse("tower", args=[journey.base.code]), {"ride": journey.ride.code})
        assert 'name="overrule"' not in tower.content.decode()
        answer = client.post(address, typed)
        assert answer.status_code == 422
        field = BeautifulSoup(answer.content, "html.parser").select_one(f"#by-hand-{journey.ride.code} [name=overrule]")
        assert field
        assert client.post(address, typed | {"overrule": "x" * 201}).status_code == 422
        assert client.post(address, typed | {"overrule": "Comes in for it."}).status_code == 303
        assert Mission.objects.get().overrule == "Comes in for it."
