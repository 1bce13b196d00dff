"""Bases hold nothing of a person: names of places, and the numbers of offices."""

from echauffeur.common.personal import Keeper, register

HARMLESS = (
    "bases.Base.name", "bases.Base.code", "bases.Base.time_zone", "bases.Base.holiday_calendar",
    "bases.Base.phone_customers", "bases.Base.phone_drivers",
    "bases.OpeningException.label", "bases.Category.name", "bases.Category.description",
    "bases.Place.name", "bases.Place.aliases", "bases.Place.kind", "bases.Place.access_note",
)  # fmt: skip

register(Keeper("bases", (), lambda person: [], lambda person, identity: None, harmless=HARMLESS))
