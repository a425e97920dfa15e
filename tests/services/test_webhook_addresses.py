"""Where webhooks may go: the open net, by the very address that was checked, and nowhere inside."""

import ipaddress
import socket

import pytest

from tests.receiver import receiving
from tournaments.services.access import Actor
from tournaments.services.errors import Invalid
from tournaments.services.people import users
from tournaments.services.telling import addresses, channels


@pytest.fixture
def ann(db):
    return Actor(users.create_user("ann")[0])


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::1",
    "2001:0:7f00:1::1", "2001:db8::1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001:82a::200e"]


def test_only_addresses_of_the_open_net_are_public():
    assert [one for one in INSIDE if addresses.is_public(ipaddress.ip_address(one))] == []
    assert [one for one in OUTSIDE if not addresses.is_public(ipaddress.ip_address(one))] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https:///x", "https://", "example.org", "",
        "https://ann:word@example.org/", "https://example.org:22/", "https://example.org:8000/",
        "https://example.org:x/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/", "https://exa mple.org/", "https://example.org/\r\nX: y",
        "https://example.org/größe", "https://größe.de/", "file:///etc/passwd", f"https://{'a' * 70}.org/",
    ],
)  # fmt: skip
def test_an_address_that_would_never_be_sent_to_is_refused_when_it_is_added(url, ann):
    with pytest.raises(Invalid) as caught:
        channels.add_webhook(ann, url, ["accepted"])
    assert caught.value.code == "bad_address"


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c", "https://example.org:8443", "https://xn--gre-6ka8i.de/"]
)
def test_a_public_address_is_taken(url, ann):
    assert channels.add_webhook(ann, url, ["accepted"]).url == url


def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(receiver, settings):
    port = receiver.url.split(":")[2].split("/")[0]
    for name in ("localhost", "127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"):
        settings.WEBHOOKS_PRIVATE = False
        with pytest.raises(addresses.Unreachable):
            addresses.post(f"https://{name}/", b"{}", {})
        with pytest.raises(addresses.Unreachable) as caught:
            addresses.look_up(addresses.Address(False, name.strip("[]"), int(port), "/"))
        assert str(caught.value) == "The host has no public address."
    assert receiver.got == []


def test_the_name_is_looked_up_once_and_the_checked_address_is_used(receiver, monkeypatch, settings):
    """A name server that says something public first and 127.0.0.1 then gains nothing."""
    settings.WEBHOOKS_PRIVATE = False
    asked, dialled = [], []

    def look_up(host, port, *_, **__):
        asked.append(host)
        place = "93.184.215.14" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    def dial(place, *_, **__):
        dialled.append(place)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(addresses.Unreachable):
        addresses.post("https://rebind.example/", b"{}", {})
    assert (asked, dialled) == (["rebind.example"], [("93.184.215.14", 443)])


def test_a_host_with_one_inner_address_among_outer_ones_is_refused(monkeypatch):
    def look_up(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(addresses.Unreachable):
        addresses.look_up(addresses.read("https://both.example/"))
