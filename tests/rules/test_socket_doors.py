"""Who may listen at which live socket, and with which code the others are sent away. A socket without a line fails."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async

from echauffeur.sockets import sockets
from tests.rules.doors import OUTSIDERS, SIGNED_IN, Row, World, named
from tests.sockets import close_hub, listening

SOCKETS = {
    "live/base/<slug:code>/": ("regulator", "manager", "administrator"),
    "live/rides/": SIGNED_IN,
    "live/ride/<str:code>/": ("customer",),
    "live/driver/": ("driver", "other driver"),
    "live/track/": ("guest",),
}
SIGN_IN_AGAIN, RIGHT_WITHDRAWN, GONE = 4401, 4403, 4404


def test_every_socket_has_its_line() -> None:
    assert {str(socket.pattern) for socket in sockets} == set(SOCKETS)


def away_from(route: str, persona: str) -> int:
    """Return the code with which somebody is sent away; a guest has nothing to sign in to."""
    if "track" in route:
        return GONE
    return SIGN_IN_AGAIN if persona in OUTSIDERS else RIGHT_WITHDRAWN


@pytest_asyncio.fixture
async def own_hub() -> AsyncIterator[None]:
    yield
    await close_hub()


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.parametrize("route", SOCKETS)
async def test_a_socket_opens_for_its_people_only(own_hub: None, route: str) -> None:
    world = await database_sync_to_async(World)()
    for side in (world.own, world.other, None):
        path = path_of(route, side.rows if side else NOBODYS)
        for persona in world.people:
            is_open = named(persona, SOCKETS[route]) and (
                side is world.own or "<" not in route or (side is world.other and persona == "administrator")
            )
            cookie = "; ".join(f"{name}={value}" for name, value in world.cookies[persona].items())
            async with listening(path, cookie=cookie) as page:
                if is_open:
                    assert (await page.hear("hello"))["seq"] >= 0, (persona, path)
                else:
                    assert await page.closed() == away_from(route, persona), (persona, path)


NOBODYS: dict[str, Row] = {"base": "nowhere", "ride": "R-222222"}


def path_of(route: str, rows: dict[str, Row]) -> str:
    """Return the route with each parameter replaced by the row that the word before it names."""
    return "/" + re.sub(r"(\w+)/<\w+:\w+>", lambda found: f"{found[1]}/{rows[found[1]]}", route)
