"""The week of opening hours on one form: saved as one step, or told line by line what is wrong."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from echauffeur.accounts.models import User
from echauffeur.bases.actions import set_week
from echauffeur.bases.models import Base, OpeningHours
from echauffeur.bases.queries import digest_of_week, week_of
from echauffeur.common.refusals import Stale
from echauffeur.journal.models import Entry
from tests.factories import BaseFactory, ManagerFactory

pytestmark = pytest.mark.django_db

MORNING, EVENING = (time(6), time(12)), (time(13, 30), time(22))


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
    return base


@pytest.fixture
def manager(base: Base) -> User:
    manager: User = ManagerFactory(base=base)
    return manager


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def typed(*lines: tuple[int, int, str, str], **rest: str) -> dict[str, str]:
    """Return what the browser sends of these lines: weekday, number, opening, closing."""
    sent = {"mode": "hours"} | rest
    for day, n, opens, closes in lines:
        sent |= {f"d{day}-{n}-opens": opens, f"d{day}-{n}-closes": closes}
    return sent


def send(client: Client, base: Base, sent: dict[str, str]) -> Any:
    return client.post(reverse("base-hours", args=[base.code]), sent)


def steps() -> list[Any]:
    return list(Entry.objects.order_by("seq").values_list("verb", "subject", "data__weekdays"))


class TestSaving:
    def test_several_openings_a_day_are_one_step(self, client: Client, base: Base) -> None:
        sent = typed((0, 0, "06:00", "12:00"), (0, 1, "13:30", "22:00"), (4, 0, "6h", "12h00"))
        assert send(client, base, sent).status_code == 302
        assert week_of(base) == {0: [MORNING, EVENING], 4: [MORNING]}
        assert steps() == [("set_hours", "base", [0, 4])]

    def test_nothing_is_told_when_nothing_changed(self, client: Client, base: Base) -> None:
        for _ in range(2):
            send(client, base, typed((0, 0, "06:00", "12:00")))
        assert len(steps()) == 1

    def test_only_the_days_that_changed_are_written(self, client: Client, base: Base) -> None:
        send(client, base, typed((0, 0, "06:00", "12:00"), (1, 0, "06:00", "12:00")))
        monday = OpeningHours.objects.get(weekday=0).pk
        send(client, base, typed((0, 0, "06:00", "12:00"), (1, 0, "06:00", "14:00")))
        assert OpeningHours.objects.get(weekday=0).pk == monday
        assert steps()[-1] == ("set_hours", "base", [1])

    def test_day_and_night_needs_no_line(self, client: Client, base: Base) -> None:
        send(client, base, typed((0, 0, "06:00", "12:00")))
        send(client, base, typed((0, 0, "06:00", "12:00"), mode="always"))
        assert week_of(base) == {}

    @pytest.mark.parametrize("closes", ["00:00", "24:00", "24h", "23:59"])
    def test_midnight_is_the_end_of_the_day(self, client: Client, base: Base, closes: str) -> None:
        assert send(client, base, typed((6, 0, "20:00", closes))).status_code == 302
        assert week_of(base) == {6: [(time(20), time(23, 59))]}

    def test_the_page_says_which_of_the_two_holds(self, client: Client, base: Base) -> None:
        for sent, mode in (({"mode": "always"}, "always"), (typed((0, 0, "06:00", "12:00")), "hours")):
            send(client, base, sent)
            assert client.get(reverse("base-hours", args=[base.code])).context["form"]["mode"].value() == mode

    def test_of_two_who_save_at_once_the_second_is_told(self, base: Base, manager: User) -> None:
        drawn = digest_of_week(week_of(base))
        set_week(base=base, week={0: [MORNING]}, drawn=drawn, by=manager)
        with pytest.raises(Stale, match="Somebody else"):
            set_week(base=base, week={1: [MORNING]}, drawn=drawn, by=manager)
        assert week_of(base) == {0: [MORNING]}

    def test_who_comes_second_on_the_page_keeps_what_was_typed(self, client: Client, base: Base, manager: User) -> None:
        drawn = digest_of_week(week_of(base))
        set_week(base=base, week={0: [MORNING]}, drawn="", by=manager)
        response = send(client, base, typed((3, 0, "07:15", "18:45"), drawn=drawn))
        assert response.status_code == 422
        assert "Somebody else has just changed the opening hours" in response.content.decode()
        assert 'value="07:15"' in response.content.decode()
        again = typed((3, 0, "07:15", "18:45"), drawn=response.context["form"]["drawn"].value())
        assert send(client, base, again).status_code == 302
        assert set(week_of(base)) == {3}


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ([(0, 0, "06:00", "")], "Write both hours"),
            ([(0, 0, "", "12:00")], "Write both hours"),
            ([(0, 0, "noon", "12:00")], "This is not a time"),
            ([(0, 0, "22:00", "06:00")], "goes over midnight"),
            ([(0, 0, "06:00", "12:00"), (0, 1, "11:00", "14:00")], "overlaps with 06:00–12:00"),
            ([], "No hours are written"),
        ],
    )
    def test_is_said_and_nothing_is_written(
        self, client: Client, base: Base, lines: list[tuple[int, int, str, str]], said: str
    ) -> None:
        response = send(client, base, typed(*lines, (5, 0, "", "")))
        assert response.status_code == 422
        assert said in response.content.decode()
        assert week_of(base) == {}
        assert steps() == []

    @pytest.mark.parametrize("sent", [{}, {"mode": "never"}, {"mode": "hours", "d9-0-opens": "06:00"}])
    def test_nor_does_nonsense_break_it(self, client: Client, base: Base, sent: dict[str, str]) -> None:
        assert send(client, base, sent | {"d0-0-opens": "\x00", "drawn": "\x00"}).status_code == 422


class TestButtons:
    """They fill in what is typed and save nothing."""

    @pytest.mark.parametrize(
        ("button", "filled"),
        [
            ({"copy_all": "0"}, {day: [("06:00", "12:00")] for day in range(7)}),
            ({"copy_work": "0"}, {day: [("06:00", "12:00")] for day in range(5)} | {5: [("", "")], 6: [("08:00", "")]}),
            ({"round": "2"}, {2: [("00:00", "23:59")]}),
            ({"closed": "0"}, {0: [("", "")]}),
            ({"more": "0"}, {0: [("06:00", "12:00"), ("", "")]}),
            ({"split": "0-0"}, {0: [("06:00", "23:59")], 1: [("00:00", "12:00")]}),
        ],
    )
    def test_fill_in(
        self, client: Client, base: Base, button: dict[str, str], filled: dict[int, list[tuple[str, str]]]
    ) -> None:
        response = send(client, base, typed((0, 0, "06:00", "12:00"), (6, 0, "08:00", "")) | button)
        assert response.status_code == 200
        form = response.context["form"]
        assert {day: form.typed[day] for day in filled} == filled
        assert "not saved yet" in response.content.decode()
        assert week_of(base) == {}

    def test_a_night_over_the_end_of_the_week_goes_on_on_monday(self, client: Client, base: Base) -> None:
        form = send(client, base, typed((6, 0, "22:00", "05:00"), split="6-0")).context["form"]
        assert (form.typed[6], form.typed[0]) == ([("22:00", "23:59")], [("00:00", "05:00")])

    @pytest.mark.parametrize("button", [{"more": "7"}, {"split": "0-9"}, {"copy_all": "x"}, {"round": ""}])
    def test_one_that_does_not_exist_is_a_try_to_save(self, client: Client, base: Base, button: dict[str, str]) -> None:
        assert send(client, base, typed((0, 0, "06:00", "12:00")) | button).status_code == 302

    def test_a_day_does_not_grow_for_ever(self, client: Client, base: Base) -> None:
        lines = [(0, n, f"{n:02}:00", f"{n:02}:30") for n in range(8)]
        form = send(client, base, typed(*lines, more="0")).context["form"]
        assert len(form.typed[0]) == 8
