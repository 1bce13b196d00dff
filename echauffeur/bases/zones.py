"""Time zones by the names that people know them by: first where France is, then the rest of the world."""

import zoneinfo
from datetime import datetime
from functools import cache, lru_cache

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

FRANCE: dict[str, Promise] = {
    "Europe/Paris": _("Metropolitan France"),
    "America/Guadeloupe": _("Guadeloupe"),
    "America/Martinique": _("Martinique"),
    "America/Cayenne": _("French Guiana"),
    "America/St_Barthelemy": _("Saint-Barthélemy"),
    "America/Marigot": _("Saint-Martin"),
    "America/Miquelon": _("Saint-Pierre and Miquelon"),
    "Indian/Reunion": _("Réunion"),
    "Indian/Mayotte": _("Mayotte"),
    "Indian/Kerguelen": _("Kerguelen Islands"),
    "Pacific/Noumea": _("New Caledonia"),
    "Pacific/Wallis": _("Wallis and Futuna"),
    "Pacific/Tahiti": _("French Polynesia: Tahiti"),
    "Pacific/Marquesas": _("French Polynesia: Marquesas Islands"),
    "Pacific/Gambier": _("French Polynesia: Gambier Islands"),
}
REGIONS: dict[str, Promise] = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}
Choices = list[tuple[str, list[tuple[str, str]]]]


def zone_choices() -> Choices:
    """Return every zone under its region, each with its distance from UTC now: that is how one is checked."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    return _choices(now, get_language() or "")


@lru_cache(maxsize=4)
def _choices(now: datetime, _language: str) -> Choices:
    groups: Choices = [(str(_("France")), [(zone, _label(str(name), zone, now)) for zone, name in FRANCE.items()])]
    for region, zones in _abroad().items():
        groups.append((str(REGIONS[region]), [(zone, _label(_town(zone), zone, now)) for zone in zones]))
    return groups


def zone_in_words(zone: str) -> str:
    """Return the zone as its choice says it."""
    return _label(str(FRANCE.get(zone) or _town(zone)), zone, timezone.now())


@cache
def _abroad() -> dict[str, list[str]]:
    """Return the zones of each region by name, without those that are France's."""
    zones = sorted(zoneinfo.available_timezones() - FRANCE.keys())
    return {region: [zone for zone in zones if zone.startswith(f"{region}/")] for region in REGIONS}


def _town(zone: str) -> str:
    """Return America/North_Dakota/Center as Center, North Dakota."""
    return ", ".join(reversed(zone.split("/")[1:] or [zone])).replace("_", " ")


def _label(name: str, zone: str, now: datetime) -> str:
    offset = f"{now.astimezone(zoneinfo.ZoneInfo(zone)):%z}"
    hours, minutes = offset[:3].replace("+0", "+").replace("-0", "−").replace("-", "−"), offset[3:5]
    return f"{name} (UTC{hours}{'' if minutes == '00' else ':' + minutes})"
