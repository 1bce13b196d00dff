"""Service phones: what they are, who holds them, and the steps of their life."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drivers.models import Driver
from echauffeur.accounts.models import User
from echauffeur.bases.models import Base
from echauffeur.common.refusals import Refusal, WrongState
from echauffeur.journal.models import Entry
from echauffeur.journal.queries import seq_of
from fleet.actions import handsets as actions
from fleet.forms.handsets import HandsetForm
from fleet.models import Handset, is_imei
from fleet.states import HANDSET, HandsetState
from tests.factories import DriverFactory, HandsetFactory, UserFactory, imei
from tests.fleet.conftest import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def yann(base: Base) -> Driver:
    yann: Driver = DriverFactory(base=base)
    return yann


def typed(**changes: str) -> dict[str, str]:
    row = {"model": "XCover 7", "serial": "RF8W", "imei": "49-015420-323751 8", "number": "06 12 34 56 78"}
    return row | changes


class TestImei:
    @pytest.mark.parametrize("text", ["490154203237518", imei(7), imei(123456)])
    def test_true_ones(self, text: str) -> None:
        is_imei(text)

    @pytest.mark.parametrize(
        "text", ["490154203237517", "49015420323751", "4901542032375180", "", "٤٩0154203237518", "49015420323751x"]
    )
    def test_wrong_ones(self, text: str) -> None:
        with pytest.raises(ValidationError):
            is_imei(text)


class TestRegistering:
    def test_written_as_people_copy_it(self, client: Client, base: Base) -> None:
        assert client.post(reverse("base-handset-add", args=[base.code]), typed()).status_code == 302
        handset = Handset.objects.get()
        assert (handset.imei, handset.number, handset.state) == ("490154203237518", "+33612345678", "in_service")
        assert steps() == [("add", "handset", "RF8W", ["model", "serial", "imei", "number"])]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"imei": "490154203237517"}, "imei"),
            ({"imei": imei(900)}, "imei"),
            ({"number": "12"}, "number"),
            ({"number": "06 98 76 54 32"}, "__all__"),
            ({"serial": "TAKEN"}, "__all__"),
            ({"model": ""}, "model"),
        ],
    )
    def test_what_cannot_be_is_said(
        self, base: Base, toulon: Base, manager: User, changes: dict[str, str], field: str
    ) -> None:
        HandsetFactory(base=toulon, imei=imei(900), number="+33698765432")
        HandsetFactory(base=base, serial="TAKEN")
        form = HandsetForm(typed(**changes), instance=Handset(base=base))
        assert not form.save_as(manager)
        assert list(form.errors) == [field]
        assert Handset.objects.count() == 2

    def test_a_retired_phones_number_is_free(self, base: Base, manager: User) -> None:
        HandsetFactory(base=base, number="+33612345678", state="retired")
        assert HandsetForm(typed(), instance=Handset(base=base)).save_as(manager)

    def test_changing_what_it_is_leaves_who_holds_it(self, base: Base, manager: User, yann: Driver) -> None:
        """The form was opened before somebody lent the phone."""
        handset = HandsetFactory(base=base, serial="OLD")
        form = HandsetForm(typed(imei=handset.imei, number=""), instance=Handset.objects.get())
        actions.lend(handset=handset, holder=yann.user, by=manager)
        assert form.save_as(manager)
        handset.refresh_from_db()
        assert (handset.serial, handset.state, handset.holder) == ("RF8W", "lent", yann.user)

    @pytest.mark.parametrize("words", ["0612 34", "+33 6 12", "490154", "rf8w", "yann", "XCover", "Yann Durand"])
    def test_found_by(self, client: Client, base: Base, yann: Driver, words: str) -> None:
        HandsetFactory(
            base=base, serial="RF8W", imei="490154203237518", number="+33612345678", model="XCover 7",
            holder=yann.user, state="lent", lent_at=timezone.now(),
        )  # fmt: skip
        HandsetFactory(base=base, serial="OTHER", imei=imei(5), model="Nokia")
        page = client.get(reverse("base-handsets", args=[base.code]), {"q": words}).content.decode()
        assert "RF8W" in page
        assert "OTHER" not in page


class TestLife:
    def test_lent_and_taken_back(self, client: Client, base: Base, yann: Driver) -> None:
        handset = HandsetFactory(base=base, serial="RF8W")
        page = client.post(
            reverse("base-handset-lend", args=[base.code, handset.pk]), {"holder": yann.user_id}, follow=True
        )
        assert f"Service phone RF8W was lent to {yann.user}" in page.content.decode()
        handset.refresh_from_db()
        assert (handset.state, handset.holder) == ("lent", yann.user)
        assert seq_of(yann.stream) == 1, "the driver's page hears of it"
        client.post(reverse("base-handset-take-back", args=[base.code, handset.pk]))
        handset.refresh_from_db()
        assert (handset.state, handset.holder, handset.lent_at) == ("in_service", None, None)
        entries = Entry.objects.order_by("seq")
        assert [(e.verb, e.from_state, e.to_state, e.data["holder"]) for e in entries] == [
            ("lend", "in_service", "lent", str(yann.user)),
            ("take_back", "lent", "in_service", str(yann.user)),
        ]

    @pytest.mark.parametrize("verb", HANDSET.steps)
    @pytest.mark.parametrize("state", HandsetState.values)
    def test_every_step_from_every_state(self, base: Base, manager: User, yann: Driver, verb: str, state: str) -> None:
        lent = {"holder": DriverFactory(base=base).user, "lent_at": timezone.now()} if state == "lent" else {}
        handset = HandsetFactory(base=base, state=state, **lent)
        more = {"holder": yann.user} if verb == "lend" else {}
        step = HANDSET.steps[verb]
        if state in step.sources:
            getattr(actions, verb)(handset=handset, by=manager, **more)
            assert Handset.objects.get().state == step.target
        else:
            with pytest.raises(WrongState):
                getattr(actions, verb)(handset=handset, by=manager, **more)
            assert Handset.objects.get().state == state
            assert steps() == []

    @pytest.mark.parametrize("who", ["nobody of the base", "off", "left", "elsewhere", "role gone", "missing"])
    def test_lent_to_the_bases_drivers_only(
        self, client: Client, base: Base, toulon: Base, manager: User, who: str
    ) -> None:
        people = {
            "nobody of the base": lambda: UserFactory(base=base),
            "off": lambda: DriverFactory(base=base, enabled=False).user,
            "left": lambda: DriverFactory(base=base, user=UserFactory(is_active=False)).user,
            "elsewhere": lambda: DriverFactory(base=toulon).user,
            "role gone": lambda: DriverFactory(base=base, membership=None).user,
            "missing": lambda: UserFactory.build(pk=999_999),
        }
        person, handset = people[who](), HandsetFactory(base=base)
        answer = client.post(reverse("base-handset-lend", args=[base.code, handset.pk]), {"holder": person.pk})
        assert answer.status_code == 422
        assert "does not drive on this base" in answer.content.decode()
        with pytest.raises(Refusal, match="does not drive on this base"):
            actions.lend(handset=handset, holder=person, by=manager)
        assert Handset.objects.get().holder is None

    def test_one_phone_each(self, base: Base, manager: User, yann: Driver) -> None:
        first, second = HandsetFactory.create_batch(2, base=base)
        actions.lend(handset=first, holder=yann.user, by=manager)
        with pytest.raises(Refusal, match="already holds a phone of this base"):
            actions.lend(handset=second, holder=yann.user, by=manager)
        actions.take_back(handset=first, by=manager)
        actions.lend(handset=second, holder=yann.user, by=manager)

    @pytest.mark.parametrize(
        "wrong", [{"state": "lent"}, {"holder": True}, {"state": "broken", "lent_at": timezone.now()}]
    )
    def test_the_database_keeps_holder_and_state_together(self, base: Base, yann: Driver, wrong: Any) -> None:
        wrong = wrong | ({"holder": yann.user} if "holder" in wrong else {})
        with pytest.raises(IntegrityError, match="holder_if_and_only_if_lent"), transaction.atomic():
            HandsetFactory(base=base, **wrong)

    def test_one_that_somebody_holds_is_not_removed(self, client: Client, base: Base, yann: Driver) -> None:
        handset = HandsetFactory(base=base, state="lent", holder=yann.user, lent_at=timezone.now())
        address = reverse("base-handset-remove", args=[base.code, handset.pk])
        assert "Take it back first" in client.post(address, follow=True).content.decode()
        client.post(reverse("base-handset-take-back", args=[base.code, handset.pk]))
        client.post(address)
        assert not Handset.objects.exists()

    def test_the_page_offers_what_is_possible_only(self, client: Client, base: Base, yann: Driver) -> None:
        for state in HandsetState.values:
            lent = {"holder": yann.user, "lent_at": timezone.now()} if state == "lent" else {}
            handset = HandsetFactory(base=base, state=state, **lent)
            page = client.get(reverse("base-handset", args=[base.code, handset.pk])).content.decode()
            for verb, step in HANDSET.steps.items():
                address = reverse(f"base-handset-{verb.replace('_', '-')}", args=[base.code, handset.pk])
                assert (f'action="{address}"' in page) == (state in step.sources), (state, verb)

    def test_another_bases_phone_is_a_missing_phone(self, client: Client, base: Base, toulon: Base) -> None:
        foreign = HandsetFactory(base=toulon)
        for name in ("base-handset", "base-handset-remove", "base-handset-lend", "base-handset-retire"):
            assert client.post(reverse(name, args=[base.code, foreign.pk])).status_code == 404
        foreign.refresh_from_db()
        assert foreign.state == "in_service"

    def test_the_driver_sees_which_phone_they_hold(self, base: Base, manager: User, yann: Driver) -> None:
        handset = HandsetFactory(base=base, number="+33612345678")
        actions.lend(handset=handset, holder=yann.user, by=manager)
        theirs = Client()
        theirs.force_login(yann.user)
        assert "06 12 34 56 78" in theirs.get(reverse("my-day")).content.decode()


class TestInTheAdministration:
    def test_what_a_phone_is_may_be_changed_who_holds_it_not(
        self, administration: Client, base: Base, yann: Driver
    ) -> None:
        handset = HandsetFactory(base=base, state="lent", holder=yann.user, lent_at=timezone.now())
        address = f"/admin/fleet/handset/{handset.pk}/change/"
        sent = typed(imei=handset.imei) | {"state": "lost", "holder": "", "base": "999"}
        assert administration.post(address, sent).status_code == 302
        handset.refresh_from_db()
        assert (handset.serial, handset.state, handset.holder, handset.base) == ("RF8W", "lent", yann.user, base)
        assert administration.post(f"/admin/fleet/handset/{handset.pk}/delete/", {"post": "yes"}).status_code == 403
