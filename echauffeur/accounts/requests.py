"""How views say that somebody is signed in."""

from django.http import HttpRequest

from echauffeur.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that went past `SignInRequiredMiddleware`. For annotations only: no request is made of it."""

    user: User
