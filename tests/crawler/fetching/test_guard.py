from __future__ import annotations

import ipaddress
from contextlib import nullcontext
from typing import Any

import pytest
from scrapy.exceptions import IgnoreRequest

from crawler.fetching.guard import (
    AddressRefused,
    AddressTooLong,
    Guard,
    GuardedResolver,
    literal_address,
    why_inner,
)
from tests.crawler.fetching.conftest import Run
from tests.crawler.fetching.crawl import Listening, Plan
from tests.crawler.fetching.origin import Origin, page

INNER = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "2001:db8::1",
    "2002:a00:1::",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_refused(address: str) -> None:
    """No address outside the public Internet may be connected to, however it is wrapped."""
    assert why_inner(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "113.160.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_pass(address: str) -> None:
    """Addresses of the public Internet are not refused."""
    assert why_inner(ipaddress.ip_address(address)) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::1%25eth0]",
        "user:secret@127.0.0.1:80",
    ],
)
def test_every_spelling_of_an_address_is_read(host: str) -> None:
    """A loopback address is refused in every spelling that a resolver would read."""
    with pytest.raises(AddressRefused) as refused:
        Guard().check(f"http://{host}/secret")
    assert refused.value.why.startswith("loopback")


@pytest.mark.parametrize("host", ["baodongthap.vn", "1.example", "0x7f.example", "a.b.c.d", ""])
def test_names_are_not_addresses(host: str) -> None:
    """A host name is left to the resolver."""
    assert literal_address(host) is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "metadata.google.internal",
        "may-in.local",
        "intranet",
        "router.home.arpa",
        "nas.lan",
    ],
)
def test_names_of_inner_networks(host: str) -> None:
    """A name that no public network has is refused unasked, also when a proxy would look it up."""
    with pytest.raises(AddressRefused):
        Guard().check(f"http://{host}/")
    Guard([host]).check(f"http://{host}/")


@pytest.mark.parametrize("port", [22, 25, 6379, 9200, 11211])
def test_ports_of_other_services(port: int) -> None:
    """A port that speaks something else than HTTP is refused, unless the user named it."""
    with pytest.raises(AddressRefused):
        Guard(["bao.example:8080"]).check(f"http://bao.example:{port}/")
    Guard([f"bao.example:{port}"]).check(f"http://bao.example:{port}/")


@pytest.mark.parametrize("port", [80, 81, 88, 443, 8000, 8080, 8081, 8443])
def test_ports_of_the_web(port: int) -> None:
    """Ports that portals are found at are no reason to refuse."""
    Guard().check(f"http://bao.example:{port}/")


def test_an_endless_address() -> None:
    """An address longer than the limit is refused, and its beginning is told."""
    with pytest.raises(AddressTooLong) as refused:
        Guard(max_length=2000).check("http://bao.example/" + "a" * 2000)
    assert len(refused.value.url) == 2000
    Guard(max_length=2000).check("http://bao.example/" + "a" * 1900)


def test_a_named_host_stays_where_it_was() -> None:
    """A host the user named may be an inner one, but not after it was a public one."""
    guard, inner = Guard(["bao.example"]), ipaddress.ip_address("10.0.0.1")
    assert guard.why_refused("bao.example", 80, inner) is None
    assert guard.why_refused("bao.example", 80, ipaddress.ip_address("8.8.8.8")) is None
    assert guard.why_refused("bao.example", 80, inner) is not None


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.vn/", "data:,x", "//a.vn/"])
def test_only_the_web_is_fetched(url: str) -> None:
    """A scheme other than http and https is refused."""
    with pytest.raises(AddressRefused):
        Guard().check(url)


@pytest.mark.parametrize(
    ("named", "url", "passes"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/", True),
        ("127.0.0.1:8000", "http://127.0.0.1:8000/", True),
        ("127.0.0.1:8000", "http://127.0.0.1:8001/", False),
        ("127.0.0.1:80", "http://127.0.0.1/", True),
        ("127.0.0.1", "http://127.0.0.2/", False),
        ("127.0.0.1", "http://127.1/", False),
        ("::1", "http://[::1]:99/", True),
        ("[::1]:99", "http://[::1]:99/", True),
        ("[::1]:99", "http://[::1]:98/", False),
    ],
)
def test_hosts_the_user_named_pass(named: str, url: str, passes: bool) -> None:
    """Exactly the host the user named may be anywhere, on the port named with it."""
    try:
        Guard([named]).check(url)
    except AddressRefused:
        assert not passes
    else:
        assert passes


def test_a_refusal_is_not_retried() -> None:
    """Scrapy takes a refusal for a decision, not for a failure."""
    assert issubclass(AddressRefused, IgnoreRequest)


