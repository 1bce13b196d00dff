"""The phones that the demo's bases lend to their drivers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from drivers.models import Driver
from echauffeur.demo.people import Crew
from fleet.models import Handset
from fleet.states import HandsetState

MODELS = ["Samsung XCover 7", "Samsung XCover 7", "Crosscall Core-Z5", "Nokia XR21"]
# What the phones in the drawer are, beside those that somebody holds.
IN_THE_DRAWER = [HandsetState.IN_SERVICE, HandsetState.IN_SERVICE, HandsetState.BROKEN, HandsetState.LOST]


def write_handsets(crews: dict[str, Crew], now: datetime) -> None:
    """Lend most drivers a phone, and put some into each base's drawer."""
    random = Random("phones of the demo")
    handsets: list[Handset] = []
    for crew in crews.values():
        for driver in crew.drivers[:-1]:
            handsets.append(_lent(random, len(handsets), driver, now))
        for state in IN_THE_DRAWER:
            handsets.append(Handset(base=crew.base, state=state, **_phone(random, len(handsets))))
    Handset.objects.bulk_create(handsets)


def _lent(random: Random, number: int, driver: Driver, now: datetime) -> Handset:
    since = now - timedelta(days=random.randrange(2, 300), hours=random.randrange(8))
    lent = {"state": HandsetState.LENT, "holder": driver.user, "lent_at": since}
    return Handset(base=driver.base, **lent, **_phone(random, number))


def _phone(random: Random, number: int) -> dict[str, str]:
    """Return what a phone is; its number comes from a range reserved for fiction."""
    return {
        "model": random.choice(MODELS),
        "serial": "".join(random.choices("0123456789ABCDEFGHJKLMNPRSTVWXYZ", k=10)),
        "imei": imei(random.randrange(10**11)),
        "number": f"+33261916{number:03d}",
    }


def imei(number: int) -> str:
    """Return an IMEI with that number in it; its fifteenth digit makes Luhn's sum a multiple of ten."""
    body = f"350{number:011d}"
    return f"{body}{-sum(_doubled(body)) % 10}"


def _doubled(body: str) -> Iterator[int]:
    for place, digit in enumerate(map(int, body)):
        yield sum(divmod(2 * digit, 10)) if place % 2 else digit
