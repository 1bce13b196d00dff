"""How often codes and passwords may be asked for and tried, per target and per place on the network."""

from django.http import HttpRequest

from echauffeur.common.client import network_of
from echauffeur.common.limits import DAY, HOUR, Limit, take

# One inbox or phone gets no flood, whoever asks for it.
ASKED_FOR_ONE = (Limit("code-asked", 5, HOUR), Limit("code-asked-day", 15, DAY))
TEXTED_TO_ONE = (Limit("text-asked", 3, HOUR), Limit("text-asked-day", 6, DAY))
# A whole base may stand behind one address, on the day that it starts.
ASKED_FROM_ONE_PLACE = Limit("code-asked-place", 200, HOUR)
TRIED_FROM_ONE_PLACE = Limit("code-tried-place", 600, HOUR)
# Three tries a code; five codes an hour: more is no forgetfulness.
TRIED_FOR_ONE = Limit("code-tried", 20, HOUR)
OLD_PASSWORD_TRIED = Limit("password-tried", 10, HOUR)


def may_ask(request: HttpRequest, purpose: str, target: str) -> None:
    """Count one more code asked for. Raises TooOften, the same for targets that exist and those that do not."""
    take(ASKED_FROM_ONE_PLACE, network_of(request))
    for limit in ASKED_FOR_ONE:
        take(limit, purpose, target)


def may_text(phone: str) -> None:
    """Count one more text to this number. Raises TooOften."""
    for limit in TEXTED_TO_ONE:
        take(limit, phone)


def may_try(request: HttpRequest, purpose: str, target: str) -> None:
    """Count one more code typed. Raises TooOften."""
    take(TRIED_FROM_ONE_PLACE, network_of(request))
    take(TRIED_FOR_ONE, purpose, target)


def may_try_old_password(pk: int) -> None:
    """Count one more try of the present password by somebody who is signed in. Raises TooOften."""
    take(OLD_PASSWORD_TRIED, str(pk))
