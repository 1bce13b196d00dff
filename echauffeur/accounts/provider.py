"""Signing in at a provider of identities, by OpenID Connect's code flow with PKCE, state and nonce.

Authlib speaks the protocol; what a provider may say is checked here: it is a stranger until its signature holds, with
an algorithm of ours and a key of its own. See docs/decisions/0009-own-sign-in.md.
"""

import logging
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import MismatchingStateError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken, UserInfo
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from echauffeur.common.refusals import Refusal

logger = logging.getLogger(__name__)

# Signatures that only the provider can make. Never "none", and never one that the public key itself would verify (HS…).
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
# RFC 8176: several factors were asked for.
SEVERAL_FACTORS = "mfa"
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 10.0
MOST_BYTES = 500_000
CLOCKS_APART_SECONDS = 60
OLDEST_SECONDS = 600
KEPT_SECONDS = 600
NAME_LENGTH, SUBJECT_LENGTH, TOKEN_LENGTH = 60, 255, 8_000
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
# What reading a stranger's answer may raise.
RUBBISH = (requests.RequestException, AuthlibBaseError, JoseError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)  # fmt: skip # noqa: E501


class ProviderFailed(Refusal):
    """The provider cannot be reached, or what it says does not hold."""

    status = 502
    code = "provider_failed"


class NotFromHere(Refusal):
    """Somebody comes back from the provider whom this browser did not send there, or not lately."""

    status = 400
    code = "not_from_here"


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for. ``issuer`` and ``subject`` together are the identity; the address is a hint.

    ``is_strong``: more than a password was asked for. ``id_token`` is what signing out there wants to see.
    """

    issuer: str
    subject: str
    email: str
    is_email_verified: bool
    first_name: str
    last_name: str
    is_strong: bool
    id_token: str


def is_on() -> bool:
    """Return whether there is a provider."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def send_there(request: HttpRequest, callback: str) -> HttpResponse:
    """Return the way to the provider, which comes back to the address ``callback``. Raises ProviderFailed."""
    asked = {"acr_values": " ".join(settings.OIDC_ACR_VALUES)} if settings.OIDC_ACR_VALUES else {}
    try:
        response: HttpResponse = _provider().authorize_redirect(request, callback, **asked)
    except RUBBISH as error:
        raise _failed(error) from error
    return response


def back_from_there(request: HttpRequest) -> Vouched:
    """Return whom the provider vouches for, once everything that it says was checked.

    Raises NotFromHere, ProviderFailed, or Refusal when the person broke off there.
    """
    if request.GET.get("error"):
        logger.info("The provider answered %r", request.GET["error"][:100])
        raise Refusal(_("You were not signed in there: it was broken off, or not allowed."))
    if not request.GET.get("code") or not request.GET.get("state"):
        raise _not_from_here()
    client = _provider()
    try:
        token = client.authorize_access_token(request)
        claims: dict[str, Any] = token["userinfo"]  # of the ID token
        about = client.userinfo(token=token)
        if about["sub"] != claims["sub"]:
            raise ValueError("userinfo is about another subject than the ID token")
        return _vouched(claims, {**about}, token["id_token"])
    except MismatchingStateError as error:
        raise _not_from_here() from error
    except RUBBISH as error:
        raise _failed(error) from error


def way_out(id_token: str, back: str) -> str | None:
    """Return where signing out at the provider is done, if it offers that; it leads back afterwards."""
    try:
        client = _provider()
        address = client.create_logout_url(back, id_token, client_id=client.client_id)["url"]
        return str(address) if _is_trusted(address) else None
    except RUBBISH:
        return None


