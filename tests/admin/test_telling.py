"""Edits in the administration are steps like any other: in the journal, on the streams of the bases they concern."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from dispatch.queries.tower import tower_of
from drivers.admin import ShiftFormSet
from drivers.models import Driver, Shift
from echauffeur.accounts.models import Membership, User
from echauffeur.accounts.roles import Role
from echauffeur.bases.models import Base, Place
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of, seqs_of
from fleet.models import Vehicle
from tests.factories import (
    BaseFactory,
    DriverFactory,
    MembershipFactory,
    PlaceFactory,
    UserFactory,
    VehicleFactory,
    VehicleModelFactory,
)
from tests.life.expected import Told, replay
from tests.life.journeys import journey_to
from tracking.actions import positions as tracking

pytestmark = pytest.mark.django_db


@pytest.fixture
def brest() -> Base:
    return BaseFactory(code="brest")


@pytest.fixture
def toulon() -> Base:
    return BaseFactory(code="toulon")


def form_on(client: Client, address: str) -> dict[str, Any]:
    """Return what a browser would send from that page if nobody touched it."""
    form = BeautifulSoup(client.get(address).content, "html.parser").select_one("#content-main form[method=post]")
    assert form
    sent = {i["name"]: i.get("value", "") for i in form.select("input[name]") if i.get("type") not in NOT_SENT}
    sent |= {i["name"]: "on" for i in form.select("input[type=checkbox][checked]")}
    sent |= {i["name"]: i.get_text().removeprefix("\n") for i in form.select("textarea[name]")}
    chosen = {select["name"]: select.select_one("option[selected]") for select in form.select("select[name]")}
    return sent | {name: option["value"] if option else "" for name, option in chosen.items()}


NOT_SENT = {"submit", "checkbox", "button"}


def change(client: Client, kind: str, row: Any, **changes: Any) -> None:
    address = f"/admin/{kind}/{row.pk}/change/"
    answer = client.post(address, form_on(client, address) | changes)
    assert answer.status_code == 302, (answer.context["errors"], sorted(answer.wsgi_request.POST.items()))


def add(client: Client, kind: str, **fields: Any) -> None:
    address = f"/admin/{kind}/add/"
    answer = client.post(address, form_on(client, address) | fields)
    assert answer.status_code == 302, (answer.context["errors"], sorted(answer.wsgi_request.POST.items()))


def delete(client: Client, kind: str, row: Any) -> None:
    assert client.post(f"/admin/{kind}/{row.pk}/delete/", {"post": "yes"}).status_code == 302


@contextmanager
def told(*bases: Base, times: int = 1) -> Iterator[None]:
    """Expect these bases, and no other, to be told; and the journal to tell a whole story without gaps."""
    names = [f"base:{pk}" for pk in Base.objects.values_list("pk", flat=True)]
    before = seqs_of(names)
    yield
    assert {name: seq - before.get(name, 0) for name, seq in seqs_of(names).items() if seq != before.get(name)} == {
        f"base:{base.pk}": times for base in bases
    }
    columns = ["base_id", "seq", "subject", "subject_id", "from_state", "to_state", "streams"]
    replay(Told(*row) for row in Entry.objects.exclude(base=None).order_by("pk").values_list(*columns))


def newest() -> Entry:
    return Entry.objects.latest("pk")


class TestVehicles:
    @pytest.fixture
    def zoe(self, brest: Base, toulon: Base) -> Vehicle:
        return VehicleFactory(base=brest, name="Kangoo 3")

    def test_a_change_is_told_with_who_and_which_fields(
        self, administration: Client, administrator: User, zoe: Vehicle
    ) -> None:
        with told(zoe.base):
            change(administration, "fleet/vehicle", zoe, plate="ZZ-999-ZZ", colour="bleu")
        entry = newest()
        assert (entry.verb, entry.subject, entry.code, entry.party) == ("change", "vehicle", "Kangoo 3", "admin")
        assert entry.by == administrator
        assert entry.data == {"fields": ["plate", "colour"]}

    def test_the_tower_says_it(self, administration: Client, zoe: Vehicle) -> None:
        change(administration, "fleet/vehicle", zoe, plate="ZZ-999-ZZ")
        with override("en"):
            said = tower_of(zoe.base, now=timezone.now()).announcement
        assert said == "Vehicle Kangoo 3 was changed"

    def test_saving_what_is_there_already_tells_nothing(self, administration: Client, zoe: Vehicle) -> None:
        with told():
            change(administration, "fleet/vehicle", zoe)

    def test_being_out_of_service_is_told(self, administration: Client, zoe: Vehicle) -> None:
        out = {"unavailabilities-0-period_0": "2098-07-14T08:00", "unavailabilities-0-reason": "breakdown"}
        with told(zoe.base):
            change(administration, "fleet/vehicle", zoe, **out)
        assert newest().data == {"fields": ["unavailabilities"]}

    def test_one_that_moves_is_told_to_both_bases(self, administration: Client, zoe: Vehicle, toulon: Base) -> None:
        with told(zoe.base, toulon):
            change(administration, "fleet/vehicle", zoe, base=toulon.pk)

    def test_coming_and_going_are_told(self, administration: Client, zoe: Vehicle, toulon: Base) -> None:
        with told(toulon):
            add(administration, "fleet/vehicle", base=toulon.pk, model=zoe.model_id, name="N" * 30, plate="AA-1")
        assert newest().code == "N" * 20
        with told(zoe.base):
            delete(administration, "fleet/vehicle", zoe)

    def test_several_at_once_are_told_one_by_one(self, administration: Client, zoe: Vehicle, toulon: Base) -> None:
        others = VehicleFactory.create_batch(2, base=toulon)
        chosen = [row.pk for row in [others[0], zoe, others[1]]]
        with told(zoe.base):
            administration.post("/admin/fleet/vehicle/", deletion(chosen[1:2]))
        with told(toulon, times=2):
            administration.post("/admin/fleet/vehicle/", deletion(chosen))

    def test_a_models_seats_are_told_where_such_vehicles_are(self, administration: Client, zoe: Vehicle) -> None:
        VehicleFactory.create_batch(2, base=zoe.base, model=zoe.model)
        VehicleFactory(base=BaseFactory(code="lille"), model=VehicleModelFactory(name="Kangoo"))
        with told(zoe.base):
            change(administration, "fleet/vehiclemodel", zoe.model, seats=3)


def deletion(keys: list[int]) -> dict[str, Any]:
    return {"action": "delete_selected", "_selected_action": keys, "post": "yes"}


class TestDrivers:
    @pytest.fixture
    def forgotten(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The drivers whose position was dropped."""
        forgotten: list[int] = []
        monkeypatch.setattr(tracking, "forget", forgotten.append)
        return forgotten

    @pytest.fixture
    def yann(self, brest: Base, toulon: Base) -> Driver:
        return DriverFactory(base=brest)

    @pytest.mark.parametrize(
        ("changes", "is_forgotten"),
        [
            ({"shifts-0-DELETE": "on"}, True),
            ({"shifts-0-period_1": "2099-07-14T08:00"}, False),
            ({"enabled": None}, True),
            ({"sharing": None}, True),
            ({"licences-0-expires_on": "2001-01-01"}, False),
        ],
    )
    def test_the_base_and_the_drivers_phone_hear_of_it(
        self, request: pytest.FixtureRequest, yann: Driver, changes: dict[str, Any], is_forgotten: bool
    ) -> None:
        administration, forgotten = map(request.getfixturevalue, ["administration", "forgotten"])
        committing = request.getfixturevalue("django_capture_on_commit_callbacks")
        address = f"/admin/drivers/driver/{yann.pk}/change/"
        sent = {name: value for name, value in (form_on(administration, address) | changes).items() if value}
        with told(yann.base), committing(execute=True):
            assert administration.post(address, sent).status_code == 302
        assert seq_of(yann.stream) == 1
        assert forgotten == ([yann.pk] if is_forgotten else [])

    def test_one_who_comes_or_goes_is_told(self, administration: Client, yann: Driver, toulon: Base) -> None:
        with told(toulon, times=2):  # the role, and the profile
            add(administration, "drivers/driver", base=toulon.pk, user=UserFactory().pk)
        with told(yann.base):
            delete(administration, "drivers/driver", yann)
        assert seq_of(f"driver:{newest().subject_id}") == 1

    def test_an_overlap_saved_at_the_same_instant_is_said_at_its_field(
        self, administration: Client, yann: Driver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Our checks pass, somebody else's shift lands, the constraint stops us: the second check sees it."""
        period = DateTimeTZRange(timezone.now() + timedelta(days=10), timezone.now() + timedelta(days=11))
        others = Shift(driver=yann, period=period)
        seen = iter([[], [others]])
        monkeypatch.setattr(ShiftFormSet, "_shifts_not_shown", lambda _: next(seen))
        others.save()
        address = f"/admin/drivers/driver/{yann.pk}/change/"
        sent = form_on(administration, address) | {"shifts-INITIAL_FORMS": 1}
        sent = {name: value for name, value in sent.items() if not name.startswith("shifts-1")}
        sent |= {"shifts-1-period_0": written(period.lower), "shifts-1-period_1": written(period.upper)}
        with override("en"), told():
            answer = administration.post(address, sent)
        assert answer.status_code == 200
        assert "already on duty" in answer.content.decode()


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


class TestPeople:
    def test_what_changes_of_a_driver_is_told(self, administration: Client, brest: Base, toulon: Base) -> None:
        yann = DriverFactory(base=brest)
        with told(brest):
            change(administration, "accounts/user", yann.user, phone="06 99 99 99 99")
        assert newest().subject == "driver"
        assert newest().data == {"fields": ["phone"]}
        with told():
            change(administration, "accounts/user", yann.user, language="fr")

    def test_roles_in_a_persons_page_are_told_where_they_hold(
        self, administration: Client, brest: Base, toulon: Base
    ) -> None:
        held = MembershipFactory(base=brest)
        with told(toulon):
            new = {"memberships-1-base": toulon.pk, "memberships-1-role": Role.MANAGER}
            change(administration, "accounts/user", held.user, **new)
        assert (newest().verb, newest().code, newest().party) == ("grant", "manager", "admin")
        with told(brest):
            change(administration, "accounts/user", held.user, **{"memberships-0-DELETE": "on"})
        assert (newest().verb, newest().subject_id) == ("withdraw", held.pk)
        assert newest().data == {"fields": [], "person": held.user_id}
        assert [row.base for row in Membership.objects.filter(user=held.user)] == [toulon]
        assert seq_of(held.user.subject.stream) == 2

    def test_roles_in_their_own_list_are_told(self, administration: Client, brest: Base, toulon: Base) -> None:
        with told(toulon):
            add(administration, "accounts/membership", user=UserFactory().pk, base=toulon.pk, role=Role.REGULATOR)
        held = Membership.objects.get(base=toulon)
        with told(toulon):
            delete(administration, "accounts/membership", held)
        others = MembershipFactory.create_batch(2, base=brest)
        with told(brest, times=2):
            administration.post("/admin/accounts/membership/", deletion([row.pk for row in others]))
        assert not Membership.objects.exists()

    def test_a_role_is_given_or_withdrawn_never_turned_into_another(
        self, administration: Client, brest: Base, toulon: Base
    ) -> None:
        held = MembershipFactory(base=brest)
        forged = {"user": held.user_id, "base": toulon.pk, "role": Role.MANAGER}
        with told():
            assert administration.post(f"/admin/accounts/membership/{held.pk}/change/", forged).status_code == 403
            forged = {"memberships-0-base": toulon.pk, "memberships-0-role": Role.MANAGER}
            change(administration, "accounts/user", held.user, **forged)
        assert Membership.objects.get() == held

    def test_a_driver_with_missions_keeps_the_role(self, administration: Client) -> None:
        journey = journey_to("acknowledged")
        yann = journey.driver.user
        address = f"/admin/accounts/user/{yann.pk}/change/"
        with override("en"), told():
            sent = form_on(administration, address) | {"memberships-0-DELETE": "on"}
            answer = administration.post(address, sent)
            assert f"still has missions: {journey.mission.code}" in answer.content.decode()
            held = Membership.objects.get(user=yann)
            answer = administration.post(f"/admin/accounts/membership/{held.pk}/delete/", {"post": "yes"}, follow=True)
            assert f"still has missions: {journey.mission.code}" in answer.content.decode()
        assert Membership.objects.filter(user=yann).exists()

    @pytest.mark.parametrize("right", ["is_active", "is_superuser"])
    def test_being_switched_off_or_unmade_is_told_to_the_own_pages(
        self, administration: Client, administrator: User, brest: Base, toulon: Base, right: str
    ) -> None:
        other = UserFactory(is_superuser=True, is_staff=True)
        address = f"/admin/accounts/user/{other.pk}/change/"
        sent = form_on(administration, address)
        del sent[right]
        with told():
            assert administration.post(address, sent).status_code == 302
        assert (newest().base, newest().verb, newest().by) == (None, "change", administrator)
        assert newest().data == {"fields": [right]}
        assert seq_of(other.subject.stream) == 1

    def test_the_phone_of_a_driver_who_may_no_longer_drive_hears_of_it(
        self, administration: Client, brest: Base
    ) -> None:
        yann = DriverFactory(base=brest)
        delete(administration, "accounts/membership", Membership.objects.get(user=yann.user))
        assert seq_of(yann.stream) == 1


class TestBases:
    def test_rules_hours_and_places_are_told(self, administration: Client, brest: Base, toulon: Base) -> None:
        hours = {"weekday": "0", "opens": "07:00", "closes": "19:00"}
        with told(brest):
            change(administration, "bases/base", brest, no_show_minutes=5)
        with told(brest):
            change(administration, "bases/base", brest, **{f"opening_hours-0-{k}": v for k, v in hours.items()})
        assert newest().data == {"fields": ["opening_hours"]}

    def test_a_base_made_by_mistake_can_still_go(self, administration: Client, brest: Base, toulon: Base) -> None:
        with told():
            delete(administration, "bases/base", toulon)
        assert not Base.objects.filter(code="toulon").exists()

    def test_a_place_is_told(self, administration: Client, brest: Base, toulon: Base) -> None:
        mess = PlaceFactory(base=brest, name="Mess")
        with told(brest):
            change(administration, "bases/place", mess, access_note="Sonner deux fois")
        with told(brest):
            delete(administration, "bases/place", mess)
        assert not Place.objects.exists()

    def test_places_switched_off_in_the_list_are_told_one_by_one(
        self, administration: Client, brest: Base, toulon: Base
    ) -> None:
        places = [PlaceFactory(base=brest), PlaceFactory(base=brest), PlaceFactory(base=toulon)]
        sent = {"form-TOTAL_FORMS": 3, "form-INITIAL_FORMS": 3, "_save": "Save"}
        sent |= {f"form-{i}-id": place.pk for i, place in enumerate(places)} | {"form-2-enabled": "on"}
        with told(brest, times=2):
            assert administration.post("/admin/bases/place/", sent).status_code == 302
