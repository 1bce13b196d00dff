"""A simulated customer: asks for a ride as a person would, follows it, cancels now and then, rates at the end."""

import asyncio
import logging
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from echauffeur.demo.history import BLAME, KINDS, NOTES, PRAISE
from echauffeur.demo.simulator.pace import Pace
from echauffeur.demo.simulator.pages import Form, Page
from echauffeur.demo.simulator.phone import NotAsExpected, NotThere, Phone

logger = logging.getLogger(__name__)

BOOKING = r"/rides/new/(?:[\w-]+/)?"
CLOCK = ZoneInfo("Europe/Paris")
CANCELS, RATES = 0.06, 0.7


class SimulatedCustomer:
    """One customer of Brest."""

    def __init__(self, phone: Phone, pace: Pace, random: Random):
        self.phone, self.pace, self.random = phone, pace, random

    async def ask(self) -> str:
        """Ask for a ride, and return its code. Raises NotAsExpected when the base's rules forbid it."""
        page = await self.phone.get("/rides/new/?fresh")
        form = page.form_to(BOOKING)
        places = [value for value in form.choices.get("origin", []) if value] if form else []
        if form is None or len(places) < 2:
            raise NotAsExpected("There is no form to ask for a ride")
        origin, destination = self.random.sample(places, 2)
        recap = await self.phone.send(form, origin=origin, destination=destination, **self._wish(), **self._kind(form))
        confirm = recap.form_to(BOOKING)
        if recap.status != 200 or confirm is None or "destination" not in confirm.values:
            raise NotAsExpected(f"The request was not taken: {recap.status} {recap.path}")
        await self.pace.sleep(self.random.uniform(2, 6))
        return self._code(await self.phone.send(confirm))

    def _wish(self) -> dict[str, str]:
        random = self.random
        wish = {
            "passengers": str(random.choices([1, 2, 3, 4], [65, 20, 10, 5])[0]),
            "luggage": str(random.choices([0, 1, 2], [75, 18, 7])[0]),
            "wheelchairs": "0",
            "note": random.choice(NOTES) if random.random() < 0.3 else "",
            "when": "asap",
        }
        if random.random() < 0.35:
            pickup_at = datetime.now(CLOCK) + timedelta(minutes=random.randrange(25, 90, 5))
            wish |= {"when": "at", "day": f"{pickup_at:%Y-%m-%d}", "clock": f"{pickup_at:%H:%M}"}
        return wish

    def _kind(self, form: Form) -> dict[str, str]:
        """Choose one of the kinds of transport that the base asks for, mostly the first, and say what it is for."""
        kinds = form.choices.get("category", [])
        chosen = {"category": kinds[0] if self.random.random() < 0.8 else self.random.choice(kinds)} if kinds else {}
        return chosen | {"motive": self.random.choice(KINDS["Liaison"][1])}

    @staticmethod
    def _code(page: Page) -> str:
        parts = page.path.strip("/").split("/")
        if len(parts) != 2 or not parts[1].startswith("R-"):
            raise NotAsExpected(f"The request did not become a ride: {page.status} {page.path}")
        return parts[1]

    async def follow(self, code: str) -> None:
        """Watch the ride's page until the ride is over; perhaps cancel it, perhaps rate it."""
        news = asyncio.Event()
        listening = asyncio.create_task(self.phone.follow(f"/live/ride/{code}/", news.set))
        cancels = self.random.random() < CANCELS
        try:
            while not await self.look(code, cancels=cancels):
                await self.pace.wait_for(news, 240)
                news.clear()
                await self.pace.sleep(self.random.uniform(1, 4))
        finally:
            listening.cancel()

    async def look(self, code: str, *, cancels: bool = False) -> bool:
        """Look at the ride and do what one wants to do; return whether nothing is left to see."""
        try:
            page = await self.phone.get(f"/rides/{code}/")
        except NotThere:
            # The demo began anew, without this ride.
            return True
        if cancels and (form := page.form_to(f"/rides/{code}/cancel/")):
            await self.pace.sleep(self.random.uniform(60, 300))
            reasons = [value for value in form.choices.get("reason", []) if value]
            await self.phone.send(form, reason=self.random.choice(reasons or ["no_longer_needed"]))
            return True
        if form := page.form_to(f"/rides/{code}/rate/"):
            if self.random.random() < RATES:
                await self.pace.sleep(self.random.uniform(15, 120))
                await self.phone.send(form, **self._judgement())
            return True
        return page.first(rf"again={code}", "href") is not None

    def _judgement(self) -> dict[str, str]:
        rating = self.random.choices([5, 4, 3, 2], [62, 25, 9, 4])[0]
        words = self.random.choice(PRAISE if rating > 3 else BLAME) if self.random.random() < 0.3 else ""
        return {"rating": str(rating), "words": words}
