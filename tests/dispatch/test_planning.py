"""The planning's calendar: who is on duty when, which vehicle can be used, how much is asked for; in few queries."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.queries.frame import Frame
from dispatch.queries.planning import Planning, planning_of
from drivers.models import Absence, Driver, Shift
from echauffeur.bases.models import Base, OpeningHours
from fleet.models import Unavailability, Vehicle
from tests.factories import (
    BaseFactory,
    DriverFactory,
    LicenceFactory,
    ManagerFactory,
    MembershipFactory,
    RegulatorFactory,
    RideFactory,
    VehicleFactory,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
MOST_QUERIES = 10


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory(holiday_calendar="FR")
    return base


def at(base: Base, day: int, hour: int, minute: int = 0, week: date = MONDAY) -> datetime:
    """Return the moment at which the base's clock shows this, so many days after that Monday."""
    return base.at(week + timedelta(days=day), time(hour, minute))


def shift(driver: Driver, starts: datetime, ends: datetime, **values: object) -> Shift:
    made: Shift = Shift.objects.create(driver=driver, period=(starts, ends), **values)
    return made


def seen(base: Base, view: str = "week", by: str = "drivers", on: date = MONDAY, **how: object) -> Planning:
    return planning_of(Frame(base, view, on, NOW), by=by, **how)  # type: ignore[arg-type]


def full_week(base: Base, drivers: int) -> None:
    """Give the base drivers and vehicles, all of them with five shifts, an absence and an outage in that week."""
    for _ in range(drivers):
        driver, vehicle = DriverFactory(base=base, shift=None), VehicleFactory(base=base)
        for day in range(5):
            rest = (at(base, day, 12), at(base, day, 13))
            shift(driver, at(base, day, 8), at(base, day, 16), breaks=[rest], vehicle=vehicle)
        Absence.objects.create(driver=driver, period=(at(base, 5, 8), None), kind="leave")
        Unavailability.objects.create(vehicle=vehicle, period=(at(base, 5, 8), at(base, 6, 8)), reason="lent")


class TestBudget:
    def asked(self, client: Client, base: Base, **look: str) -> int:
        address = f"/bases/{base.code}/planning/"
        client.get(address, look)  # how it is looked at is remembered
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, look).status_code == 200
        return len(queries)

    @pytest.mark.parametrize("by", ["drivers", "vehicles"])
    @pytest.mark.parametrize("view", ["week", "day"])
    def test_page_costs_the_same_at_three_drivers_and_at_thirty(self, client: Client, view: str, by: str) -> None:
        quiet, full = BaseFactory(code="quiet"), BaseFactory(code="full")
        full_week(quiet, 3)
        full_week(full, 30)
        regulator = RegulatorFactory(base=quiet)
        MembershipFactory(user=regulator, base=full, role="regulator")
        client.force_login(regulator)
        look = {"view": view, "by": by, "on": "2026-12-01"}
        few, many = self.asked(client, quiet, **look), self.asked(client, full, **look)
        assert few == many <= MOST_QUERIES

    def test_page_of_thirty_drivers_is_not_heavy(self, client: Client, base: Base) -> None:
        full_week(base, 30)
        client.force_login(RegulatorFactory(base=base))
        page = client.get("/bases/brest/planning/", {"view": "week", "on": "2026-12-01"})
        assert len(page.content) < 400_000