class _Limited(OAuth2Session):  # type: ignore[misc]  # Authlib says no types
    """Requests that end: in time, in size, and where they were sent."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        end = time.monotonic() + WHOLE_SECONDS
        kwargs |= {"allow_redirects": False, "stream": True, "timeout": (CONNECT_SECONDS, READ_SECONDS)}
        response: requests.Response = super().request(method, url, *args, **kwargs)
        body = bytearray()
        for chunk in response.iter_content(16_384):
            body += chunk
            if len(body) > MOST_BYTES or time.monotonic() > end:
                response.close()
                raise ValueError("too long an answer")
        response._content = bytes(body)  # noqa: SLF001  as if it had been read in one go
        if response.status_code != requests.codes.ok:
            raise ValueError(f"answer {response.status_code} of {urlsplit(url).path}")
        return response


class _Provider(DjangoOAuth2App):  # type: ignore[misc]  # Authlib says no types
    """Authlib's client, which believes less."""

    client_cls = _Limited

    def load_server_metadata(self) -> dict[str, Any]:
        """Return what the provider says of itself. Raises ValueError unless it is the one we meant."""
        metadata: dict[str, Any] = super().load_server_metadata()
        if metadata["issuer"] != settings.OIDC_ISSUER:
            raise ValueError("the discovery document is of another issuer")
        if not all(_is_trusted(metadata[name]) for name in ENDPOINTS):
            raise ValueError("an address of the provider is not one to trust")
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods
        self.client_kwargs["token_endpoint_auth_method"] = "client_secret_basic" if basic else "client_secret_post"
        return metadata

    def parse_id_token(self, token: dict[str, Any], nonce: str, **_: Any) -> UserInfo:
        """Return the ID token's claims. Raises JoseError or ValueError unless every one holds."""
        read = self._read(token["id_token"])
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": settings.OIDC_ISSUER},
            "aud": {"essential": True, "value": self.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        known = {"nonce": nonce, "client_id": self.client_id, "access_token": token["access_token"]}
        claims = CodeIDToken(read.claims, read.header, options, known)
        claims.validate(now=int(time.time()), leeway=CLOCKS_APART_SECONDS)
        if claims["iat"] < time.time() - OLDEST_SECONDS:
            raise ValueError("the ID token was issued too long ago")
        if settings.OIDC_ACR_VALUES and claims.get("acr") not in settings.OIDC_ACR_VALUES:
            raise ValueError("the person was not asked for what we wanted (acr)")
        return UserInfo(claims)

    def userinfo(self, **kwargs: Any) -> UserInfo:
        """Return what the provider says of the person, as plain JSON or signed as the ID token is."""
        response = self.get(self.load_server_metadata()["userinfo_endpoint"], **kwargs)
        if response.headers.get("Content-Type", "").partition(";")[0].strip() != "application/jwt":
            return UserInfo(response.json())
        claims = self._read(response.text.strip()).claims
        options: dict[str, Any] = {"iss": {"value": settings.OIDC_ISSUER}, "aud": {"value": self.client_id}}
        jwt.JWTClaimsRegistry(leeway=CLOCKS_APART_SECONDS, **options).validate(claims)
        return UserInfo(claims)

    def _read(self, text: str) -> jwt.Token:
        """Return what the provider has signed. Keys that it has changed lately are fetched anew, once."""
        try:
            return jwt.decode(text, KeySet.import_key_set(self.fetch_jwk_set()), ALGORITHMS)
        except InvalidKeyIdError:
            return jwt.decode(text, KeySet.import_key_set(self.fetch_jwk_set(force=True)), ALGORITHMS)


def _provider() -> _Provider:
    scopes = " ".join(settings.OIDC_SCOPES)
    now = int(time.time() // KEPT_SECONDS)
    return _made(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, scopes, now)


@lru_cache(maxsize=2)
def _made(issuer: str, client_id: str, client_secret: str, scopes: str, _period: int) -> _Provider:
    """Return the client, with what it knows of the provider: for ten minutes, or until something does not hold."""
    return _Provider(
        DjangoIntegration("oidc"),
        "oidc",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        # Some give access for a minute only, which Authlib would call over before it began.
        client_kwargs={"scope": scopes, "code_challenge_method": "S256", "leeway": 0},
    )


def _is_trusted(address: str) -> bool:
    """Return whether the address is one over TLS; over plain HTTP only where the provider is on this very machine."""
    parts, home = urlsplit(address), urlsplit(settings.OIDC_ISSUER)
    here = home.scheme == "http" and home.hostname in {"127.0.0.1", "localhost", "::1"}
    return (parts.scheme == "https" and bool(parts.hostname)) or (here and parts.netloc == home.netloc)


def _vouched(claims: dict[str, Any], about: dict[str, Any], id_token: str) -> Vouched:
    """Return the person as we need to know them. Raises ValueError when even the identity is none."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH or "\0" in subject:
        raise ValueError("no subject that can be kept")
    email, verified = about.get("email"), about.get("email_verified")
    amr, acr = claims.get("amr") or [], claims.get("acr")
    return Vouched(
        issuer=settings.OIDC_ISSUER,
        subject=subject,
        email=_address(email),
        is_email_verified=verified is True or verified == "true" or settings.OIDC_VOUCHES_FOR_EMAIL,
        first_name=_name(about.get("given_name")),
        last_name=_name(about.get("family_name") or about.get("usual_name")),
        is_strong=SEVERAL_FACTORS in amr or (isinstance(acr, str) and acr in settings.OIDC_STRONG_ACR),
        id_token=id_token if len(id_token) <= TOKEN_LENGTH else "",
    )


def _address(text: Any) -> str:
    """Return the e-mail address in lower case; empty when it is none."""
    try:
        validate_email(text)
    except (ValidationError, TypeError):
        return ""
    address = str(text).lower()
    return address if address.isascii() and len(address) <= 254 else ""


def _name(text: Any) -> str:
    return re.sub(r"[\x00-\x1f\ud800-\udfff]", "", text).strip()[:NAME_LENGTH] if isinstance(text, str) else ""


def _failed(error: Exception) -> ProviderFailed:
    """Note what did not hold, and forget what was known of the provider: it may have changed."""
    logger.warning("%s did not sign somebody in: %s: %s", settings.OIDC_NAME, type(error).__name__, str(error)[:200])
    _made.cache_clear()
    return ProviderFailed(
        _("%(name)s cannot be reached, or gave an answer that does not hold. Try again in a moment.")
        % {"name": settings.OIDC_NAME}
    )


def _not_from_here() -> NotFromHere:
    return NotFromHere(_("This answer belongs to no sign-in that was begun in this browser, or to one long ago."))
