"""People, what they are entitled to, and how they sign in."""

from echauffeur.accounts.models.codes import OneTimeCode
from echauffeur.accounts.models.identities import Identity
from echauffeur.accounts.models.people import Membership, User, UserManager
from echauffeur.accounts.models.sessions import Session
from echauffeur.common.phones import normal_phone, phone_in_words, takes_texts

__all__ = [
    "Identity",
    "Membership",
    "OneTimeCode",
    "Session",
    "User",
    "UserManager",
    "normal_phone",
    "phone_in_words",
    "takes_texts",
]
