"""The simulator's own regulator: handles what no human has taken for a while, so that the base lives."""

import asyncio
import logging
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bookings.states import RefusalReason
from echauffeur.demo import accounts
from echauffeur.demo.history import REFUSED
from echauffeur.demo.simulator.pace import Pace
from echauffeur.demo.simulator.pages import Form, Page
from echauffeur.demo.simulator.phone import Phone
from echauffeur.demo.watches import TIME_ZONE

logger = logging.getLogger(__name__)

TOWER = "/bases/brest/tower/"
PATIENCE = (60.0, 90.0)  # seconds of play that humans are given first
BETWEEN_LOOKS = 6.0
LOOK_ANYWAY_SECONDS = 60.0
ASSIGN_AHEAD = timedelta(hours=3)
LATER = [timedelta(minutes=minutes) for minutes in (10, 20, 35)]
HOPELESS = timedelta(minutes=8)  # before the promised time
VISITOR = accounts.DRIVER.last_name  # whoever plays this driver may be away


@dataclass(frozen=True)
class Seen:
    """A ride in the tower's lists: its code, promised time and state, and whether it waits to be handled."""

    code: str
    pickup_at: datetime
    state: str
    waits: bool


def rides_on(page: Page) -> list[Seen]:
    """Return the rides that the tower lists as to be handled or going wrong, in its order."""
    states = _states_on(page)
    found: list[Seen] = []
    item = None
    for tag, attributes in page.elements:
        if tag == "li":
            item = re.fullmatch(r"(request|watch)-(R-\w+)", attributes.get("id", ""))
        elif tag == "time" and item and "request__time" in attributes.get("class", ""):
            pickup_at = datetime.fromisoformat(attributes["datetime"])
            found.append(Seen(item[2], pickup_at, states.get(item[2], ""), item[1] == "request"))
            item = None
    return found


def _states_on(page: Page) -> dict[str, str]:
    states = {}
    for _, attributes in page.elements:
        code = re.search(r"ride=(R-\w+)", attributes.get("href", ""))
        state = re.search(r"\bstate-(\w+)", attributes.get("class", ""))
        if code and state:
            states[code[1]] = state[1]
    return states


@dataclass
class Waits:
    """Since when each ride is seen in its present need, in seconds of play."""

    random: Random
    left: dict[tuple[str, bool], float] = field(default_factory=dict)

    def again(self, ride: Seen) -> None:
        """Let this ride wait once more: it was handled, and what is still to do is not urgent."""
        self.left[ride.code, ride.waits] = self.random.uniform(*PATIENCE)

    def over(self, seen: list[Seen], played: float) -> list[Seen]:
        """Return the rides that humans have left alone for long enough; what is no longer seen is forgotten."""
        before = self.left
        self.left = {
            (ride.code, ride.waits): before.get((ride.code, ride.waits), self.random.uniform(*PATIENCE) + played)
            - played
            for ride in seen
        }
        return [ride for ride in seen if self.left[ride.code, ride.waits] <= 0]


class SimulatedRegulator:
    """Call `tick` about once a second with the seconds of play that have passed."""

    def __init__(self, phone: Phone, pace: Pace, random: Random):
        self.phone, self.pace, self.random = phone, pace, random
        self.news = asyncio.Event()
        self.news.set()
        self.waits = Waits(random)
        self.seen: list[Seen] = []
        self.looked_at = float("-inf")

    async def tick(self, played: float) -> None:
        """Look when there is news, and handle one ride that has waited long enough."""
        since = time.monotonic() - self.looked_at
        if (self.news.is_set() and since > BETWEEN_LOOKS) or since > LOOK_ANYWAY_SECONDS:
            await self.look()
        due = self.waits.over(self.seen, played)
        if played and due:
            self.waits.again(due[0])
            page = await self.look()  # others may have taken the driver whom an older page proposes
            if due[0] in self.seen:
                await self.handle(due[0], page)

    async def look(self) -> Page:
        """Read the tower as it is now, and return it."""
        self.news.clear()
        self.looked_at = time.monotonic()
        page = await self.phone.get(TOWER)
        self.seen = rides_on(page)
        return page

    async def handle(self, ride: Seen, page: Page) -> None:
        """Do for this ride what a regulator would do."""
        left = ride.pickup_at - datetime.now(UTC)
        if not ride.waits:
            await self._rescue(ride, late=-left)
        elif left > ASSIGN_AHEAD:
            await self._try(ride, "confirm")
        elif not await self._assign(ride, page):
            await self._disappoint(ride, left)

    async def _assign(self, ride: Seen, page: Page) -> bool:
        """Take the page's first proposal that is not the visitor's driver; return whether that was done."""
        form = page.form_to(f"/rides/{ride.code}/assign/")
        crews = [
            b["value"] for b in (form.buttons if form else []) if b.get("name") == "crew" and VISITOR not in b["text"]
        ]
        if form is None or not crews:
            return False
        return await self._send(form, crew=crews[0])

    async def _assign_later(self, ride: Seen) -> bool:
        """Promise a later time at which somebody is free; return whether there was one."""
        for later in LATER:
            clock = (ride.pickup_at + later).astimezone(TIME_ZONE)
            page = await self.phone.get(f"{TOWER}?ride={ride.code}&at={clock:%H:%M}")
            if await self._assign(ride, page):
                return True
        return False

    async def _disappoint(self, ride: Seen, left: timedelta) -> None:
        """Nobody can drive it: the waiting list; shortly before its time a later one, else a refusal in words."""
        words = REFUSED[RefusalReason.NO_CAPACITY]
        if left > HOPELESS:
            await self._try(ride, "waitlist")
        elif await self._assign_later(ride):
            logger.info("%s was moved", ride.code)
        elif not await self._try(ride, "refuse", reason="no_capacity", words=words):
            await self._try(ride, "cancel-for", reason="service", words=words)

    async def _rescue(self, ride: Seen, late: timedelta) -> None:
        """Take up what its driver has left lying: a ride of the visitor's driver, or one from before a restart."""
        if ride.state in ("assigned", "acknowledged") and late > timedelta(minutes=6):
            await self._try(ride, "unassign", reason="replan")
        elif ride.state == "on_board" and late > timedelta(hours=1):
            await self._try(ride, "complete-for")
        elif ride.state in ("approaching", "waiting") and late > timedelta(minutes=45):
            await self._try(
                ride, "cancel-for", reason="service", words="La voiture n’a pas pu venir. Toutes nos excuses."
            )

    async def _try(self, ride: Seen, verb: str, **values: str) -> bool:
        """Open the ride and send the form of this verb, if there is one; return whether it was taken."""
        page = await self.phone.get(f"{TOWER}?ride={ride.code}")
        form = page.form_to(f"/rides/{ride.code}/{verb}/")
        return form is not None and await self._send(form, **values)

    async def _send(self, form: Form, **values: str) -> bool:
        answer = await self.phone.send(form, **values)
        self.news.set()
        if answer.status >= 400:
            logger.info("%s answered %s", form.action, answer.status)
        return answer.status < 400