class TestCrawl:
    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.1:{port}/secret",
            "http://2130706433:{port}/secret",
            "http://[::ffff:127.0.0.1]:{port}/secret",
            "http://ben-trong.example:{port}/secret",
            "http://10.0.0.1/",
            "http://[::1]:{port}/secret",
        ],
    )
    def test_a_redirect_into_the_inner_net_is_refused(
        self, run: Run, names: dict[str, list[str]], target: str
    ) -> None:
        """A redirect to an inner address is refused with its reason, not sent and not recorded."""
        names.update({"cong.example": ["127.0.0.1"], "ben-trong.example": ["127.0.0.1"]})
        with Origin({"/secret": page(b"secret")}) as origin:
            location = f"Location: {target.format(port=origin.port)}\r\n".encode()
            origin.answers["/a"] = page(b"", headers=location, status=b"302 Found")
            recording, url = Listening(), origin.url("/a", "cong.example")
            crawled = run(
                [Plan("a", url)],
                recording=recording,
                NAMED_HOSTS=[f"cong.example:{origin.port}"],
                RETRY_ENABLED=True,
            )
            assert isinstance(crawled["a"].error, AddressRefused)
            assert "/secret" not in origin.crossed
            assert [heard.target_uri for heard in recording.heard] == [url]

    def test_a_redirect_to_a_file_is_not_followed(self, run: Run) -> None:
        """A redirect to file: reads no file."""
        location = b"Location: file:///etc/hostname\r\n"
        moved = page(b"moved", headers=location, status=b"302 Found")
        with Origin({"/a": moved}) as origin:
            recording = Listening()
            crawled = run([Plan("a", origin.url("/a"))], recording=recording)
            assert [heard.target_uri for heard in recording.heard] == [origin.url("/a")]
            assert crawled["a"].response is None or crawled["a"].response.status == 302

    def test_a_name_that_changes_its_mind(self, run: Run, names: dict[str, list[str]]) -> None:
        """A name that resolves to an inner address the second time is refused that time."""
        names["doi.example"] = ["192.0.43.8", "127.0.0.1"]
        guard = Guard()
        with Origin({"/secret": page(b"secret")}) as origin:
            url = origin.url("/secret", "doi.example")
            guard.check(url)
            names["doi.example"].pop(0)
            recording = Listening()
            crawled = run([Plan("a", url)], recording=recording, NAMED_HOSTS=[])
            assert isinstance(crawled["a"].error, AddressRefused)
            assert crawled["a"].error.why == "loopback"
            assert origin.crossed == {}
            assert recording.heard == []

    def test_robots_txt_of_an_inner_host_is_refused_too(
        self, run: Run, names: dict[str, list[str]]
    ) -> None:
        """Not even robots.txt is asked of a refused host."""
        names["trong.example"] = ["127.0.0.1"]
        with Origin({"/robots.txt": page(), "/a": page()}) as origin:
            recording, url = Listening(), origin.url("/a", "trong.example")
            run([Plan("a", url)], recording=recording, NAMED_HOSTS=[], ROBOTSTXT_OBEY=True)
            assert origin.crossed == {}
            assert recording.heard == []


class Receiver:
    """Takes what a resolver gives."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.complete = False

    def resolutionBegan(self, resolution: Any) -> None: ...

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        self.complete = True


class Address:
    def __init__(self, host: str) -> None:
        self.host = host


class Fixed:
    """A resolver that gives every name a good and a bad address."""

    def resolveHostName(self, receiver: Any, hostName: str, *_: Any) -> None:
        receiver.resolutionBegan(self)
        for host in ("10.0.0.1", "8.8.8.8", "fe80::1%eth0"):
            receiver.addressResolved(Address(host))
        receiver.resolutionComplete()


def looked_up(guard: Guard | None, name: str) -> list[str]:
    """The addresses that a crawl (None: nobody known) gets of a name."""
    resolver, receiver = GuardedResolver(Fixed()), Receiver()
    with guard.asking() if guard else nullcontext():
        resolver.resolveHostName(receiver, name, 80)
    assert receiver.complete
    return receiver.addresses


def test_only_good_addresses_are_handed_on() -> None:
    """Of several addresses of a name only those that pass are connected to, whoever asks."""
    assert looked_up(Guard(), "hai-mat.example") == ["8.8.8.8"]
    assert looked_up(None, "hai-mat.example") == ["8.8.8.8"]


def test_a_host_is_named_for_one_crawl() -> None:
    """What the user named for one crawl is an inner host to every other of the program."""
    assert looked_up(Guard(["nha.example"]), "nha.example")[0] == "10.0.0.1"
    assert looked_up(Guard(["khac.example"]), "nha.example") == ["8.8.8.8"]