class TestRows:
    def test_block_stands_on_its_day_with_its_times_and_vehicle(self, base: Base) -> None:
        vehicle = VehicleFactory(base=base, name="Zoé 3")
        driver = DriverFactory(base=base, shift=None, user__last_name="Le Gall")
        shift(driver, at(base, 1, 8), at(base, 1, 16), vehicle=vehicle, breaks=[(at(base, 1, 12), at(base, 1, 13))])
        [row] = seen(base).rows
        [block] = row.cells[1].blocks
        assert (block.first, block.last) == (24 * 60 + 8 * 60, 24 * 60 + 16 * 60)
        assert (block.times, block.word) == (("08:00", "16:00"), "Zoé 3")
        assert block.breaks == [(24 * 60 + 12 * 60, 24 * 60 + 13 * 60)]
        assert block.label == "08:00–16:00 Zoé 3, Y. Le Gall, Tuesday 1 December, break 12:00–13:00"
        assert row.worked == "7 h"

    def test_vehicle_s_row_says_who_drives_it_and_why_it_is_out(self, base: Base) -> None:
        vehicle = VehicleFactory(base=base)
        driver = DriverFactory(base=base, shift=None, user__last_name="Le Gall")
        shift(driver, at(base, 0, 8), at(base, 0, 16), vehicle=vehicle)
        Unavailability.objects.create(vehicle=vehicle, period=(at(base, 2, 8), None), reason="maintenance")
        [row] = seen(base, by="vehicles").rows
        assert [block.word for block in row.cells[0].blocks] == ["Le Gall"]
        assert [(block.word, block.is_open) for block in row.cells[2].blocks] == [("Maintenance", True)]

    def test_reason_of_an_absence_is_for_who_manages_people(self, client: Client, base: Base) -> None:
        driver = DriverFactory(base=base, shift=None)
        Absence.objects.create(driver=driver, period=(at(base, 0, 8), at(base, 0, 18)), kind="sick", note="Flu")
        for person, expected in ((RegulatorFactory(base=base), False), (ManagerFactory(base=base), True)):
            client.force_login(person)
            page = client.get("/bases/brest/planning/?on=2026-11-30&view=week").content.decode()
            assert ("Sick leave" in page) is expected
            assert ("Absent" in page) is not expected
            assert "Flu" not in page

    def test_away_counts_neither_as_duty_nor_as_somebody_on_duty(self, base: Base) -> None:
        driver = DriverFactory(base=base, shift=None)
        shift(driver, at(base, 0, 8), at(base, 0, 16))
        shift(driver, at(base, 1, 8), at(base, 1, 16))
        Absence.objects.create(driver=driver, period=(at(base, 1, 0), at(base, 2, 0)), kind="leave")
        week = seen(base)
        assert week.rows[0].worked == "8 h"
        assert [head.on_duty for head in week.heads] == [1, 0, 0, 0, 0, 0, 0]
        assert [block.is_void for cell in week.rows[0].cells[:2] for block in cell.blocks if block.kind == "shift"] == [
            False,
            True,
        ]

    def test_vehicle_of_somebody_away_shows_that_nobody_comes_for_it(self, base: Base) -> None:
        driver, vehicle = DriverFactory(base=base, shift=None), VehicleFactory(base=base)
        for day in range(2):
            shift(driver, at(base, day, 8), at(base, day, 16), vehicle=vehicle)
        Absence.objects.create(driver=driver, period=(at(base, 0, 0), at(base, 1, 0)), kind="sick")
        blocks = [block for cell in seen(base, by="vehicles").rows[0].cells for block in cell.blocks]
        assert [block.is_void for block in blocks] == [True, False]
        assert ["the driver is away" in block.label for block in blocks] == [True, False]

    def test_blocks_of_the_same_time_have_lanes_of_their_own(self, base: Base) -> None:
        vehicle = VehicleFactory(base=base)
        for hour in (8, 9, 17):
            period = (at(base, 0, hour), at(base, 0, hour + 2))
            Unavailability.objects.create(vehicle=vehicle, period=period, reason="lent")
        [row] = seen(base, by="vehicles").rows
        assert ([block.lane for block in row.cells[0].blocks], row.lanes) == ([0, 1, 0], 2)

    def test_who_is_away_for_days_is_told_on_each_of_them_on_a_phone(self, base: Base) -> None:
        driver = DriverFactory(base=base, shift=None)
        Absence.objects.create(driver=driver, period=(at(base, -2, 0), at(base, 3, 0)), kind="leave")
        shift(driver, at(base, 3, 22), at(base, 4, 6))
        told = [[block.kind.value for block in blocks] for _head, blocks in seen(base).agenda]
        assert told == [["absence"], ["absence"], ["absence"], ["shift"], [], [], []]

    def test_shift_of_somebody_away_is_no_duty_on_a_phone_either(self, client: Client, base: Base) -> None:
        driver = DriverFactory(base=base, shift=None)
        row = shift(driver, at(base, 0, 8), at(base, 0, 16))
        Absence.objects.create(driver=driver, period=(at(base, 0, 0), at(base, 1, 0)), kind="leave")
        client.force_login(RegulatorFactory(base=base))
        page = BeautifulSoup(client.get("/bases/brest/planning/?on=2026-11-30&view=week").content, "html.parser")
        line = page.select_one(f"#agenda-0-shift-{row.pk} a.is-void")
        assert line
        assert "Absent" in line.get_text()

    def test_who_no_longer_drives_stays_in_sight_while_something_is_planned(self, base: Base) -> None:
        leaving, left = DriverFactory.create_batch(2, base=base, shift=None, enabled=False)
        shift(leaving, at(base, 0, 8), at(base, 0, 16))
        assert [(row.pk, row.state) for row in seen(base).rows] == [(leaving.pk, "out")]
        assert left.pk not in {row.pk for row in seen(base).rows}

    def test_names_are_found_however_they_are_written(self, base: Base) -> None:
        for name in ("Gérard", "Le Gall"):
            DriverFactory(base=base, shift=None, user__last_name=name)
        VehicleFactory(base=base, name="Zoé 3", plate="AA-111-AA")
        VehicleFactory(base=base, name="Trafic")
        assert [row.name for row in seen(base, words="gerard").rows] == ["Y. Gérard"]
        assert [row.name for row in seen(base, by="vehicles", words="zoe aa-1").rows] == ["Zoé 3"]

    def test_another_base_is_another_planning(self, base: Base) -> None:
        other = BaseFactory(code="cherbourg")
        full_week(other, 2)
        RideFactory(base=other, pickup_at=at(base, 0, 9))
        for by in ("drivers", "vehicles"):
            week = seen(base, by=by)
            assert (week.rows, [head.rides for head in week.heads]) == ([], [0] * 7)

    def test_what_ends_soon_is_said_once_for_all_that_ends_together(self, base: Base) -> None:
        driver = DriverFactory(base=base, shift=None, licence=None)
        for category, until in (("B", date(2026, 12, 24)), ("D", date(2026, 12, 24)), ("C", date(2026, 11, 1))):
            LicenceFactory(driver=driver, category=category, expires_on=until)
        [row] = seen(base).rows
        assert [(one.names, one.until, one.is_over) for one in row.renew] == [
            ("C", date(2026, 11, 1), True),
            ("B, D", date(2026, 12, 24), False),
        ]
        assert [held.category for held in row.held] == ["B", "D"]


