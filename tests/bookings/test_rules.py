"""What a base lets be booked: every rule quoted, which of them a regulator may overrule, and what stays of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from bookings.actions import confirm, request, share
from bookings.models import Ride
from bookings.rules import AgainstTheRules, Origin, Wish, check_wish
from bookings.states import RideState
from dispatch.actions import no_show_allowed_at
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, OpeningException, OpeningHours, Place
from echauffeur.common.lifecycle import Party
from echauffeur.common.refusals import Refusal
from echauffeur.journal.models import Entry
from tests.bookings.conftest import check, only_ride, send
from tests.factories import BaseFactory, CategoryFactory, PlaceFactory, RegulatorFactory, RideFactory

pytestmark = pytest.mark.django_db
Typed = dict[str, Any]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def set_rules(base: Base, **rules: Any) -> None:
    Base.objects.filter(pk=base.pk).update(**rules)
    base.refresh_from_db()


def closed(base: Base, days: int = 30) -> None:
    today = base.today()
    OpeningException.objects.create(
        base=base, first_day=today - timedelta(days=1), last_day=today + timedelta(days=days), label="Travaux"
    )


@pytest.fixture
def wish(gate: Place, hospital: Place) -> Wish:
    return Wish(Origin.at(gate), hospital, timezone.now() + timedelta(hours=2), "Camille Durand", "+33612345678")


def rules_broken(base: Base, wish: Wish, party: Party = Party.CUSTOMER, **asked: Any) -> dict[str, str]:
    """Return the name and the sentence of each rule that forbids the wish."""
    with pytest.raises(AgainstTheRules) as refused:
        check_wish(base, wish, party=party, **asked)
    return {broken.rule: broken.refusal for broken in refused.value.broken}


class TestEachRuleIsQuoted:
    def test_opening_hours(self, base: Base, wish: Wish) -> None:
        on = base.today() + timedelta(days=3)
        OpeningHours.objects.create(base=base, weekday=on.weekday(), opens=time(6, 15), closes=time(19, 30))
        late = replace(wish, wanted_at=base.at(on, time(21)))
        quoted = rules_broken(base, late)["opening_hours"]
        assert "Brest is open from 06:15 to 19:30." in quoted
        assert "It opens again on" in quoted
        assert check_wish(base, replace(wish, wanted_at=base.at(on, time(19, 30))), party=Party.CUSTOMER)

    def test_an_exception_with_its_label(self, base: Base, wish: Wish) -> None:
        closed(base)
        assert "Brest is closed: Travaux." in rules_broken(base, wish)["opening_hours"]
        assert "Brest is closed: Travaux." in rules_broken(base, replace(wish, wanted_at=None))["opening_hours"]

    def test_a_public_holiday_with_its_name(self, base: Base, wish: Wish) -> None:
        set_rules(base, holiday_calendar="FR", horizon_days=800)
        year = base.today().year + 1
        bastille = base.at(datetime(year, 7, 14, tzinfo=base.zone).date(), time(10))
        assert (
            "closed: public holiday, National Day."
            in rules_broken(base, replace(wish, wanted_at=bastille))["opening_hours"]
        )

    def test_closed_for_good(self, base: Base, wish: Wish) -> None:
        closed(base, days=1000)
        assert "call the control room" in rules_broken(base, wish)["opening_hours"]

    def test_notice(self, base: Base, wish: Wish) -> None:
        soon = replace(wish, wanted_at=timezone.now() + timedelta(minutes=5))
        assert "Brest needs 15 minutes’ notice" in rules_broken(base, soon)["shortest_notice"]

    def test_horizon(self, base: Base, wish: Wish) -> None:
        far = replace(wish, wanted_at=timezone.now() + timedelta(days=61))
        assert "Brest takes bookings up to 60 days ahead" in rules_broken(base, far)["horizon"]

    def test_greatest_party(self, base: Base, wish: Wish) -> None:
        set_rules(base, greatest_party=2)
        assert check_wish(base, replace(wish, passengers=2), party=Party.CUSTOMER)
        assert (
            "takes parties of up to 2 passengers" in rules_broken(base, replace(wish, passengers=3))["greatest_party"]
        )

    def test_motive(self, base: Base, wish: Wish) -> None:
        set_rules(base, motive_required=True)
        assert "needs a motive" in rules_broken(base, replace(wish, motive="  "))["motive"]
        assert check_wish(base, replace(wish, motive="Réunion"), party=Party.CUSTOMER)

    def test_all_of_them_at_once(self, base: Base, wish: Wish) -> None:
        set_rules(base, motive_required=True, greatest_party=1)
        closed(base)
        asked = replace(wish, passengers=2, wanted_at=timezone.now() + timedelta(minutes=3))
        assert set(rules_broken(base, asked)) == {"motive", "greatest_party", "opening_hours", "shortest_notice"}


class TestOverruling:
    def broken(self, base: Base, wish: Wish) -> Wish:
        set_rules(base, motive_required=True, greatest_party=1, horizon_days=1)
        closed(base)
        return replace(wish, passengers=2, wanted_at=timezone.now() + timedelta(days=2))

    def test_a_regulator_with_a_reason_books_and_the_journal_keeps_both(self, base: Base, wish: Wish) -> None:
        regulator = RegulatorFactory(base=base)
        asked = self.broken(base, wish)
        request(base=base, wish=asked, by=regulator, party=Party.REGULATOR, overrule=" Ordre de l’état-major ")
        entry = Entry.objects.get(verb="request")
        assert entry.words == "Ordre de l’état-major"
        assert entry.by == regulator
        assert entry.data == {
            "overruled": [
                {"rule": "greatest_party", "most": 1},
                {"rule": "horizon", "days": 1},
                {"rule": "opening_hours", "hours": [], "because": "Travaux"},
                {"rule": "motive"},
            ]
        }

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_a_reason_nothing_is_written(self, base: Base, wish: Wish, reason: str) -> None:
        asked, regulator = self.broken(base, wish), RegulatorFactory(base=base)
        with pytest.raises(AgainstTheRules):
            request(base=base, wish=asked, by=regulator, party=Party.REGULATOR, overrule=reason)
        assert not Ride.objects.exists()

    def test_a_customers_reason_counts_for_nothing(self, base: Base, wish: Wish, customer: User) -> None:
        asked = self.broken(base, wish)
        with pytest.raises(AgainstTheRules):
            request(base=base, wish=asked, by=customer, overrule="Because I can")
        assert not Ride.objects.exists()

    def test_a_reason_for_no_rule_leaves_no_trace(self, base: Base, wish: Wish) -> None:
        request(base=base, wish=wish, by=RegulatorFactory(base=base), party=Party.REGULATOR, overrule="To be sure")
        entry = Entry.objects.get(verb="request")
        assert (entry.words, entry.data) == ("", {})

    def test_what_cannot_be_driven_is_never_overruled(self, base: Base, wish: Wish) -> None:
        elsewhere, off = PlaceFactory(base=BaseFactory(code="toulon")), PlaceFactory(base=base, enabled=False)
        far = PlaceFactory(base=base, latitude=base.latitude + 1)
        impossible = {
            "carries 9 passengers": replace(wish, passengers=9),
            "takes 1 wheelchairs": replace(wish, wheelchairs=1),
            "is not served": replace(wish, destination=elsewhere),
            "is not served by": replace(wish, destination=off),
            "starts and ends": replace(wish, destination=wish.origin.place),  # type: ignore[arg-type]
            "time has passed": replace(wish, wanted_at=timezone.now() - timedelta(hours=1)),
            "stay within 60 km": replace(wish, destination=far),
            "stay within 60": replace(wish, origin=Origin("My position", base.latitude, base.longitude + 2)),
            "does not offer": replace(wish, category=CategoryFactory(base=elsewhere.base)),
            "does not offer this": replace(wish, category=CategoryFactory(base=base, enabled=False)),
        }
        for sentence, asked in impossible.items():
            with pytest.raises(Refusal, match=sentence) as refused:
                check_wish(base, asked, party=Party.REGULATOR, overrule="All the same")
            assert not isinstance(refused.value, AgainstTheRules)


class TestTheArea:
    def test_how_far_is_said_in_words(self, base: Base, wish: Wish) -> None:
        set_rules(base, area_radius_m=900)
        with pytest.raises(Refusal, match=r"“Hôpital” is 1\.\d km from Brest, whose rides stay within 900 m"):
            check_wish(base, replace(wish, origin=Origin("Here", base.latitude, base.longitude)), party=Party.CUSTOMER)

    def test_from_here_outside(self, client: Client, typed: Typed) -> None:
        here = typed | {"origin": "", "latitude": "43.11", "longitude": "5.92"}
        answer = send(client, here)
        assert answer.status_code == 422
        assert "You are 997 km from Brest, whose rides stay within 60 km" in str(
            answer.context["form"].errors["origin"]
        )

    def test_a_place_is_not_put_outside(self, base: Base) -> None:
        place = PlaceFactory.build(base=base, latitude=base.longitude, longitude=base.latitude)
        with pytest.raises(Exception, match="whose area ends at 60 km"):
            place.full_clean()


class TestAskingForThem:
    def test_no_category_is_asked_for_where_there_is_none(self, client: Client, typed: Typed, base: Base) -> None:
        CategoryFactory(base=base, enabled=False)
        assert "category" not in client.get(reverse("ride-request")).context["form"].fields
        check(client, typed)

    def test_the_only_one_is_chosen_already(self, client: Client, base: Base) -> None:
        only = CategoryFactory(base=base, name="Liaison")
        form = client.get(reverse("ride-request")).context["form"]
        assert form["category"].value() == only.pk
        CategoryFactory(base=base)
        assert client.get(reverse("ride-request")).context["form"]["category"].value() is None

    def test_category_and_motive_go_all_the_way(self, client: Client, typed: Typed, base: Base) -> None:
        set_rules(base, motive_required=True)
        chosen = CategoryFactory.create_batch(2, base=base)[1]
        missing = send(client, typed)
        assert set(missing.context["form"].errors) == {"category"}
        missing = send(client, typed | {"category": chosen.pk})
        assert set(missing.context["form"].errors) == {"motive"}
        address, fields = check(client, typed | {"category": chosen.pk, "motive": "Réunion à l’état-major"})
        recap = client.get(address).content.decode()
        assert chosen.name in recap
        assert "Réunion à l’état-major" in recap
        client.post(address, fields)
        ride = only_ride()
        assert (ride.category, ride.motive) == (chosen, "Réunion à l’état-major")
        page = client.get(reverse("ride", args=[ride.code])).content.decode()
        assert chosen.name in page
        assert "Réunion à l’état-major" in page
        again = client.get(f"{reverse('ride-request')}?again={ride.code}").context["form"]
        assert (again["category"].value(), again["motive"].value()) == (chosen.pk, "Réunion à l’état-major")

    def test_a_draft_keeps_them(self, client: Client, typed: Typed, base: Base) -> None:
        chosen = CategoryFactory.create_batch(2, base=base)[0]
        check(client, typed | {"category": chosen.pk, "motive": "Réunion"})
        form = client.get(reverse("ride-request")).context["form"]
        assert (form["category"].value(), form["motive"].value()) == (str(chosen.pk), "Réunion")

    @pytest.mark.parametrize("which", ["foreign", "disabled", "missing", "nonsense"])
    def test_no_other_category_can_be_sent(self, client: Client, typed: Typed, base: Base, which: str) -> None:
        CategoryFactory(base=base)
        sent = {
            "foreign": CategoryFactory(base=BaseFactory(code="toulon")).pk,
            "disabled": CategoryFactory(base=base, enabled=False).pk,
            "missing": 999_999_999,
            "nonsense": "liaison",
        }
        answer = send(client, typed | {"category": sent[which]})
        assert answer.status_code == 422
        assert "not offered any more" in str(answer.context["form"].errors["category"])

    def test_a_customers_overrule_is_not_read(self, client: Client, typed: Typed, base: Base) -> None:
        closed(base)
        answer = send(client, typed | {"overrule": "Because I can"})
        assert answer.status_code == 422
        assert "Travaux" in str(answer.context["form"].errors["clock"])
        assert 'name="overrule"' not in answer.content.decode()

    def test_each_rule_is_said_at_its_field(self, client: Client, typed: Typed, base: Base) -> None:
        set_rules(base, motive_required=True, greatest_party=1)
        closed(base)
        errors = send(client, typed).context["form"].errors
        assert set(errors) == {"clock", "motive", "passengers"}

    def test_the_page_tells_rules_and_what_comes(self, client: Client, base: Base) -> None:
        set_rules(base, motive_required=True, greatest_party=6)
        closed(base)
        page = " ".join(client.get(reverse("ride-request")).content.decode().split())
        for words in ("Other hours soon", "Travaux", "Parties of up to 6 passengers", "a motive is needed"):
            assert words in page

    def test_guests_and_drivers_do_not_read_the_motive(self, client: Client, base: Base) -> None:
        ride = RideFactory(base=base, motive="Secret visit", category=CategoryFactory(base=base, name="Autorité"))
        token = share(ride=ride, by=ride.customer)
        guest = Client()
        page = guest.get(guest.get(reverse("track-open", args=[token])).url).content.decode()
        assert "Secret visit" not in page
        assert "Autorité" not in page


class TestChangingRules:
    def test_rides_booked_before_stay_as_they_are(self, base: Base, wish: Wish, customer: User) -> None:
        category = CategoryFactory(base=base)
        ride = request(base=base, wish=replace(wish, category=category), by=customer)
        before = Ride.objects.values().get(pk=ride.pk)
        set_rules(
            base, ride_minutes=90, greatest_party=1, motive_required=True, horizon_days=0, area_radius_m=100,
            shortest_notice_minutes=600, auto_confirm=True, holiday_calendar="FR",
        )  # fmt: skip
        category.enabled = False
        category.save()
        closed(base)
        assert Ride.objects.values().get(pk=ride.pk) == before
        assert confirm(ride=ride, by=RegulatorFactory(base=base)).state == RideState.CONFIRMED

    def test_the_other_rules_hold_from_then_on(self, base: Base, wish: Wish, customer: User) -> None:
        set_rules(base, ride_minutes=45, auto_confirm=True, no_show_minutes=7, shortest_notice_minutes=40)
        ride = request(base=base, wish=replace(wish, wanted_at=None), by=customer)
        ride.refresh_from_db()
        assert (ride.minutes, ride.state) == (45, RideState.CONFIRMED)
        assert timedelta(minutes=39) < ride.pickup_at - timezone.now() <= timedelta(minutes=40)
        assert no_show_allowed_at(ride) >= ride.state_since + timedelta(minutes=7)

    def test_a_category_with_rides_is_switched_off_not_removed(self, base: Base, wish: Wish, customer: User) -> None:
        category = CategoryFactory(base=base)
        request(base=base, wish=replace(wish, category=category), by=customer)
        with pytest.raises(Exception, match="protected"):
            category.delete()
