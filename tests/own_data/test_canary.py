"""Somebody who left traces everywhere deletes the account: found nowhere, while everything else stays true."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Ride, TrackingLink
from dispatch.models import Mission
from drivers.models import Driver, Licence, Shift
from echauffeur.accounts.models import Membership, User
from echauffeur.common import personal
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from echauffeur.own_data.actions import delete_account
from tests import factories
from tests.factories import PASSWORD
from tests.own_data.lives import EMAIL, WORDS, Life
from tests.own_data.scan import traces

pytestmark = pytest.mark.django_db


def test_the_canary_finds_a_person_who_has_not_left(life: Life) -> None:
    assert len(traces(WORDS)) > 15


def test_nothing_in_the_database_knows_the_person_any_more(life: Life) -> None:
    delete_account(by=life.person)
    assert traces(WORDS) == []


@pytest.mark.parametrize(
    "app", ["accounts", "journal", "bookings", "dispatch", "drivers", "fleet", "public", "notifications"]
)
def test_the_canary_sings_when_one_app_forgets_to_erase(life: Life, app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = replace(personal._keepers[app], erase=lambda person, identity: None)
    monkeypatch.setitem(personal._keepers, app, forgetful)
    delete_account(by=life.person)
    assert traces(WORDS) != []


def test_the_account_is_nobodys_and_opens_nothing(life: Life) -> None:
    delete_account(by=life.person)
    nobody = User.objects.get(pk=life.person.pk)
    assert (str(nobody), nobody.is_active, nobody.has_usable_password()) == ("Deleted account", False, False)
    assert not Membership.objects.filter(user=nobody).exists()
    assert life.client.get(reverse("rides")).status_code == 302
    tried = Client()
    tried.post(reverse("sign-in"), {"username": EMAIL, "password": PASSWORD})
    assert "_auth_user_id" not in tried.session


def test_the_address_is_free_again(life: Life) -> None:
    delete_account(by=life.person)
    assert factories.UserFactory(email=EMAIL).pk != life.person.pk


def test_past_rides_and_the_journal_stay_for_the_figures(life: Life) -> None:
    rides = Ride.objects.count()
    over = set(Ride.objects.ended().values_list("pk", "state", "ended_at", "rating", "pickup_at"))
    steps = set(Entry.objects.values_list("pk", "verb", "at", "by"))
    delete_account(by=life.person)
    assert Ride.objects.count() == rides
    assert over <= set(Ride.objects.values_list("pk", "state", "ended_at", "rating", "pickup_at"))
    assert steps <= set(Entry.objects.values_list("pk", "verb", "at", "by"))
    assert not TrackingLink.objects.filter(created_by=life.person).exists()


def test_rides_to_come_are_cancelled_like_any_other(life: Life) -> None:
    coming = set(Ride.objects.for_customer(life.person).live().values_list("pk", flat=True))
    assert len(coming) == 5
    delete_account(by=life.person)
    assert set(Ride.objects.filter(pk__in=coming).values_list("state", "end_reason")) == {
        ("cancelled", "no_longer_needed")
    }
    told = Entry.objects.filter(verb="cancel", subject="ride", subject_id__in=coming, by=life.person)
    assert told.count() == len(coming)
    assert not Mission.objects.live().filter(stops__ride__in=coming).exists()


def test_a_driver_stays_without_a_name_and_cannot_be_chosen(life: Life) -> None:
    driver = Driver.objects.get(user=life.person)
    driven = Mission.objects.filter(driver=driver).count()
    factories.ShiftFactory(
        driver=driver, period=(timezone.now() + timedelta(days=3), timezone.now() + timedelta(days=4))
    )
    delete_account(by=life.person)
    driver.refresh_from_db()
    assert (driver.enabled, driver.sharing, str(driver), driver.short_name) == (False, False, *["Deleted account"] * 2)
    assert Mission.objects.filter(driver=driver).count() == driven
    assert not Licence.objects.filter(driver=driver).exists()
    assert not driver.patterns.exists()
    assert not driver.absences.exists()
    assert [shift.period.upper <= timezone.now() for shift in Shift.objects.filter(driver=driver)] == [True]


def test_pages_that_showed_the_person_still_open(life: Life) -> None:
    codes = list(Ride.objects.ended().filter(customer=life.person).values_list("code", flat=True))
    delete_account(by=life.person)
    client = Client()
    client.force_login(User.objects.filter(is_superuser=True).get())
    for code in codes:
        page = client.get(reverse("tower", args=["brest"]), {"ride": code})
        assert page.status_code == 200
        assert not [word for word in WORDS if word in page.content.decode()]
    for model in ("accounts_user", "drivers_driver", "bookings_ride", "dispatch_mission", "journal_entry"):
        assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200


def test_nobody_leaves_twice(life: Life) -> None:
    delete_account(by=life.person)
    with pytest.raises(Refusal, match="already"):
        delete_account(by=life.person)
