"""People, what they are entitled to, and how they sign in."""

from echauffeur.accounts.models.people import Membership, User, UserManager, normal_phone, phone_in_words

__all__ = ["Membership", "User", "UserManager", "normal_phone", "phone_in_words"]
