"""A simulated driver: reads the phone page, presses its buttons with human delays, and drives along the streets."""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from echauffeur.demo.simulator.pace import Pace
from echauffeur.demo.simulator.pages import Form, Page
from echauffeur.demo.simulator.phone import Phone
from echauffeur.demo.simulator.roads import Point, Roads, Trip

logger = logging.getLogger(__name__)

STEP = r"/drive/rides/[\w-]+/(?:depart|arrive|board|complete)/"
ACKNOWLEDGE = r"/drive/missions/[\w-]+/acknowledge/"
DECLINE = r"/drive/missions/[\w-]+/decline/"
NO_SHOW = r"/drive/rides/[\w-]+/no-show/"
SHARING = r"/drive/sharing/"

DECLINES, NOBODY_COMES, IS_LATE, FORGETS = 0.04, 0.04, 0.12, 0.15  # how often
STANDING_SECONDS = 12.0  # between two positions of a car that stands
LOOK_ANYWAY_SECONDS = 90.0
# At a higher speed passengers are ready, and drivers set out, so much earlier per step of speed.
EARLIER = timedelta(minutes=5)


@dataclass
class Work:
    """What the page says is to be done."""

    on_duty: bool
    new: list[Form]
    step: Form | None = None
    stop: Point | None = None
    planned_at: datetime | None = None
    decline: Form | None = None
    no_show: Form | None = None
    no_show_from: datetime | None = None
    switch_on: Form | None = None

    @property
    def verb(self) -> str:
        return self.step.action.strip("/").rpartition("/")[2] if self.step else ""

    @classmethod
    def on(cls, page: Page) -> "Work":
        """Return the work that stands on the driver's page."""
        sharing = page.form_to(SHARING)
        work = cls(on_duty=sharing is not None, new=page.forms_to(ACKNOWLEDGE), decline=page.form_to(DECLINE))
        work.switch_on = sharing if sharing and sharing.values.get("sharing") == "on" else None
        work.step = next((form for form in page.forms_to(STEP) if form.is_shown), None)
        if spot := page.first(r"^geo:(-?[\d.]+),(-?[\d.]+)", "href"):
            work.stop = float(spot[1]), float(spot[2])
        times = [a["datetime"] for tag, a in page.elements if tag == "time" and "next-stop__time" in a.get("class", "")]
        work.planned_at = datetime.fromisoformat(times[0]) if times else None
        work.no_show = page.form_to(NO_SHOW)
        if work.no_show:
            allowed = [button["data-from"] for button in work.no_show.buttons if "data-from" in button]
            work.no_show_from = datetime.fromisoformat(allowed[0]) if allowed else None
        return work


