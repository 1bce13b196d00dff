"""A form sent after the session ended: kept until one has signed in, but never a password."""

import pytest
from django.test import Client

from echauffeur.accounts.middleware import KEPT_FORM
from tests.factories import PASSWORD, RegulatorFactory, UserFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "note": "Two boxes",
    "password": "secret 1",
    "password1": "secret 2",
    "new_password2": "secret 3",
    "proof": "secret 4",
    "csrfmiddlewaretoken": "x",
}


def test_what_was_typed_is_kept_without_passwords(client: Client) -> None:
    answer = client.post("/rides/new/", TYPED)
    assert answer["Location"].startswith("/sign-in/")
    assert client.session[KEPT_FORM] == {"path": "/rides/new/", "typed": {"note": "Two boxes"}}


def test_it_is_still_there_after_signing_in(client: Client) -> None:
    user = UserFactory()
    client.post("/rides/new/", {"note": "Two boxes"})
    client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
    assert client.session[KEPT_FORM]["typed"] == {"note": "Two boxes"}


def test_a_stranger_cannot_fill_our_sessions(client: Client) -> None:
    client.post("/rides/new/", {"note": "x" * 50_000})
    assert KEPT_FORM not in client.session


def test_the_reason_is_said_on_the_sign_in_page(client: Client) -> None:
    answer = client.post("/rides/new/", {"note": "Two boxes"}, follow=True, headers={"accept-language": "en"})
    assert "what you typed is kept" in answer.content.decode()


def test_htmx_is_sent_to_the_sign_in_page_whole_and_back_to_the_page_it_was_on(client: Client) -> None:
    shown = {"HX-Request": "true", "HX-Current-URL": "http://testserver/bases/brest/tower/?ride=R-2345"}
    answer = client.post("/rides/R-2345/confirm/", headers=shown)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=/bases/brest/tower/%3Fride%3DR-2345"


def test_a_plain_form_leads_back_to_the_page_that_showed_it(client: Client) -> None:
    answer = client.post("/rides/R-2345/confirm/", headers={"Referer": "http://testserver/bases/brest/tower/"})
    assert answer["Location"] == "/sign-in/?next=/bases/brest/tower/"


def test_another_site_does_not_choose_where_one_goes(client: Client) -> None:
    answer = client.post("/rides/new/", headers={"Referer": "http://elsewhere.example/trap/"})
    assert answer["Location"] == "/sign-in/?next=/rides/new/"


def test_what_is_no_address_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    answer = client.get("/rides/", headers={"HX-Request": "true", "HX-Current-URL": "http://["})
    assert answer["HX-Redirect"] == "/sign-in/?next=/rides/"


def test_a_row_s_form_has_what_was_typed_after_signing_in_all_days_of_it(client: Client) -> None:
    regulator = RegulatorFactory()
    here = "/bases/brest/planning/patterns/new/"
    client.post(here, {"weekdays": ["0", "3"], "begins": "05:45", "breaks": "at noon"})
    client.post("/sign-in/", {"username": regulator.email, "password": PASSWORD})
    form = client.get(here).context["form"]
    assert [form[name].value() for name in ("weekdays", "begins", "breaks")] == [["0", "3"], "05:45", "at noon"]
    assert not client.get(here).context["form"].is_bound