class TestDays:
    def test_demand_is_what_is_to_be_driven_or_was(self, base: Base) -> None:
        for state in ("requested", "confirmed", "assigned", "completed"):
            ended = NOW if state == "completed" else None
            RideFactory(base=base, state=state, pickup_at=at(base, 2, 23, 30), ended_at=ended)
        RideFactory(base=base, state="cancelled", ended_at=NOW, pickup_at=at(base, 2, 9), end_reason="no_longer_needed")
        wednesday = seen(base).heads[2]
        assert (wednesday.rides, wednesday.to_handle, wednesday.is_short) == (4, 2, True)

    def test_public_holidays_and_closed_hours_are_told(self, base: Base) -> None:
        for weekday in range(5):
            OpeningHours.objects.create(base=base, weekday=weekday, opens=time(6), closes=time(22))
        week = seen(base, on=date(2026, 12, 25))
        assert [head.closed for head in week.heads if head.closed] == ["public holiday, Christmas Day"]
        monday = [part for part in week.closed if part[0] < 24 * 60]
        assert monday[0] == (0, 6 * 60)
        assert week.closed[-1][1] == 7 * 24 * 60

    @pytest.mark.parametrize(
        ("on", "hours", "mark"),
        [(date(2026, 3, 29), 23, "03"), (date(2026, 10, 25), 25, "02")],
        ids=["spring", "autumn"],
    )
    def test_day_on_which_the_clocks_change_has_the_hours_that_pass(
        self, base: Base, on: date, hours: int, mark: str
    ) -> None:
        driver = DriverFactory(base=base, shift=None)
        night = (base.at(on - timedelta(days=1), time(22)), base.at(on, time(6)))
        shift(driver, *night)
        day, week = seen(base, "day", on=on), seen(base, on=on)
        assert day.frame.length == hours * 60
        assert day.frame.hours()[2] == (120, mark)
        [block] = day.rows[0].cells[0].blocks
        assert (block.first, block.last, block.is_cut) == (-120, (hours - 18) * 60, (True, False))
        assert day.rows[0].worked == week.rows[0].worked == f"{hours - 16} h"
        assert week.frame.starts[-1] == 7 * 24 * 60 + (hours - 24) * 60

    def test_frame_leads_from_week_to_week_and_from_day_to_day(self, base: Base) -> None:
        week, day = Frame(base, "week", date(2026, 12, 3), NOW), Frame(base, "day", date(2026, 12, 3), NOW)
        assert (week.days[0], week.days[-1], week.in_words) == (
            MONDAY,
            date(2026, 12, 6),
            "30 November – 6 December 2026",
        )
        assert (week.before, week.after) == (date(2026, 11, 26), date(2026, 12, 10))
        assert (day.days, day.before, day.after) == ([date(2026, 12, 3)], date(2026, 12, 2), date(2026, 12, 4))

    def test_day_is_the_base_s_own(self, base: Base) -> None:
        base.time_zone = "Pacific/Noumea"
        late = Frame(base, "week", date(2026, 12, 3), datetime(2026, 12, 3, 20, tzinfo=UTC))
        assert (late.today, late.clock(late.now)) == (date(2026, 12, 4), "07:00")


