"""The client's address: what our own proxies say, and never what a client writes."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from echauffeur.common.client import address_of, network_of

PEER, CLIENT, LIE = "10.0.0.5", "198.51.100.7", "203.0.113.66"


def request(forwarded: str | None = None, peer: str = PEER):
    headers = {"x-forwarded-for": forwarded} if forwarded is not None else {}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, PEER),
        (0, LIE, PEER),
        (1, None, PEER),
        (1, CLIENT, CLIENT),
        (1, f"{LIE}, {CLIENT}", CLIENT),
        (1, f"{LIE},{LIE} ,  {CLIENT} ", CLIENT),
        (2, f"{LIE}, {CLIENT}, 10.0.0.4", CLIENT),
        (2, CLIENT, CLIENT),  # it came past the outer proxy: the inner one says from where
        (1, "unknown", PEER),
        (1, "", PEER),
        (1, " , ", PEER),
        (1, f"{CLIENT}:51234", CLIENT),
        (1, "[2001:db8::7]:51234", "2001:db8::7"),
        (1, "2001:DB8:0::7", "2001:db8::7"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, f"::ffff:{CLIENT}", CLIENT),
        (1, "\x00\ud800", PEER),
    ],
)
def test_only_our_proxies_are_believed(settings: Settings, proxies: int, forwarded: str, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address_of(request(forwarded)) == address


def test_a_socket_file_has_no_address() -> None:
    assert (address_of(request(peer="")), network_of(request(peer=""))) == ("", "")


def test_the_addresses_of_one_ipv6_network_are_one_place() -> None:
    assert network_of(request(peer="2001:db8:0:1::7")) == network_of(request(peer="2001:db8:0:1:ffff::8"))
    assert network_of(request(peer="2001:db8:0:1::7")) != network_of(request(peer="2001:db8:0:2::7"))
    assert network_of(request(peer=CLIENT)) == CLIENT
