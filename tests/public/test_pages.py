"""Pages for everybody: they open, weigh little, and say what holds."""

import gzip
import re

import pytest
from django.test import Client
from django.urls import reverse

from echauffeur.common.personal import keepers
from tests import factories
from tests.rules.source import PROJECT

pytestmark = pytest.mark.django_db

PAGES = ["home", "help", "conditions", "accessibility", "privacy", "contact", "contact-sent"]
DIST = PROJECT / "static/dist"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_anybody_may_open_it_in_either_language(client: Client, name: str, language: str) -> None:
    page = client.get(reverse(name), headers={"accept-language": language})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_leads_to_the_others(client: Client, name: str) -> None:
    text = client.get(reverse(name)).content.decode()
    for other in ("help", "contact", "conditions", "privacy", "accessibility"):
        assert f'href="{reverse(other)}"' in text


@pytest.mark.parametrize("name", PAGES)
def test_the_first_screen_weighs_little(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content
    pictures = re.findall(rb'src(?:set)?="/static/(img/[\w.-]+)"', page)
    packed = ["app.css", "app.js", "icons.svg", "img/icon.svg", *sorted(name.decode() for name in pictures)[:1]]
    fonts = [f"fonts/Marianne-{weight}.woff2" for weight in ("Regular", "Medium", "Bold")]
    weight = len(gzip.compress(page)) + sum(len(gzip.compress((DIST / file).read_bytes())) for file in packed)
    assert weight + sum((DIST / font).stat().st_size for font in fonts) < 100_000


def test_whoever_is_signed_in_goes_to_the_own_work(client: Client) -> None:
    client.force_login(factories.RegulatorFactory())
    assert client.get("/")["Location"] == "/bases/brest/tower/"


def test_privacy_says_every_line_that_the_apps_keep(client: Client) -> None:
    lines = [line for keeper in keepers() for line in keeper.kept]
    assert len(lines) > 8
    page = client.get(reverse("privacy"), headers={"accept-language": "en"})
    for line in lines:
        for words in (line.what, line.why, line.seen_by, line.until):
            assert str(words).replace("'", "&#x27;") in page.content.decode()


# --- whom to call --------------------------------------------------------------------------------------------------


def test_the_drivers_number_is_for_drivers_of_that_base(client: Client) -> None:
    brest = factories.BaseFactory(phone_drivers="+33298221001")
    toulon = factories.BaseFactory(code="toulon", phone_customers="+33494000000", phone_drivers="+33494000001")
    drivers = {"anonymous": None, "driver": factories.DriverFactory(base=brest).user}
    drivers |= {"customer": factories.UserFactory(base=toulon), "regulator": factories.RegulatorFactory(base=toulon)}
    seen = {}
    for name, user in drivers.items():
        browser = Client()
        if user:
            browser.force_login(user)
        text = browser.get(reverse("help")).content.decode()
        assert "tel:+33298221000" in text
        assert "tel:+33494000000" in text
        seen[name] = ("tel:+33298221001" in text, "tel:+33494000001" in text)
    assert seen == {
        "anonymous": (False, False),
        "driver": (True, False),
        "customer": (False, False),
        "regulator": (False, False),
    }


def test_the_own_base_comes_first(client: Client) -> None:
    factories.BaseFactory(code="brest")
    user = factories.UserFactory(base=factories.BaseFactory(code="toulon"))
    client.force_login(user)
    text = client.get(reverse("help")).content.decode()
    assert text.index("Toulon") < text.index("Brest")


def test_two_hundred_bases_cost_no_more_questions(client: Client, django_assert_num_queries) -> None:
    factories.BaseFactory()
    with django_assert_num_queries(1):
        client.get(reverse("help"))
    for number in range(30):
        factories.BaseFactory(code=f"base-{number}")
    with django_assert_num_queries(1):
        client.get(reverse("help"))
