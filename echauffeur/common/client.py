"""Who asks, as far as the network knows."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# One household or office commands a whole network of this length: its addresses are no different people.
IPV6_NETWORK_BITS = 64


def address_of(request: HttpRequest) -> str:
    """Return the client's address, such as 192.0.2.7 or 2001:db8::7; empty when nobody knows it.

    Each proxy adds the address it was called from at the end of X-Forwarded-For. What stands there before the
    entries of our own proxies (``settings.TRUSTED_PROXIES`` of them) is whatever the client wrote, and is not read.
    """
    peer = request.META.get("REMOTE_ADDR") or ""
    proxies: int = settings.TRUSTED_PROXIES
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if not proxies or not told:
        return _normal(peer)
    return _normal(told[-min(proxies, len(told))]) or _normal(peer)


def network_of(request: HttpRequest) -> str:
    """Return what stands for one place on the network: the IPv4 address, or the IPv6 network around it."""
    address = address_of(request)
    return str(ip_network((address, IPV6_NETWORK_BITS), strict=False)) if ":" in address else address


def _normal(text: str) -> str:
    """Return an address in its one way of writing, without the port that some proxies add; empty when it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
