"""Which e-mail addresses may open an account: those of the domains in the settings, exactly."""

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What mail servers of offices give out. Quoted parts and comments, which the standard knows too, hide other addresses.
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LONGEST = 254
LONGEST_LOCAL_PART = 64


def domains() -> list[str]:
    """Return the domains whose addresses may sign up; none means that nobody may."""
    return [domain for domain in map(_plain, settings.SIGN_UP_DOMAINS) if domain]


def address_to_sign_up(text: str) -> str:
    """Return the address in its one way of writing.

    Raises ValidationError unless it is an ordinary address at exactly one of the domains.
    """
    local, at, domain = text.strip().rpartition("@")
    plain = _plain(domain)
    if not at or not LOCAL_PART.fullmatch(local) or len(local) > LONGEST_LOCAL_PART or plain not in domains():
        raise ValidationError(
            _("Accounts are for addresses that end in %(domains)s. Without one, ask your base manager for an account."),
            params={"domains": ", ".join(f"@{domain}" for domain in domains())},
            code="domain",
        )
    return f"{local.lower()}@{plain}"[:LONGEST]


def _plain(domain: str) -> str:
    """Return a domain in lower case ASCII, as the network knows it; empty when it is written in a way that misleads.

    Letters that only look like others, or that programs turn into others (ｉ, K, ſ), are no way to write a domain.
    """
    if unicodedata.normalize("NFKC", domain) != domain or len(domain) > LONGEST:
        return ""
    labels = [_ascii(label) for label in domain.lower().split(".")]
    return ".".join(labels) if all(LABEL.fullmatch(label) for label in labels) else ""


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    try:
        return f"xn--{label.encode('punycode').decode('ascii')}"
    except UnicodeError:
        return ""
