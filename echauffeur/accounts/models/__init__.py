"""People, what they are entitled to, and how they sign in."""

from echauffeur.accounts.models.people import Membership, User, UserManager, normal_phone, phone_in_words
from echauffeur.accounts.models.sessions import Session

__all__ = ["Membership", "Session", "User", "UserManager", "normal_phone", "phone_in_words"]
