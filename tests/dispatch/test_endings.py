"""Who is told that a licence ends: in time, once, in their language, with the missions that it concerns."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from dispatch import endings
from dispatch.endings import warn_everywhere, warn_on
from drivers.models import Driver, Licence
from echauffeur.bases.models import Base
from echauffeur.notifications.models import Message
from tests.factories import BaseFactory, DriverFactory, LicenceFactory, ManagerFactory, UserFactory
from tests.life.crowd import at_once
from tests.life.journeys import journey_to

END = date(2030, 3, 31)


def morning(ahead: int, hour: int = 9) -> datetime:
    """Return a moment so many days before the end, in the morning of Paris."""
    return datetime(END.year, END.month, END.day, hour, tzinfo=UTC) - timedelta(days=ahead)


@pytest.fixture
def base() -> Base:
    base: Base = BaseFactory()
    return base


@pytest.fixture
def yann(base: Base) -> Driver:
    yann: Driver = DriverFactory(base=base, user__email="yann@example.org")
    LicenceFactory(driver=yann, category="D", expires_on=END)
    ManagerFactory(base=base, email="manager@example.org")
    return yann


def told() -> list[str]:
    """Return whom was written to since the last time, and forget it."""
    addresses = list(Message.objects.order_by("to").values_list("to", flat=True))
    Message.objects.all().delete()
    return addresses


BOTH = ["manager@example.org", "yann@example.org"]


@pytest.mark.django_db
def test_what_it_concerns_is_worked_out_once_for_all_managers_of_a_language(
    yann: Driver, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    languages: list[str] = []

    def watched(driver: Driver) -> list[Any]:
        languages.append(translation.get_language())
        return []

    monkeypatch.setattr(endings, "stranded_of_driver", watched)
    for language in ("fr", "en", "fr"):
        ManagerFactory(base=base, language=language)
    written = warn_everywhere(morning(60))
    assert (written, sorted(languages)) == (5, ["en", "fr"])


@pytest.mark.django_db
class TestWhen:
    @pytest.mark.parametrize(("ahead", "people"), [(61, []), (60, BOTH), (30, BOTH), (7, BOTH), (0, BOTH), (-1, BOTH)])
    def test_sixty_days_ahead_or_as_soon_as_it_is_known(self, yann: Driver, ahead: int, people: list[str]) -> None:
        warn_everywhere(morning(ahead))
        assert told() == people

    def test_each_of_the_three_times_once(self, yann: Driver) -> None:
        days = [ahead for ahead in range(70, -10, -1) if warn_everywhere(morning(ahead)) and told()]
        assert days == [60, 7, -1]

    def test_the_training_too(self, yann: Driver) -> None:
        yann.licences.filter(category="D").delete()
        Driver.objects.update(wheelchair_trained=True, wheelchair_until=END)
        days = [ahead for ahead in range(70, -10, -1) if warn_everywhere(morning(ahead)) and told()]
        assert days == [60, 7, -1]

    def test_a_renewal_is_the_only_thing_to_write(self, yann: Driver) -> None:
        warn_everywhere(morning(7))
        told()
        yann.licences.filter(category="D").update(expires_on=END + timedelta(days=30))
        days = [ahead for ahead in range(6, -40, -1) if warn_everywhere(morning(ahead)) and told()]
        assert days == [6, -23, -31], "the new end has its own warnings, the first at once when it is near"

    def test_an_end_that_is_corrected_to_an_earlier_day_is_told(self, yann: Driver) -> None:
        warn_everywhere(morning(60))
        told()
        yann.licences.filter(category="D").update(expires_on=END - timedelta(days=55))
        warn_everywhere(morning(59))
        assert told() == BOTH

    @pytest.mark.parametrize(
        ("zone", "hour", "is_told"),
        [
            ("Europe/Paris", 3, False),
            ("Europe/Paris", 4, True),
            ("Pacific/Noumea", 18, False),
            ("Pacific/Noumea", 19, True),
        ],
    )
    def test_in_the_morning_of_the_base(self, yann: Driver, base: Base, zone: str, hour: int, is_told: bool) -> None:
        """On 2 July it is six in Paris at four, and in Nouméa at seven in the evening of the day before."""
        Base.objects.update(time_zone=zone)
        yann.licences.filter(category="D").update(expires_on=date(2030, 8, 31))
        warn_everywhere(datetime(2030, 7, 2, hour, tzinfo=UTC))
        assert bool(told()) is is_told

    def test_the_day_is_the_bases_own(self, yann: Driver) -> None:
        """At seven in the evening of day 61 it is day 60 in Nouméa."""
        Base.objects.update(time_zone="Pacific/Noumea")
        warn_everywhere(morning(61, hour=19))
        assert told() == BOTH

    def test_what_is_new_since_the_morning_waits_for_the_next(self, yann: Driver) -> None:
        with time_machine.travel(morning(60), tick=False):
            warn_everywhere()
        assert Message.objects.count() == 2
        LicenceFactory(driver=yann, category="C", expires_on=END)
        with time_machine.travel(morning(60, hour=15), tick=False):
            warn_everywhere()
        assert Message.objects.count() == 2
        with time_machine.travel(morning(59), tick=False):
            warn_everywhere()
        assert Message.objects.count() == 4


@pytest.mark.django_db
class TestWhom:
    def test_nobody_who_does_not_drive(self, yann: Driver) -> None:
        Driver.objects.update(enabled=False)
        warn_everywhere(morning(7))
        assert told() == []

    def test_nobody_of_another_base_and_no_manager_who_left(self, yann: Driver, base: Base) -> None:
        ManagerFactory(base=BaseFactory(code="toulon"), email="toulon@example.org")
        ManagerFactory(base=base, email="left@example.org", is_active=False)
        warn_everywhere(morning(7))
        assert told() == BOTH

    def test_one_mail_with_all_that_is_new(self, yann: Driver, base: Base) -> None:
        zoe = DriverFactory(base=base, user__email="zoe@example.org", user__first_name="Zoé", licence__expires_on=END)
        LicenceFactory(driver=yann, category="C", expires_on=END)
        warn_everywhere(morning(60))
        mail = Message.objects.get(to="manager@example.org")
        assert mail.subject == "Brest: 3 licences and trainings of drivers end"
        for driver in (yann, zoe):
            assert str(driver) in mail.body
            assert reverse("base-driver", args=["brest", driver.pk]) in mail.body
        own = Message.objects.get(to="yann@example.org")
        assert own.subject == "2 of your licences and trainings end, or have ended"
        assert "Your licence C ends on March 31, 2030." in own.body

    def test_in_the_language_of_who_reads_it(self, yann: Driver) -> None:
        yann.user.language = "fr"
        yann.user.save()
        warn_everywhere(morning(60))
        assert "31 mars 2030" in Message.objects.get(to="yann@example.org").body
        assert "March 31, 2030" in Message.objects.get(to="manager@example.org").body

    def test_a_base_that_fails_keeps_no_other_from_its_warnings(
        self, yann: Driver, base: Base, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        DriverFactory(base=BaseFactory(code="toulon"), user__email="t@example.org", licence__expires_on=END)

        def fails_on_brest(driver: Driver, ends: Any) -> Any:
            if driver.base_id == base.pk:
                raise ValueError
            return own_end(driver, ends)

        own_end = endings.own_end
        monkeypatch.setattr(endings, "own_end", fails_on_brest)
        warn_everywhere(morning(60))
        assert told() == ["t@example.org"]
        assert not Licence.objects.filter(driver=yann, warned_for__isnull=False).exists()


@pytest.mark.django_db
def test_the_missions_that_it_concerns_are_named() -> None:
    journey = journey_to("assigned")
    manager = ManagerFactory(base=journey.base)
    today = journey.base.today()
    journey.driver.licences.update(expires_on=today - timedelta(days=1))
    warn_on(journey.base, journey.base.at(today, endings.MORNING))
    mail = Message.objects.get(to=manager.email)
    assert journey.ride.code in mail.body
    assert "the licence B of" in mail.body
    Message.objects.all().delete()
    journey.driver.licences.update(expires_on=END)
    assert warn_on(journey.base, journey.base.at(today, endings.MORNING)) == 0


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have two workers meet before they write, if no lock keeps them apart."""
    barrier, tell = threading.Barrier(2), endings._tell

    def meet(*args: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)
        tell(*args)

    monkeypatch.setattr(endings, "_tell", meet)
    return None


