"""What the live map costs to open, every byte of it, with a full list and the largest map that is ever drawn."""

import gzip

from django.core.management import call_command
from playwright.sync_api import Response, expect

from echauffeur.bases.models import Base
from tests.browser.conftest import OpenAs
from tests.browser.crews import LIVE_MAP, crews_of, stand
from tests.factories import RegulatorFactory
from tests.tracking.osm import liechtenstein
from tracking.osm.drawing import BUDGET_BYTES

CEILING = 350_000
PACKED_ALREADY = (".woff2", ".png")
VADUZ = {"latitude": 47.14, "longitude": 9.52, "area_radius_m": 5_000}


def cost(response: Response) -> int:
    """Return the bytes of an answer as they travel: our proxy compresses what is not packed already."""
    body = response.body()
    return len(body) if response.url.endswith(PACKED_ALREADY) else len(gzip.compress(body, 6))


def test_the_live_map_of_a_country_opens_in_350_kilobytes(open_as: OpenAs) -> None:
    regulator = RegulatorFactory()
    Base.objects.update(**VADUZ)
    regulator.base.refresh_from_db()
    call_command("import_osm", str(liechtenstein()), base="brest")
    for n, driver in enumerate(crews_of(regulator.base, 100)):
        stand(driver, n % 10, n // 10)
    page = open_as(regulator, "/healthz")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # a built-in cannot listen
    page.goto(LIVE_MAP)
    expect(page.locator("#live-state[data-state=live]")).to_be_visible()
    expect(page.locator(".map canvas")).to_have_count(1)
    costs = {answer.url.rpartition("/")[2] or "page": cost(answer) for answer in answers}
    assert {"map.json", "app.css", "app.js", "fleet.css", "fleet.js", "icons.svg"} <= costs.keys()
    assert sum(costs.values()) <= CEILING, costs
    assert sum(costs.values()) - costs["map.json"] + BUDGET_BYTES <= CEILING, "a larger map must fit as well"
