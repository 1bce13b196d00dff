"""A week planned with the mouse, with a finger and with the keyboard alone, beside a colleague, on both screens."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from bookings import actions as booking
from dispatch.actions import assign
from dispatch.models import Mission
from drivers.models import Absence, Driver, Shift
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from fleet.models import Unavailability, Vehicle
from tests.browser.comparing import expect_same_as_afresh
from tests.browser.conftest import DESKTOP, PHONE, OpenAs
from tests.browser.guard import Guard
from tests.factories import PASSWORD, DriverFactory, RegulatorFactory, RideFactory, VehicleFactory

AT_ONCE = 3_000  # milliseconds
Point = tuple[float, float]


@pytest.fixture
def regulator() -> User:
    regulator: User = RegulatorFactory()
    return regulator


@pytest.fixture
def base(regulator: User) -> Base:
    return regulator.base  # type: ignore[return-value]


@pytest.fixture
def monday(base: Base) -> date:
    """The beginning of next week: nothing of it is over, whatever the day is."""
    today = base.today()
    return today + timedelta(days=7 - today.weekday())


@pytest.fixture
def crew(base: Base) -> list[Driver]:
    names = ("Kerbrat", "Le Gall", "Morvan")
    return [DriverFactory(base=base, shift=None, user__last_name=name) for name in names]


@pytest.fixture
def zoe(base: Base) -> Vehicle:
    vehicle: Vehicle = VehicleFactory(base=base, name="Zoé 3")
    return vehicle


def moment(base: Base, monday: date, day: int, hour: float) -> datetime:
    """Return when the base's clock shows that hour, so many days after that Monday."""
    return base.at(monday + timedelta(days=day), time(int(hour), round(hour % 1 * 60)))


def shift(driver: Driver, monday: date, day: int, hours: tuple[float, float], **values: object) -> Shift:
    begins, ends = (moment(driver.base, monday, day, hour) for hour in hours)
    made: Shift = Shift.objects.create(driver=driver, period=(begins, ends), **values)
    return made


def mission(driver: Driver, vehicle: Vehicle, by: User, at: datetime) -> Mission:
    """Give the driver a ride of that time, on a shift that they are on."""
    ride = RideFactory(base=driver.base, pickup_at=at, wanted_at=at)
    booking.confirm(ride=ride, by=by)
    return assign(ride=ride, driver=driver, vehicle=vehicle, by=by)


def address(monday: date, view: str = "week", by: str = "drivers", day: int = 0) -> str:
    return f"/bases/brest/planning/?view={view}&by={by}&on={monday + timedelta(days=day)}"


def spot(page: Page, row: str, day: int, hour: float) -> Point:
    """Return where on the screen that row stands at that hour of that day."""
    box = page.locator(f"#{row} .plan__cell").nth(day).bounding_box()
    assert box
    return box["x"] + box["width"] * hour / 24, box["y"] + box["height"] / 2


def next_change(base: Base, monday: date) -> date:
    """Return the next Sunday from then on in which the base's clocks change."""
    days = (monday + timedelta(days=n) for n in range(366))
    return next(on for on in days if base.day(on)[0].utcoffset() != base.day(on)[1].utcoffset())


def drag(page: Page, start: Point, end: Point) -> None:
    # The last change may be in the calendar before its own answer is there: until then it is still in the hand.
    expect(page.locator(".plan-ghost")).to_have_count(0)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(*end, steps=3)
    page.mouse.up()


def block(page: Page, row: Shift | Absence | Unavailability) -> Locator:
    kind = {Shift: "shift", Absence: "absence", Unavailability: "outage"}[type(row)]
    return page.locator(f"#{kind}-{row.pk}")


def edge(page: Page, row: Shift | Unavailability, side: str) -> Point:
    box = block(page, row).bounding_box()
    assert box
    return box["x"] + (2 if side == "begin" else box["width"] - 2), box["y"] + box["height"] / 2


