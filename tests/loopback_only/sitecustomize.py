"""Refuses every way out but loopback, in the tests and in every Python that they start.

Python imports a module of this name by itself when its directory is in PYTHONPATH. It needs
nothing but the standard library: programs of other environments import it too.
"""

import ipaddress
import socket
from typing import Any

_NAMES = {"", "localhost", "ip6-localhost"}
_RESERVED = (".invalid", ".test", ".example", ".example.com")


class NetworkReached(BaseException):
    """Something wanted to leave this machine. Not an Exception: nobody may swallow it."""


def install() -> None:
    """Refuse from now on, for the rest of the process."""
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _checked(getattr(socket.socket, name), position=1))
    setattr(socket.socket, "sendto", _checked(socket.socket.sendto, position=-1))  # noqa: B010
    socket.getaddrinfo = _resolver(socket.getaddrinfo)


def _checked(call: Any, position: int) -> Any:
    def checked(*arguments: Any) -> Any:
        address = arguments[position]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise NetworkReached(f"a test wanted to reach {address!r}; serve it on 127.0.0.1")
        return call(*arguments)

    return checked


def _resolver(call: Any) -> Any:
    def resolved(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if name.endswith(_RESERVED):  # they exist nowhere: what a resolver would say, unasked
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not (_is_here(name) or _is_address(name)):
            raise NetworkReached(f"a test wanted to look up {name!r}; use a name under .invalid")
        return call(host, *arguments, **options)

    return resolved


def _is_here(host: str) -> bool:
    if host in _NAMES:
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


if __name__ == "sitecustomize":
    install()