class TestPage:
    def test_how_it_is_looked_at_is_remembered(self, client: Client, base: Base) -> None:
        VehicleFactory(base=base, name="Zoé 77")
        client.force_login(RegulatorFactory(base=base))
        assert b"Zo\xc3\xa9 77" not in client.get("/bases/brest/planning/").content
        client.get("/bases/brest/planning/?view=day&by=vehicles")
        page = client.get("/bases/brest/planning/").content.decode()
        assert "Zoé 77" in page
        assert 'class="plan is-day"' in page

    @pytest.mark.parametrize(
        "nonsense", ["on=yesterday", "on=0001-01-01", "on=9999-12-31", "view=year", "by=x", "q=%00", "q=" + "x" * 99]
    )
    def test_nonsense_in_the_address_asks_for_nothing(self, client: Client, base: Base, nonsense: str) -> None:
        client.force_login(RegulatorFactory(base=base))
        page = client.get(f"/bases/brest/planning/?{nonsense}")
        assert page.status_code == 200
        assert 'class="plan is-week"' in page.content.decode()

    def test_today_is_shown_unless_a_day_is_asked_for(self, client: Client, base: Base) -> None:
        client.force_login(RegulatorFactory(base=base))
        with time_machine.travel(NOW, tick=False):
            assert 'id="head-2026-12-02"' in client.get("/bases/brest/planning/").content.decode()
        assert 'id="head-2027-03-01"' in client.get("/bases/brest/planning/?on=2027-03-03").content.decode()

    def test_fragment_is_the_page_s_live_part(self, client: Client, base: Base) -> None:
        full_week(base, 2)
        client.force_login(RegulatorFactory(base=base))
        address = "/bases/brest/planning/?on=2026-12-01&view=week"
        with time_machine.travel(NOW, tick=False):
            page, part = (
                client.get(address, headers=headers).content.decode() for headers in ({}, {"HX-Request": "true"})
            )
        assert part.strip().startswith('<div id="live"')
        assert re.sub(r"\s+", " ", part.strip()) in re.sub(r"\s+", " ", page)

    def test_vehicle_of_no_use_is_shown_while_somebody_has_it(self, client: Client, base: Base) -> None:
        vehicle: Vehicle = VehicleFactory(base=base, enabled=False)
        assert seen(base, by="vehicles").rows == []
        shift(DriverFactory(base=base, shift=None), at(base, 0, 8), at(base, 0, 16), vehicle=vehicle)
        assert [row.state for row in seen(base, by="vehicles").rows] == ["out"]