def told_by_two_workers(base: Base) -> int:
    at_once([lambda: warn_on(base, morning(60)) for _ in range(2)])
    return Message.objects.filter(kind="licence_ends").count()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_it_once(yann: Driver, base: Base, meeting: None) -> None:
    assert told_by_two_workers(base) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_tell_it_twice(
    yann: Driver, base: Base, meeting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: nobody waits for anybody, so both find that it was not told yet."""
    of = type(Driver.objects.all()).select_for_update
    monkeypatch.setattr(
        "drivers.models.DriverQuerySet.select_for_update",
        lambda rows, **_how: rows if rows.model is Driver else of(rows),
    )
    assert told_by_two_workers(base) == 2


@pytest.mark.django_db
class TestOnThePages:
    def test_the_drivers_own_page_says_it(self, yann: Driver) -> None:
        client = Client()
        client.force_login(yann.user)
        today = yann.base.today()
        for days, said in ((90, False), (60, True), (3, True), (-2, True)):
            yann.licences.filter(category="D").update(expires_on=today + timedelta(days=days))
            page = client.get(reverse("my-day")).content.decode()
            assert ("Your licence D" in page) is said, days
            assert ('id="ending-D"' in page) is said

    def test_a_renewal_clears_the_managers_page(self, yann: Driver, base: Base) -> None:
        client = Client()
        client.force_login(ManagerFactory(base=base))
        address = reverse("base-driver", args=[base.code, yann.pk])
        yann.licences.filter(category="D").update(expires_on=base.today() - timedelta(days=1))
        assert 'id="ending-D"' in client.get(address).content.decode()
        yann.licences.filter(category="D").update(expires_on=END)
        assert "ending-D" not in client.get(address).content.decode()

    def test_somebody_elses_page_says_nothing(self, yann: Driver) -> None:
        client = Client()
        other = DriverFactory(base=yann.base, user=UserFactory())
        client.force_login(other.user)
        Licence.objects.filter(category="D").update(expires_on=yann.base.today())
        assert "ending-" not in client.get(reverse("my-day")).content.decode()