class SimulatedDriver:
    """One driver. Call `tick` about once a second with the seconds of play that have passed."""

    def __init__(self, phone: Phone, pace: Pace, roads: Roads, spots: list[Point], random: Random):
        self.phone, self.pace, self.roads, self.spots, self.random = phone, pace, roads, spots, random
        self.news = asyncio.Event()
        self.news.set()
        self.work: Work | None = None
        self.at: Point | None = None
        self.heading: int | None = None
        self.trip: Trip | None = None
        self.patience = 0.0
        self.intent = ""
        self.nobody_comes = False
        self.slack = timedelta()
        self.sent_at = self.looked_at = float("-inf")

    @property
    def is_busy(self) -> bool:
        return self.work is not None and bool(self.work.step or self.work.new)

    async def tick(self, played: float) -> None:
        """Live on for so many seconds of play: read what is new, drive, press what is due, say where the car is."""
        if self.news.is_set() or time.monotonic() - self.looked_at > LOOK_ANYWAY_SECONDS:
            self.news.clear()
            self._take_in(await self.phone.get("/drive/"))
        assert self.work is not None
        if not self.work.on_duty:
            return
        self._drive(played)
        await self._say_where()
        self.patience -= played
        if self.patience <= 0 and played:
            await self._act(self.work)

    # --- reading ---

    def _take_in(self, page: Page) -> None:
        self.work, self.looked_at = Work.on(page), time.monotonic()
        if self.at is None:
            self._appear(self.work)
        intent = f"{self.work.step.action}" if self.work.step else " ".join(form.action for form in self.work.new)
        if intent != self.intent:
            self.intent = intent
            self._turn_to(self.work)

    def _appear(self, work: Work) -> None:
        """Stand somewhere plausible at the first look: on the way already when a ride is under way."""
        start = self.random.choice(self.spots)
        self.at = work.stop if work.verb == "board" and work.stop else start
        if work.verb in ("arrive", "complete") and work.stop:
            trip = self.roads.trip(start, work.stop)
            self.at, self.heading = trip.advance(trip.seconds * self.random.uniform(0.3, 0.5))

    def _turn_to(self, work: Work) -> None:
        """Make up one's mind about the next step."""
        self.trip = None
        uniform = self.random.uniform
        if work.verb in ("arrive", "complete") and work.stop and self.at:
            self.trip = self.roads.trip(self.at, work.stop)
            self.patience = uniform(3, 8)
        elif work.verb == "depart":
            self.slack = timedelta(seconds=-240 if self.random.random() < IS_LATE else uniform(20, 200))
            self.patience = uniform(3, 10)
        elif work.verb == "board":
            self.nobody_comes = self.random.random() < NOBODY_COMES
            self.patience = uniform(15, 60)
        elif work.new:
            self.patience = uniform(4, 30)
        else:
            self.patience = uniform(45, 120)

    # --- driving ---

    def _drive(self, played: float) -> None:
        if self.trip is None or not played:
            return
        self.at, self.heading = self.trip.advance(played)
        if self.trip.is_over:
            self.trip = None
            self.patience = self.random.uniform(*self._pause())
        else:
            self.patience = max(self.patience, played + 1)

    def _pause(self) -> tuple[float, float]:
        """Return how long the driver waits before the next press, from and to (seconds), now that the car stands."""
        if not self.is_busy:
            return 60, 240
        return (90, 300) if self.random.random() < FORGETS else (3, 8)

    async def _say_where(self) -> None:
        moves = self.trip is not None and self.pace.speed
        if not self.at or (not moves and time.monotonic() - self.sent_at < STANDING_SECONDS):
            return
        point = {
            "lat": round(self.at[0], 6), "lon": round(self.at[1], 6), "accuracy": 8, "heading": self.heading,
            "at": round(time.time(), 1),
        }  # fmt: skip
        if await self.phone.tell({"type": "positions", "points": [point]}):
            self.sent_at = time.monotonic()

    # --- pressing ---

    async def _act(self, work: Work) -> None:
        if work.switch_on:
            await self._press(work.switch_on)
        elif work.new:
            await self._answer(work)
        elif work.step is None:
            self._stroll()
        elif work.verb == "board" and self.nobody_comes:
            await self._give_up(work)
        elif self._is_time(work):
            await self._press(work.step)

    async def _answer(self, work: Work) -> None:
        if work.decline and self.random.random() < DECLINES:
            reason = self.random.choice([r for r in work.decline.choices.get("reason", []) if r] or ["other"])
            await self._press(work.decline, reason=reason, words="Je ne peux pas, désolé.")
        else:
            await self._press(work.new[0])

    def _is_time(self, work: Work) -> bool:
        """Return whether the promised time is near enough: one sets out so as to be there a little early."""
        if work.planned_at is None or work.stop is None or work.verb in ("arrive", "complete"):
            return True
        earlier = EARLIER * max(0.0, self.pace.speed - 1)
        if work.verb == "depart" and self.at:
            drive = timedelta(seconds=self.roads.trip(self.at, work.stop).seconds / max(self.pace.speed, 1))
            earlier += drive + self.slack
        else:
            earlier += timedelta(seconds=90)
        self.patience = 2.0
        return datetime.now(UTC) >= work.planned_at - earlier

    async def _give_up(self, work: Work) -> None:
        self.patience = 5.0
        if work.no_show and work.no_show_from and datetime.now(UTC) > work.no_show_from + timedelta(seconds=2):
            await self._press(work.no_show)

    def _stroll(self) -> None:
        """Nothing to do: drive to where the next passenger may be."""
        if self.at:
            self.trip = self.roads.trip(self.at, self.random.choice(self.spots))

    async def _press(self, form: Form, **values: str) -> None:
        page = await self.phone.send(form, **values)
        if page.status >= 400:
            logger.info("%s: %s answered %s", self.phone.email, form.action, page.status)
            self.patience = self.random.uniform(10, 25)
        if page.path.startswith("/drive/"):
            self._take_in(page)