class TestForms:
    """What the blocks lead to, as a page and as the part that the dialog over the calendar shows."""

    @pytest.mark.parametrize("by", ["drivers", "vehicles"])
    def test_every_link_of_the_calendar_leads_somewhere(self, client: Client, base: Base, by: str) -> None:
        full_week(base, 1)
        client.force_login(RegulatorFactory(base=base))
        page = BeautifulSoup(
            client.get(f"/bases/brest/planning/?on=2026-12-01&view=week&by={by}").content, "html.parser"
        )
        addresses = {link["href"] for link in page.select("#live a[href]")}
        assert len(addresses) > 20
        for address in addresses:
            assert client.get(address).status_code == 200, address
        assert {block["data-kind"] for block in page.select(".plan__block")} == {
            "shift",
            "absence" if by == "drivers" else "outage",
        }

    def test_dialog_gets_the_part_and_a_browser_without_script_the_page(self, client: Client, base: Base) -> None:
        client.force_login(RegulatorFactory(base=base))
        address = "/bases/brest/planning/shifts/new/?begins=2026-12-01T08:00"
        page, part = client.get(address), client.get(address, headers={"HX-Request": "true"})
        assert part.content.decode().strip().startswith('<section class="stack" id="planning-form"')
        assert b"<!doctype html>" in page.content
        for answer in (page, part):
            form = BeautifulSoup(answer.content, "html.parser").select_one("#planning-form form")
            assert form
            assert form["action"] == address
            assert "HX-Request" in answer["Vary"]
            assert answer["Cache-Control"] == "private, no-store"

    def test_refused_form_is_shown_again_and_a_saved_one_leads_to_its_day(self, client: Client, base: Base) -> None:
        driver = DriverFactory(base=base, shift=None)
        client.force_login(RegulatorFactory(base=base))
        typed = {"driver": driver.pk, "begins": "2026-12-01T08:00", "ends": "2026-12-01T08:00", "breaks": ""}
        refused = client.post("/bases/brest/planning/shifts/new/", typed, headers={"HX-Request": "true"})
        assert refused.status_code == 422
        assert 'value="2026-12-01T08:00"' in refused.content.decode()
        saved = client.post("/bases/brest/planning/shifts/new/", typed | {"ends": "2026-12-01T16:00"})
        assert (saved.status_code, saved["Location"]) == (303, "/bases/brest/planning/?on=2026-12-01")

    @pytest.mark.parametrize("ends", ["2026-12-01T18:00", ""])
    def test_absence_is_moved_without_a_word_about_its_reason(self, client: Client, base: Base, ends: str) -> None:
        period = (at(base, 0, 8), at(base, 0, 16))
        away = Absence.objects.create(driver=DriverFactory(base=base), period=period, kind="sick", note="Until Monday")
        client.force_login(RegulatorFactory(base=base))
        moved = client.post(
            f"/bases/brest/planning/absences/{away.pk}/move/", {"begins": "2026-12-01T09:00", "ends": ends}
        )
        assert moved.status_code == 303
        away.refresh_from_db()
        assert (away.kind, away.note) == ("sick", "Until Monday")
        assert (away.period.lower, away.period.upper) == (at(base, 1, 9), at(base, 1, 18) if ends else None)

    def test_absence_of_another_base_is_none(self, client: Client, base: Base) -> None:
        other = DriverFactory(base=BaseFactory(code="cherbourg"))
        away = Absence.objects.create(driver=other, period=(at(base, 0, 8), None), kind="sick")
        client.force_login(RegulatorFactory(base=base))
        for pk in (away.pk, 987_654_321):
            assert client.post(f"/bases/brest/planning/absences/{pk}/move/", {}).status_code == 404
