"""Taking files in: each line's fate is shown first, then all of it is written, or nothing."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from echauffeur.accounts.models import User
from echauffeur.bases.models import Base, Place
from echauffeur.common.refusals import Stale
from echauffeur.exchange import actions
from echauffeur.exchange.kinds import KINDS
from echauffeur.exchange.models import Upload
from echauffeur.exchange.tables import read_table
from echauffeur.journal.models import Entry, Stream
from tests.exchange.conftest import fates, send, take_in
from tests.factories import BaseFactory, ManagerFactory, PlaceFactory

pytestmark = pytest.mark.django_db

EARLIER = (
    "_id;label;location.type;location.coordinates.0;location.coordinates.1;campus.id;campus.name\n"
    "GYM;Gymnase;Point;-4.494687;48.366227;BSL;Brest\nMES;Mess;Point;-4.49;48.38;BSL;Brest\n"
)


class TestPlaces:
    def test_of_the_earlier_service_move_over(self, client: Client, base: Base) -> None:
        shown = send(client, EARLIER)
        assert fates(shown) == [(2, "Gymnase", "add"), (3, "Mess", "add")]
        assert not Place.objects.exists(), "nothing is written before the yes"
        assert "campus.name" in shown.content.decode(), "what is left out is said"
        take_in(client, shown)
        gym = Place.objects.get(name="Gymnase")
        assert (gym.base, gym.latitude, gym.longitude, gym.enabled) == (base, 48.366227, -4.494687, True)
        assert not Upload.objects.exists()

    def test_only_what_the_file_names_changes(self, client: Client, base: Base) -> None:
        place = PlaceFactory(base=base, name="Mess", aliases=["Cercle", "Popote"], access_note="Gate 2", enabled=False)
        shown = send(client, "Nom;Consigne d'accès\nMess;Gate 3\n")
        ((change,),) = [fate.changes for fate in shown.context["plan"].fates]
        assert (change.before, change.after) == ("Gate 2", "Gate 3")
        take_in(client, shown)
        place.refresh_from_db()
        assert (place.access_note, place.aliases, place.enabled) == ("Gate 3", ["Cercle", "Popote"], False)

    def test_one_refused_line_writes_nothing(self, client: Client, base: Base) -> None:
        lines = ["name;latitude;longitude", "Mess;48.38;-4.49", "Gym;98;-4.49", "Quai;here;there", "Mess;48.38;-4.49"]
        shown = send(client, "\n".join(lines))
        assert [verb for _n, _name, verb in fates(shown)] == ["add", "refused", "refused", "same"]
        page = shown.content.decode()
        assert "Write all of this" not in page
        answer = take_in(client, shown)
        assert "Nothing was written" in answer.content.decode()
        assert not Place.objects.exists()
        assert not Entry.objects.exists()

    def test_cells_in_any_language_and_notation(self, client: Client, base: Base) -> None:
        lines = ["name;kind;latitude;longitude;enabled", "Gare;Gare;48,38;-4,49;non", "Mess;mess;48.3;-4.4;OUI"]
        take_in(client, send(client, "\n".join(lines)))
        places = dict(Place.objects.values_list("name", "enabled"))
        assert places == {"Gare": False, "Mess": True}
        assert Place.objects.get(name="Mess").kind == "mess"

    def test_what_was_exported_changes_nothing(self, client: Client, base: Base) -> None:
        PlaceFactory(base=base, name="=cmd|' /C calc'!A0", aliases=["a", "b"], access_note="-1+1", kind="gate")
        PlaceFactory(base=base, name="Mess", enabled=False)
        PlaceFactory(base=BaseFactory(code="toulon"), name="Toulon's")
        for form in ("csv", "xlsx"):
            sent = client.get(reverse("base-export", args=["brest", "places"]), {"form": form}).content
            assert len(read_table(sent).lines) == 2
            shown = send(client, sent)
            assert {verb for _n, _name, verb in fates(shown)} == {"same"}
            assert "nothing to write" in shown.content.decode()

    def test_the_same_name_on_another_base_is_another_place(self, client: Client, base: Base) -> None:
        foreign = PlaceFactory(base=BaseFactory(code="toulon"), name="Mess", access_note="theirs")
        take_in(client, send(client, "name;latitude;longitude;access_note\nMess;48.38;-4.49;ours\n"))
        foreign.refresh_from_db()
        assert foreign.access_note == "theirs"
        assert base.places.get().access_note == "ours"


class TestSeveralBasesInAFile:
    LINES = EARLIER + "PUL;Pulmic;Point;-4.48;48.37;LAN;Lanvéoc\n"

    def test_which_one_this_is_must_be_said(self, client: Client, base: Base) -> None:
        for said in ("", "TLN"):
            response = send(client, self.LINES, campus=said)
            assert response.status_code == 422
            assert "BSL, LAN" in response.content.decode()

    def test_lines_of_the_others_are_left_out(self, client: Client, base: Base) -> None:
        shown = send(client, self.LINES, campus="BSL")
        assert fates(shown)[-1] == (4, "Pulmic", "left_out")
        take_in(client, shown)
        assert not Place.objects.filter(name="Pulmic").exists()
        assert Place.objects.count() == 2


class TestTheFile:
    @pytest.mark.parametrize(
        ("content", "said"),
        [("", "empty"), ("colour;size\nred;3\n", "None of the headings"), ("name;latitude\n", "no line below")],
    )
    def test_that_cannot_be_understood_is_refused(self, client: Client, base: Base, content: str, said: str) -> None:
        response = send(client, content)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert not Upload.objects.exists()

    def test_missing_is_asked_for(self, client: Client, base: Base) -> None:
        response = client.post(reverse("base-import-kind", args=["brest", "places"]), {})
        assert response.status_code == 422
        assert "Choose a file." in response.content.decode()

    def test_a_line_with_too_many_cells_is_refused(self, client: Client, base: Base) -> None:
        shown = send(client, "name;latitude;longitude\nMess;48.38;-4.49;oops\n")
        assert fates(shown) == [(2, "", "refused")]

    def test_is_its_senders_alone(self, client: Client, base: Base) -> None:
        shown = send(client, EARLIER)
        address, digest = shown.request["PATH_INFO"], shown.context["plan"].digest
        other = Client()
        other.force_login(ManagerFactory(base=base))
        assert other.get(address).status_code == 404
        assert other.post(address, {"seen": digest}).status_code == 404
        assert not Place.objects.exists()

    def test_may_be_thrown_away(self, client: Client, base: Base) -> None:
        shown = send(client, EARLIER)
        client.post(f"{shown.request['PATH_INFO']}forget/")
        assert not Upload.objects.exists()

    def test_that_nobody_took_in_is_forgotten(self, client: Client, base: Base) -> None:
        send(client, EARLIER)
        assert actions.forget_old_uploads() == 0
        Upload.objects.update(made_at=timezone.now() - actions.KEPT)
        assert actions.forget_old_uploads() == 1


class TestTakingIn:
    @pytest.fixture
    def upload(self, base: Base, manager: User) -> Upload:
        return actions.upload(base=base, kind=KINDS["places"], name="a.csv", content=EARLIER.encode(), by=manager)

    def test_what_was_not_shown_is_not_written(self, upload: Upload, base: Base, manager: User) -> None:
        digest = actions.plan_of(upload).digest
        PlaceFactory(base=base, name="Mess")  # meanwhile: the line would now change it instead of adding it
        with pytest.raises(Stale):
            actions.take_in(upload=upload, seen=digest, by=manager)
        assert not Place.objects.filter(name="Gymnase").exists()

    def test_every_row_has_its_step_and_the_file_one(self, upload: Upload, base: Base, manager: User) -> None:
        actions.take_in(upload=upload, seen=actions.plan_of(upload).digest, by=manager)
        steps = list(Entry.objects.order_by("seq").values_list("seq", "verb", "code"))
        assert steps == [(1, "add", "Gymnase"), (2, "add", "Mess"), (3, "import", "brest")]
        assert Entry.objects.get(verb="import").data["counts"]["add"] == 2

    def test_a_rehearsal_leaves_nothing_and_waits_for_no_stream(self, upload: Upload, base: Base) -> None:
        assert actions.plan_of(upload).counts["add"] == 2
        assert not Entry.objects.exists()
        assert not Stream.objects.exists()
        assert not Place.objects.exists()

    def test_what_is_exported_is_in_the_journal(self, client: Client, base: Base, manager: User) -> None:
        client.get(reverse("base-export", args=["brest", "places"]))
        entry = Entry.objects.get()
        assert (entry.verb, entry.by, entry.data) == ("export", manager, {"kind": "places", "lines": 0})

    def test_an_empty_table_to_fill_in_is_understood(self, client: Client, base: Base) -> None:
        for kind in KINDS:
            sent = client.get(reverse("base-export", args=["brest", kind]), {"form": "xlsx", "blank": ""}).content
            assert io.BytesIO(sent)
            assert read_table(sent).headings == [column.field for column in KINDS[kind].columns]
        assert not Entry.objects.exists()