def hours_of(row: Shift) -> tuple[str, str]:
    """Return the shift's hours as they are in the database now."""
    row.refresh_from_db()
    begins, ends = (row.driver.base.local(end) for end in (row.period.lower, row.period.upper))
    return f"{begins:%a %H:%M}", f"{ends:%H:%M}"


def save(page: Page, words: str = "Save") -> None:
    page.locator("#plan-dialog").get_by_role("button", name=words, exact=True).click()
    expect(page.locator("#plan-dialog")).to_be_hidden()


class TestMouse:
    def test_dragging_on_an_empty_row_makes_a_shift(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        page = open_as(regulator, address(monday))
        row = f"driver-{crew[1].pk}"
        start, end = spot(page, row, 1, 8.1), spot(page, row, 1, 16)
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=5)
        expect(page.locator(".plan-ghost")).to_have_text("08:00–16:00")
        assert not Shift.objects.exists()
        page.mouse.up()
        expect(page.get_by_label("Begins")).to_have_value(f"{monday + timedelta(days=1)}T08:00")
        save(page)
        made = Shift.objects.get()
        assert (made.driver, hours_of(made)) == (crew[1], ("Tue 08:00", "16:00"))
        expect(block(page, made)).to_contain_text("08:00–16:00")
        expect(page.locator(".plan-ghost")).to_have_count(0)

    def test_what_is_drawn_may_be_an_absence_instead(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        page = open_as(regulator, address(monday))
        row = f"driver-{crew[0].pk}"
        drag(page, spot(page, row, 2, 8.1), spot(page, row, 2, 12))
        page.get_by_role("link", name="Absence", exact=True).click()
        expect(page.locator("#planning-form-title")).to_have_text("Add an absence")
        expect(page.get_by_label("Away from")).to_have_value(f"{monday + timedelta(days=2)}T08:00")
        page.get_by_role("button", name="Close", exact=True).click()
        expect(page.locator(".plan-ghost")).to_have_count(0)
        assert not Absence.objects.exists()

    def test_shift_is_moved_stretched_at_both_ends_and_given_to_another(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        kerbrat, le_gall, _morvan = crew
        row = shift(kerbrat, monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        mine, other = f"driver-{kerbrat.pk}", f"driver-{le_gall.pk}"
        drag(page, spot(page, mine, 0, 12), spot(page, mine, 1, 14))
        expect(block(page, row)).to_contain_text("10:00–18:00")
        assert hours_of(row) == ("Tue 10:00", "18:00")
        drag(page, edge(page, row, "end"), spot(page, mine, 1, 20))
        expect(block(page, row)).to_contain_text("10:00–20:00")
        drag(page, edge(page, row, "begin"), spot(page, mine, 1, 6.5))
        expect(block(page, row)).to_contain_text("06:30–20:00")
        drag(page, spot(page, mine, 1, 12), spot(page, other, 1, 12))
        expect(page.locator(f"#{other}").get_by_role("link", name="06:30–20:00")).to_be_visible()
        assert (Shift.objects.get().driver, hours_of(row)) == (le_gall, ("Tue 06:30", "20:00"))

    def test_day_is_held_to_quarters_of_an_hour(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 10))
        page = open_as(regulator, address(monday, view="day"))
        mine = f"driver-{crew[0].pk}"
        drag(page, spot(page, mine, 0, 9), spot(page, mine, 0, 9.75))
        expect(block(page, row)).to_contain_text("08:45–10:45")

    def test_click_opens_the_shift(self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        block(page, row).click()
        expect(page.locator("#planning-form-title")).to_contain_text("Kerbrat")
        page.keyboard.press("Escape")
        expect(page.locator("#plan-dialog")).to_be_hidden()
        expect(block(page, row)).to_be_focused()

    def test_escape_leaves_it_where_it_was(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        mine = f"driver-{crew[0].pk}"
        page.mouse.move(*spot(page, mine, 0, 12))
        page.mouse.down()
        page.mouse.move(*spot(page, mine, 3, 12), steps=4)
        expect(page.locator(".plan-ghost")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".plan-ghost")).to_have_count(0)
        page.mouse.up()
        assert hours_of(row) == ("Mon 08:00", "16:00")
        expect(page.locator("#plan-dialog")).to_be_hidden()

    def test_block_moved_onto_a_day_of_another_length_keeps_its_hours(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        sunday = next_change(crew[0].base, monday)
        week = sunday - timedelta(days=6)
        row = shift(crew[0], week, 5, (8, 16))
        page = open_as(regulator, address(week))
        mine = f"driver-{crew[0].pk}"
        drag(page, spot(page, mine, 5, 12), spot(page, mine, 6, 12))
        expect(page.locator(f"#{mine} .plan__cell").nth(6)).to_contain_text("08:00–16:00")
        assert hours_of(row) == ("Sun 08:00", "16:00")

    def test_block_begun_before_the_week_is_moved_by_its_cut_edge(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        """Where it is cut it has no end that could follow the hand."""
        base = crew[0].base
        night = (moment(base, monday, -1, 20), moment(base, monday, 0, 4))
        row = Shift.objects.create(driver=crew[0], period=night)
        page = open_as(regulator, address(monday))
        start = edge(page, row, "begin")
        width = spot(page, f"driver-{crew[0].pk}", 1, 0)[0] - spot(page, f"driver-{crew[0].pk}", 0, 0)[0]
        drag(page, start, (start[0] + width, start[1]))
        expect(block(page, row)).to_have_attribute("data-first", str(20 * 60))
        assert hours_of(row) == ("Mon 20:00", "04:00")

    def test_driver_is_dropped_on_a_day(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        """With the hours they have most often that week."""
        shift(crew[2], monday, 0, (6.5, 14))
        page = open_as(regulator, address(monday))
        chip = page.locator(f"#chip-{crew[2].pk}").bounding_box()
        assert chip
        drag(page, (chip["x"] + 20, chip["y"] + 10), spot(page, f"driver-{crew[2].pk}", 3, 20))
        expect(page.get_by_label("Begins")).to_have_value(f"{monday + timedelta(days=3)}T06:30")
        save(page)
        made = Shift.objects.latest("pk")
        assert (made.driver, hours_of(made)) == (crew[2], ("Thu 06:30", "14:00"))

    def test_driver_dropped_on_a_vehicle_gets_it_for_that_shift(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver], zoe: Vehicle
    ) -> None:
        row = shift(crew[0], monday, 2, (8, 16))
        page = open_as(regulator, address(monday, by="vehicles"))
        chip = page.locator(f"#chip-{crew[0].pk}").bounding_box()
        assert chip
        drag(page, (chip["x"] + 20, chip["y"] + 10), spot(page, f"vehicle-{zoe.pk}", 2, 20))
        expect(block(page, row)).to_contain_text("Kerbrat")
        assert Shift.objects.get().vehicle == zoe
        drag(page, (chip["x"] + 20, chip["y"] + 10), spot(page, f"vehicle-{zoe.pk}", 3, 20))
        expect(page.get_by_label("Begins")).to_have_value(f"{monday + timedelta(days=3)}T08:00")
        save(page)
        assert (Shift.objects.latest("pk").vehicle, Shift.objects.count()) == (zoe, 2)

    def test_vehicle_is_taken_out_of_service_on_its_row(
        self, open_as: OpenAs, regulator: User, monday: date, zoe: Vehicle
    ) -> None:
        page = open_as(regulator, address(monday, by="vehicles"))
        mine = f"vehicle-{zoe.pk}"
        drag(page, spot(page, mine, 0, 8.1), spot(page, mine, 0, 12))
        page.get_by_label("Reason").select_option("maintenance")
        save(page, "Take out of service")
        out = Unavailability.objects.get()
        expect(block(page, out)).to_be_visible()
        drag(page, spot(page, mine, 0, 10), spot(page, mine, 2, 10))
        expect(page.locator(f"#{mine} .plan__cell").nth(2)).to_contain_text("08:00–12:00")
        drag(page, edge(page, out, "end"), spot(page, mine, 2, 18))
        expect(block(page, out)).to_contain_text("08:00–18:00")
        out.refresh_from_db()
        assert (out.period.lower, out.period.upper) == tuple(moment(zoe.base, monday, 2, hour) for hour in (8, 18))

    def test_absence_is_moved_and_stays_its_driver_s(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        """Whoever may not read why somebody is away leaves it as it is."""
        period = (moment(crew[0].base, monday, 0, 8), moment(crew[0].base, monday, 0, 16))
        away = Absence.objects.create(driver=crew[0], period=period, kind="sick", note="Until Tuesday")
        page = open_as(regulator, address(monday))
        drag(page, spot(page, f"driver-{crew[0].pk}", 0, 12), spot(page, f"driver-{crew[1].pk}", 1, 12))
        expect(page.locator(f"#driver-{crew[0].pk} .plan__cell").nth(1)).to_contain_text("08:00–16:00")
        away.refresh_from_db()
        assert (away.driver, away.kind, away.note) == (crew[0], "sick", "Until Tuesday")


class TestRefusals:
    """The server says no: the block is where it was, and the form says why, with what can be done."""

    @pytest.fixture
    def planned(self, regulator: User, monday: date, crew: list[Driver], zoe: Vehicle) -> Mission:
        """A mission at three on Monday, in a shift from eight to four."""
        shift(crew[0], monday, 0, (8, 16))
        return mission(crew[0], zoe, regulator, moment(crew[0].base, monday, 0, 15))

    def test_shifts_of_a_driver_never_overlap(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row, _other = shift(crew[0], monday, 0, (8, 16)), shift(crew[0], monday, 1, (8, 16))
        page = open_as(regulator, address(monday))
        mine = f"driver-{crew[0].pk}"
        drag(page, spot(page, mine, 0, 12), spot(page, mine, 1, 10))
        expect(page.locator("#plan-dialog")).to_contain_text("already on duty")
        page.keyboard.press("Escape")
        expect(page.locator(".plan-ghost, .is-held")).to_have_count(0)
        assert hours_of(row) == ("Mon 08:00", "16:00")

    @pytest.mark.parametrize("way_out", ["cancel", "release", "keep"])
    def test_conflict_has_three_ways_out(
        self, open_as: OpenAs, axe: Callable[[Page], None], planned: Mission, monday: date, way_out: str
    ) -> None:
        row = planned.driver.shifts.get()
        page = open_as(User.objects.get(memberships__role="regulator"), address(monday))
        mine = f"driver-{planned.driver_id}"
        drag(page, spot(page, mine, 0, 12), spot(page, mine, 1, 12))
        conflict = page.locator("#plan-dialog .conflict")
        expect(conflict).to_be_focused()
        axe(page)
        assert hours_of(row) == ("Mon 08:00", "16:00")
        if way_out == "cancel":
            conflict.get_by_role("link", name="Change nothing").click()
        elif way_out == "release":
            conflict.get_by_role("button", name="give the rides back").click()
        else:
            conflict.get_by_label("Because").fill("They swap cars at noon.")
            conflict.get_by_role("button", name="keep them as they are").click()
        expect(page.locator("#plan-dialog")).to_be_hidden()
        expect(page.locator(".plan-ghost")).to_have_count(0)
        planned.refresh_from_db()
        state, hours = {
            "cancel": ("planned", ("Mon 08:00", "16:00")),
            "release": ("called_off", ("Tue 08:00", "16:00")),
            "keep": ("planned", ("Tue 08:00", "16:00")),
        }[way_out]
        assert (planned.state, hours_of(row)) == (state, hours)
        assert planned.overrule == ("They swap cars at noon." if way_out == "keep" else "")

    def test_what_is_gone_is_said(self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        row.delete()  # by nobody whom the page would hear of
        mine = f"driver-{crew[0].pk}"
        drag(page, spot(page, mine, 0, 12), spot(page, mine, 1, 12))
        expect(page.locator("#messages")).to_contain_text("no longer there")
        expect(page.locator(".plan__block, .plan-ghost")).to_have_count(0)

    def test_without_network_nothing_moves(
        self, open_as: OpenAs, guard: Guard, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        guard.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        mine = f"driver-{crew[0].pk}"
        page.context.set_offline(True)
        drag(page, spot(page, mine, 0, 12), spot(page, mine, 1, 12))
        expect(page.locator("#messages")).to_contain_text("nothing was changed")
        expect(page.locator(".plan-ghost, .is-held")).to_have_count(0)
        page.context.set_offline(False)
        assert hours_of(row) == ("Mon 08:00", "16:00")

    def test_without_network_the_dialog_says_so_and_keeps_what_was_typed(
        self, open_as: OpenAs, guard: Guard, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        guard.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket connection")
        page = open_as(regulator, address(monday))
        page.locator(f"#add-{crew[0].pk}-1").press("Enter")
        page.get_by_label("Breaks").fill("12:00-13:00")
        page.context.set_offline(True)
        for _ in range(2):
            page.locator("#plan-dialog").get_by_role("button", name="Save", exact=True).click()
            expect(page.locator("#plan-dialog").get_by_role("alert")).to_contain_text("nothing was changed")
        expect(page.get_by_label("Breaks")).to_have_value("12:00-13:00")
        page.context.set_offline(False)
        save(page)
        assert Shift.objects.get().breaks

    def test_lost_answer_promises_nothing(
        self, open_as: OpenAs, guard: Guard, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        guard.forgive("ERR_TIMED_OUT")
        shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        page.route("**/move/", lambda route: route.abort("timedout"))
        mine = f"driver-{crew[0].pk}"
        drag(page, spot(page, mine, 0, 12), spot(page, mine, 1, 12))
        expect(page.locator("#messages")).to_contain_text("may be saved or not")

    def test_session_that_ended_leads_back_to_the_form_as_it_was_typed(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        page = open_as(regulator, address(monday))
        page.locator(f"#add-{crew[0].pk}-1").press("Enter")
        page.get_by_label("Breaks").fill("12:00-13:00")
        page.context.clear_cookies(name="sessionid")
        page.locator("#plan-dialog").get_by_role("button", name="Save", exact=True).click()
        page.locator("#id_username").fill(regulator.email)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_password").press("Enter")
        expect(page.get_by_label("Breaks")).to_have_value("12:00-13:00")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(block(page, Shift.objects.get())).to_be_visible()


class TestKeyboard:
    def focused(self, page: Page) -> str:
        return str(page.evaluate("document.activeElement.id"))

    def test_week_is_planned_without_a_mouse(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        kerbrat, le_gall, _morvan = crew
        page = open_as(regulator, address(monday))
        page.locator("#plan-q").focus()
        for _ in range(20):
            page.keyboard.press("Tab")
            if self.focused(page).startswith("add-"):
                break
        assert self.focused(page) == f"add-{kerbrat.pk}-0"
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert self.focused(page) == f"add-{le_gall.pk}-1"
        page.keyboard.press("Enter")
        expect(page.get_by_label("Begins")).to_have_value(f"{monday + timedelta(days=1)}T08:00")
        page.get_by_label("Begins").press("Enter")
        expect(page.locator("#plan-dialog")).to_be_hidden()
        row = Shift.objects.get()
        expect(block(page, row)).to_be_visible()
        expect(page.locator(f"#add-{le_gall.pk}-1")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(block(page, row)).to_be_focused()
        for keys in ("Alt+ArrowRight", "Alt+ArrowRight", "Alt+Shift+ArrowRight", "Control+Shift+ArrowLeft"):
            page.keyboard.press(keys)
        expect(page.locator(".plan-ghost")).to_have_text("08:30–17:30")
        assert hours_of(row) == ("Tue 08:00", "16:00")
        page.keyboard.press("Enter")
        expect(block(page, row)).to_contain_text("08:30–17:30")
        expect(block(page, row)).to_be_focused()
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Enter")
        expect(page.locator(f"#driver-{kerbrat.pk} #shift-{row.pk}")).to_be_focused()
        assert (Shift.objects.get().driver, hours_of(row)) == (kerbrat, ("Tue 08:30", "17:30"))

    def test_escape_and_leaving_leave_it_where_it_was(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        for leaving in ("Escape", "ArrowRight"):
            block(page, row).focus()
            page.keyboard.press("Alt+ArrowRight")
            expect(page.locator(".plan-ghost")).to_have_text("08:30–16:30")
            expect(page.locator("#announcer")).to_contain_text("08:30–16:30, Y. Kerbrat")
            page.keyboard.press(leaving)
            expect(page.locator(".plan-ghost")).to_have_count(0)
        assert hours_of(row) == ("Mon 08:00", "16:00")

    def test_conflict_is_settled_without_a_mouse(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver], zoe: Vehicle
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        planned = mission(crew[0], zoe, regulator, moment(crew[0].base, monday, 0, 15))
        page = open_as(regulator, address(monday))
        block(page, row).focus()
        for _ in range(2):
            page.keyboard.press("Alt+Shift+ArrowLeft")
        page.keyboard.press("Enter")
        expect(page.locator("#plan-dialog .conflict")).to_be_focused()
        page.get_by_label("Because").focus()
        page.keyboard.type("Agreed on the phone.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#plan-dialog")).to_be_hidden()
        planned.refresh_from_db()
        assert (planned.overrule, hours_of(row)) == ("Agreed on the phone.", ("Mon 08:00", "15:00"))

    def test_days_are_one_key_apart_and_said(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday))
        block(page, row).focus()
        for key in ("PageDown", "PageDown", "PageUp", "PageDown"):
            page.keyboard.press(f"Alt+{key}")
        wednesday = monday + timedelta(days=2)
        expect(page.locator("#announcer")).to_contain_text(f"Wed {wednesday.day}, 08:00–16:00, Y. Kerbrat")
        page.keyboard.press("Enter")
        expect(page.locator(f"#driver-{crew[0].pk} .plan__cell").nth(2).locator(f"#shift-{row.pk}")).to_be_focused()
        assert hours_of(row) == ("Wed 08:00", "16:00")

    def test_keys_of_the_page_behind_a_dialog_do_nothing(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        page = open_as(regulator, address(monday))
        page.locator(f"#add-{crew[0].pk}-1").press("Enter")
        page.get_by_label("Breaks").fill("12:00-13:00")
        page.locator("#plan-dialog").get_by_role("button", name="Save", exact=True).focus()
        for key in ("d", "v", "n", "?"):
            page.keyboard.press(key)
        expect(page.get_by_label("Breaks")).to_have_value("12:00-13:00")
        expect(page.locator("#live")).to_have_attribute("data-by", "drivers")
        expect(page.locator("#plan-keys")).to_be_hidden()

    def test_days_rows_and_help_have_their_keys(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver], zoe: Vehicle
    ) -> None:
        page = open_as(regulator, address(monday))
        page.keyboard.press("]")
        expect(page.locator(f"#head-{monday + timedelta(days=7)}")).to_be_visible()
        page.keyboard.press("v")
        expect(page.locator(f"#vehicle-{zoe.pk}")).to_be_visible()
        page.keyboard.press("d")
        expect(page.locator("#live.is-day")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.keyboard.press("/")
        page.keyboard.type("le g")
        expect(page.locator(".plan__row")).to_have_count(1)
        expect(page.locator(f"#driver-{crew[1].pk}")).to_be_visible()


class TestTouch:
    """A finger scrolls; one that rests for a moment takes hold."""

    def finger(self, page: Page) -> Callable[..., None]:
        """Return what puts one finger on the screen, moves and lifts it."""
        client = page.context.new_cdp_session(page)

        def touch(kind: str, *points: Point) -> None:
            touches = [{"x": x, "y": y} for x, y in points]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        return touch

    def test_finger_that_rests_takes_hold(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday), size={"width": 1180, "height": 820}, has_touch=True)
        mine = f"driver-{crew[0].pk}"
        start, end = spot(page, mine, 0, 12), spot(page, mine, 1, 12)
        touch = self.finger(page)
        touch("touchStart", start)
        expect(page.locator(".plan-ghost")).to_be_visible()
        touch("touchMove", end)
        expect(page.locator(".plan-ghost")).to_have_text("08:00–16:00")
        touch("touchEnd")
        expect(page.locator(".plan-ghost")).to_have_count(0)
        assert hours_of(row) == ("Tue 08:00", "16:00")

    @pytest.mark.parametrize("size", [(1024, 768), (820, 1180)])
    def test_finger_drops_a_driver_of_the_strip_on_a_day(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver], size: tuple[int, int]
    ) -> None:
        page = open_as(regulator, address(monday), size={"width": size[0], "height": size[1]}, has_touch=True)
        chip = page.locator(f"#chip-{crew[1].pk}").bounding_box()
        assert chip
        touch = self.finger(page)
        touch("touchStart", (chip["x"] + 20, chip["y"] + 10))
        expect(page.locator(".plan__chip.is-flying")).to_be_visible()
        touch("touchMove", spot(page, f"driver-{crew[1].pk}", 2, 12))
        expect(page.locator(".plan-ghost")).to_have_text("08:00–16:00")
        touch("touchEnd")
        expect(page.get_by_label("Begins")).to_have_value(f"{monday + timedelta(days=2)}T08:00")

    def test_finger_that_goes_on_at_once_scrolls(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        page = open_as(regulator, address(monday), size={"width": 900, "height": 700}, has_touch=True)
        start = spot(page, f"driver-{crew[0].pk}", 0, 12)
        touch = self.finger(page)
        touch("touchStart", start)
        for step in range(1, 6):
            touch("touchMove", (start[0] - 30 * step, start[1]))
        touch("touchEnd")
        page.wait_for_function("document.getElementById('plan-scroll').scrollLeft > 50")
        expect(page.locator(".plan-ghost")).to_have_count(0)
        assert hours_of(row) == ("Mon 08:00", "16:00")


class TestTogether:
    def test_two_regulators_see_each_other_s_changes(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        mine, theirs = (
            open_as(regulator, address(monday)),
            open_as(RegulatorFactory(base=regulator.base), address(monday)),
        )
        expect(theirs.locator("#live-state[data-state=live]")).to_be_visible()
        theirs.locator(f"#add-{crew[1].pk}-2").focus()
        drag(mine, spot(mine, f"driver-{crew[0].pk}", 0, 12), spot(mine, f"driver-{crew[0].pk}", 1, 12))
        for page in (mine, theirs):
            expect(page.locator(f"#driver-{crew[0].pk} .plan__cell").nth(1).locator(f"#shift-{row.pk}")).to_be_visible(
                timeout=AT_ONCE
            )
        expect(theirs.locator(f"#add-{crew[1].pk}-2")).to_be_focused()
        expect_same_as_afresh(theirs)

    def test_open_form_stays_while_a_colleague_plans(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 0, (8, 16))
        mine, theirs = (
            open_as(regulator, address(monday)),
            open_as(RegulatorFactory(base=regulator.base), address(monday)),
        )
        theirs.locator(f"#add-{crew[1].pk}-2").press("Enter")
        theirs.get_by_label("Breaks").fill("12:00-13:00")
        drag(mine, spot(mine, f"driver-{crew[0].pk}", 0, 12), spot(mine, f"driver-{crew[0].pk}", 1, 12))
        expect(block(theirs, row)).to_have_attribute("data-first", str(24 * 60 + 8 * 60))
        expect(theirs.get_by_label("Breaks")).to_have_value("12:00-13:00")
        expect(theirs.get_by_label("Breaks")).to_be_focused()


class TestLook:
    @pytest.fixture
    def full(self, base: Base, monday: date, crew: list[Driver], zoe: Vehicle, regulator: User) -> None:
        """A week with one of everything."""
        shift(
            crew[0],
            monday,
            0,
            (8, 16),
            vehicle=zoe,
            breaks=[(moment(base, monday, 0, 12), moment(base, monday, 0, 13))],
        )
        shift(crew[1], monday, 0, (8, 16))
        mission(crew[0], zoe, regulator, moment(base, monday, 0, 15))
        Absence.objects.create(driver=crew[1], period=(moment(base, monday, 0, 6), None), kind="sick")
        Unavailability.objects.create(vehicle=zoe, period=(moment(base, monday, 2, 8), None), reason="maintenance")
        RideFactory(base=base, pickup_at=moment(base, monday, 5, 10))

    @pytest.mark.usefixtures("full")
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_axe_finds_nothing(
        self, open_as: OpenAs, axe: Callable[[Page], None], regulator: User, monday: date, language: str
    ) -> None:
        regulator.language = language
        regulator.save()
        page = open_as(regulator, address(monday))
        for view in ("week", "day"):
            for by in ("drivers", "vehicles"):
                page.goto(address(monday, view=view, by=by))
                for size in (DESKTOP, PHONE):
                    page.set_viewport_size(size)
                    axe(page)

    @pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
    def test_axe_finds_nothing_in_the_dialog(
        self, open_as: OpenAs, axe: Callable[[Page], None], monday: date, crew: list[Driver], size: dict[str, int]
    ) -> None:
        shift(crew[0], monday, 0, (8, 16))
        page = open_as(User.objects.get(memberships__role="regulator"), address(monday), size=size)
        page.get_by_role("link", name="08:00–16:00").click()
        expect(page.locator("#plan-dialog")).to_be_visible()
        axe(page)

    @pytest.mark.usefixtures("full")
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_shift_is_blue_with_or_without_a_vehicle(
        self, open_as: OpenAs, axe: Callable[[Page], None], regulator: User, monday: date, scheme: str
    ) -> None:
        page = open_as(regulator, address(monday), color_scheme=scheme)
        for shown in page.locator(".plan__block.is-shift").all():
            colour = shown.evaluate("(block) => getComputedStyle(block).backgroundColor")
            red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
            assert blue > max(red, green) + 10, colour
        axe(page)

    def test_what_a_driver_s_plan_is_made_of_opens_in_the_same_dialog(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        page = open_as(regulator, address(monday))
        dialog = page.locator("#plan-dialog")
        page.locator(f"#name-{crew[0].pk}").press("Enter")
        dialog.get_by_role("link", name="Add an absence").click()
        expect(dialog.get_by_label("Away from")).to_be_visible()
        expect(page.locator("#plan-grid")).to_be_visible()

    def test_phone_has_the_days_as_a_list_with_the_same_forms(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 3, (8, 16))
        page = open_as(regulator, address(monday), size=PHONE)
        expect(page.locator("#plan-grid")).to_be_hidden()
        thursday = page.locator(f"#agenda-{monday + timedelta(days=3)}")
        expect(thursday).to_contain_text("Kerbrat")
        thursday.get_by_role("link", name="08:00–16:00").click()
        page.get_by_label("Ends").fill(f"{monday + timedelta(days=3)}T17:00")
        save(page)
        expect(thursday).to_contain_text("08:00–17:00")
        assert hours_of(row) == ("Thu 08:00", "17:00")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    def test_whole_week_is_there_without_script(
        self, open_as: OpenAs, regulator: User, monday: date, crew: list[Driver]
    ) -> None:
        row = shift(crew[0], monday, 3, (8, 16))
        page = open_as(regulator, address(monday), java_script_enabled=False)
        block(page, row).click()
        page.get_by_label("Ends").fill(f"{monday + timedelta(days=3)}T17:00")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(block(page, row)).to_contain_text("08:00–17:00")
