"""Whether this machine can crawl unattended: each thing that a night needs, looked at, not assumed.

What is looked at is left as it was: the only thing that is written is a directory of a moment, to
know that it can be.
"""

from __future__ import annotations

import errno
import importlib
import os
import re
import resource
import shlex
import ssl
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from filelock import FileLock, Timeout

from archive import ArchiveError, Catalog, Collection, NotACollection
from archive.collection import MARKER
from archive.disk import free_bytes
from archive.times import VIETNAM, local, utc_now
from crawler import serve, settings
from crawler.fetching.browser import BrowserMissing, check_installed, chromium
from crawler.site import Site

if TYPE_CHECKING:
    from crawler.fetching.guard import Guard
    from crawler.fetching.reach import Answer

LEAST_PYTHON = (3, 11)
LIBRARIES = ("scrapy", "lxml.html", "trafilatura", "warcio", "filelock")
ROOMY = 10
"""So many times MIN_FREE_BYTES is room for some nights: with less somebody should look."""
LEAST_FILES, FEW_FILES = 1_000, 20_000
"""Inodes: each run of a site leaves files of its own, for good."""
LEAST_OPEN_FILES = 1024
"""What Linux gives by default. Each site of a crawl has files and databases of its own open."""
ZONE = "Asia/Ho_Chi_Minh"

_NETWORKED = re.compile(
    r"9p|afs|ceph|cifs|fuse\.(?:sshfs|s3fs|rclone|ceph|glusterfs)|glusterfs|lustre|ncpfs|nfs4?|smb.*"
)
_FLEETING = {"overlay", "ramfs", "tmpfs"}
_LISTING_SECONDS = 20
_TRIAL = ".tinhuy-doctor-"
_ANOTHER = "tinhuy doctor --collection ANOTHER/DIRECTORY"
_ELSEWHERE = "export TINHUY_COLLECTION=/DIRECTORY/ON/ANOTHER/DISK"


class Verdict(StrEnum):
    """NO is what a night fails by, WARNING what somebody should know of."""

    OK = "ok"
    WARNING = "warning"
    NO = "no"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, and how it is. `remedy` is a command, for what is a WARNING or a NO."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def examine(
    collection: Path,
    *,
    asks_sites: bool = False,
    contact: str = settings.CONTACT,
    replay_environment: Path = serve.ENVIRONMENT,
) -> list[Finding]:
    """Everything that can be known here; with `asks_sites`, whether the sites answer.

    What cannot be looked at is a Finding, never an error. A site is asked for a connection and a
    handshake, and sent nothing.
    """
    known, listed = known_sites()
    findings = [
        python(),
        libraries(),
        listed,
        kept(collection),
        writable(collection),
        lockable(collection),
        file_system(collection),
        room(collection),
        room_for_files(collection),
        open_files(),
        time_zone(),
        clock(collection),
        certificates(),
        named_contact(contact),
        browser([site.name for site in known if site.rendered]),
        fonts(),
        replay(replay_environment),
    ]
    return findings + (reachable(known) if asks_sites else [])


def python(running: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether this Python is one that we are written for."""
    told = ".".join(map(str, running))
    if running >= LEAST_PYTHON:
        return _ok("Python", told)
    least = ".".join(map(str, LEAST_PYTHON))
    return _no(
        "Python", f"{told}; {least} or newer is needed", f"make PYTHON=python{least} install"
    )


def libraries(names: Sequence[str] = LIBRARIES) -> Finding:
    """Whether what crawling stands on can be imported, compiled parts and all."""
    failures = list(filter(None, map(_why_not_imported, names)))
    if failures:
        return _no("libraries", "; ".join(failures), "rm -f .venv/installed; make install")
    roots = (name.partition(".")[0] for name in names)
    return _ok("libraries", ", ".join(f"{root} {version(root)}" for root in roots))


def _why_not_imported(name: str) -> str:
    try:
        importlib.import_module(name)
    except Exception as error:  # a broken library may raise anything
        return f"{name} cannot be imported: {error}"
    return ""


def known_sites() -> tuple[list[Site], Finding]:
    """The sites of the list; a file in TINHUY_SITES that is no Python makes there be none."""
    try:
        from crawler import registry

        known = registry.sites()
    except Exception as error:  # whatever a user's file raises
        where = settings.SITES or "spiders"
        detail = f"the list cannot be read: {type(error).__name__}: {error}"
        return [], _no("sites", detail, f"{sys.executable} -m compileall -q {shlex.quote(where)}")
    own = f", those of {settings.SITES} among them" if settings.SITES else ""
    return known, _ok("sites", f"{len(known)} are known{own}")


def kept(collection: Path) -> Finding:
    """What stands at the place of the collection, and whether its catalog can be opened."""
    where = shlex.quote(str(collection))
    try:
        if not os.path.exists(collection) or _is_empty(collection):
            return _ok("collection", f"{collection} is made by the first crawl")
        if not os.path.exists(collection / MARKER):
            return _no("collection", f"{collection} holds something else", _ANOTHER)
        newest = _newest_look(collection)
    except NotACollection as error:
        is_itself = Path(error.path) == collection
        remedy = _ANOTHER if is_itself else f"tinhuy rebuild --collection {where}"
        return _no("collection", str(error), remedy)
    except (ArchiveError, OSError) as error:
        return _no("collection", str(error), f"ls -la {where}")
    seen = f"the newest look is of {local(newest, 'seconds')}" if newest else "nothing is read yet"
    return _ok("collection", f"{collection}, {seen}")


def _is_empty(directory: Path) -> bool:
    return directory.is_dir() and not any(directory.iterdir())


def _newest_look(collection: Path) -> str:
    """The WARC-Date of the newest look in a collection, or "". Raises ArchiveError, OSError."""
    path = Collection.open(collection).catalog_path
    if not path.exists():
        return ""
    with Catalog(path) as catalog:
        return catalog.newest_look()


def writable(collection: Path) -> Finding:
    """Whether a crawl by this user can write: the directory, and all that stands in it already."""
    place = _nearest(collection)
    try:
        with TemporaryDirectory(prefix=_TRIAL, dir=place) as trial:
            (Path(trial) / "page").write_bytes(b"page")
    except OSError as error:
        return _no("writing", f"{place}: {error.strerror}", _remedy_of_writing(error, place))
    if foreign := _not_ours(collection):
        detail = f"{foreign} cannot be written by this user"
        return _no("writing", detail, _taking_over(collection))
    return _ok("writing", f"{place} takes files")


def _not_ours(collection: Path) -> Path | None:
    """The first of the directories and databases in a collection that cannot be written."""
    shared = [path for part in ("", "locks", "ledgers") for path in (collection / part).glob("*")]
    return next((path for path in shared if not os.access(path, os.W_OK)), None)


def _remedy_of_writing(error: OSError, place: Path) -> str:
    match error.errno:
        case errno.EROFS:
            return f"sudo mount -o remount,rw {shlex.quote(str(_mount_of(place)))}"
        case errno.ENOSPC | errno.EDQUOT:
            return f"df -h -i {shlex.quote(str(place))}"
        case errno.ENOTDIR | errno.EEXIST:
            return _ANOTHER
    return _taking_over(place)


def _taking_over(place: Path) -> str:
    where = shlex.quote(str(place))
    return f'sudo chown -R "$(id -un)" {where} && chmod -R u+rwX {where}'


def lockable(collection: Path) -> Finding:
    """Whether locks exclude each other where the collection is, and whether the kernel has them.

    Where it has none filelock makes files in their place, and says so: a killed run keeps those.
    """
    place = _nearest(collection)
    try:
        with TemporaryDirectory(prefix=_TRIAL, dir=place) as trial, warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            holds = _excludes(Path(trial) / "lock")
    except (OSError, NotImplementedError, UserWarning) as error:
        return _no("locks", f"none can be taken in {place}: {error}", _ELSEWHERE)
    if not holds:
        return _no("locks", f"in {place} two can hold one lock", _ELSEWHERE)
    return _ok("locks", "one holder at a time")


def _excludes(path: Path) -> bool:
    with FileLock(path):
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True


def file_system(collection: Path, mounts: Path = Path("/proc/mounts")) -> Finding:
    """Whether the disk is one that stays, and is of this machine; `mounts` is as proc(5) has it."""
    place = _nearest(collection)
    kind = _type_of(place, mounts)
    if not kind:
        return _finding("file system", Verdict.NOT_NEEDED, "this machine does not tell its type")
    if _NETWORKED.fullmatch(kind):
        detail = f"{kind}: locks of two machines do not see each other, or do not hold"
        return _warning("file system", detail, _ELSEWHERE)
    if kind in _FLEETING:
        detail = f"{kind}: what is on it is lost with the machine or the container"
        return _warning("file system", detail, _ELSEWHERE)
    return _ok("file system", kind)


def _type_of(place: Path, mounts: Path) -> str:
    """The type of what is mounted nearest above a path, and last of what is mounted there."""
    try:
        lines = [line.split(" ") for line in mounts.read_text(errors="replace").splitlines()]
    except OSError:
        return ""
    points = [(_unescaped(fields[1]), fields[2]) for fields in lines if len(fields) > 2]
    above = [(len(Path(point).parts), kind) for point, kind in points if _is_in(place, point)]
    deepest = max((depth for depth, _ in above), default=0)
    return next((kind for depth, kind in reversed(above) if depth == deepest), "")


def _is_in(place: Path, point: str) -> bool:
    return place.resolve().is_relative_to(point)


def _unescaped(point: str) -> str:
    """Blanks and backslashes stand as octal numbers in /proc/mounts."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point)


def _mount_of(place: Path) -> Path:
    return next(path for path in (place, *place.parents) if path.is_mount())


def room(collection: Path, least: int = settings.MIN_FREE_BYTES) -> Finding:
    """Whether the disk has room; with less than `least` bytes a run ends before it begins."""
    place = _nearest(collection)
    try:
        free = free_bytes(place)
    except OSError as error:
        return _no("room", f"{place}: {error.strerror}", _ELSEWHERE)
    told = f"{_size(free)} are free; runs end below {_size(least)}"
    verdict = _graded(free, least, least * ROOMY)
    return _finding("room", verdict, told, f"du -xh {shlex.quote(str(place))} | sort -h | tail")


def room_for_files(collection: Path, least: int = LEAST_FILES, few: int = FEW_FILES) -> Finding:
    """Whether the file system can hold more files; some have no bound on them."""
    place = _nearest(collection)
    try:
        found = os.statvfs(place)
    except OSError as error:
        return _no("inodes", f"{place}: {error.strerror}", _ELSEWHERE)
    if not found.f_files:
        return _finding("inodes", Verdict.NOT_NEEDED, "this file system does not count them")
    verdict = _graded(found.f_favail, least, few)
    told = f"{found.f_favail} more files can be made"
    return _finding("inodes", verdict, told, f"du --inodes -x {shlex.quote(str(place))} | sort -n")


def open_files(least: int = LEAST_OPEN_FILES) -> Finding:
    """Whether this process may have enough files and connections open at once."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= least:
        return _ok("open files", "no limit" if limit == resource.RLIM_INFINITY else str(limit))
    return _warning("open files", f"{limit} at once; many sites need {least}", f"ulimit -n {least}")


def time_zone() -> Finding:
    """Whether this machine knows Vietnam's time: schedules are told in it."""
    remedy = "sudo apt install tzdata"
    try:
        offset = datetime.now(ZoneInfo(ZONE)).utcoffset()
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        return _no("time zone", f"{ZONE} is not known: {error}", remedy)
    if offset != VIETNAM.utcoffset(None):
        return _no("time zone", f"{ZONE} is taken for {offset} from UTC, not 7:00:00", remedy)
    return _ok("time zone", f"{ZONE} is +07:00")


def clock(collection: Path, now: Callable[[], datetime] = utc_now) -> Finding:
    """Whether the clock is behind what was already seen by it; looks would be told out of order."""
    try:
        newest = _newest_look(collection)
        seen = datetime.fromisoformat(newest) if newest else None
    except (ArchiveError, OSError, ValueError):
        seen = None
    here = now()
    told = local(here.isoformat(), "seconds")
    if seen is None:
        detail = f"{told}, with no look to compare it with"
        return _finding("clock", Verdict.NOT_NEEDED, detail)
    if here < seen:
        detail = f"it is {told} here, and the newest look is of {local(newest, 'seconds')}"
        return _no("clock", detail, "sudo timedatectl set-ntp true")
    return _ok("clock", told)


def certificates() -> Finding:
    """Whether this machine trusts anybody: else all certificates are recorded as not believed."""
    count = len(ssl.create_default_context().get_ca_certs()) or _hashed_certificates()
    if count:
        return _ok("certificates", f"{count} authorities are trusted")
    return _no("certificates", "no authority is trusted", "sudo apt install ca-certificates")


def _hashed_certificates() -> int:
    """Certificates in a directory are read when one is needed, and so not counted by OpenSSL."""
    directory = ssl.get_default_verify_paths().capath
    return len(list(Path(directory).glob("*.[0-9]"))) if directory else 0


def named_contact(contact: str) -> Finding:
    """Whether owners of sites are told whom to write to."""
    if contact:
        return _ok("contact", contact)
    remedy = "export TINHUY_CONTACT=archive@example.org"
    return _warning("contact", "site owners are not told whom to write to", remedy)


def browser(rendered: Sequence[str]) -> Finding:
    """Whether pages can be drawn, if any sites (by name) want it."""
    if not rendered:
        return _finding("browser", Verdict.NOT_NEEDED, "no site is drawn by scripts")
    wanted = f"for {', '.join(rendered)}"
    try:
        return _ok("browser", f"{check_installed()}, {wanted}")
    except BrowserMissing as error:
        return _no("browser", f"{error.missing}, {wanted}", error.remedy)


def fonts() -> Finding:
    """Whether the browser, if there is one, has a font with all letters of Vietnamese."""
    if not chromium():
        return _finding("fonts", Verdict.NOT_NEEDED, "there is no browser")
    families = _vietnamese_fonts()
    if families:
        return _ok("fonts", f"{len(families)} families have Vietnamese letters")
    remedy = "sudo apt install fontconfig fonts-noto-core"
    return _warning("fonts", "none with Vietnamese letters is found", remedy)


def _vietnamese_fonts() -> set[str]:
    command = ["fc-list", ":lang=vi", "family"]
    try:
        listed = subprocess.run(command, capture_output=True, timeout=_LISTING_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return set(listed.stdout.decode(errors="replace").splitlines())


def replay(environment: Path) -> Finding:
    """Whether `tinhuy serve` has its program; crawling needs it not."""
    try:
        return _ok("replay", str(serve.pywb(environment)))
    except serve.CannotServe:
        detail = f"pywb is not in {environment.name}/: tinhuy serve cannot show pages"
        return _warning("replay", detail, serve.INSTALL)


def reachable(sites: Sequence[Site]) -> list[Finding]:
    """Whether the first seed of each site answers: a name, a connection, a handshake."""
    if not sites:  # also where Scrapy is missing, on which the guard stands
        return []
    from crawler.fetching.reach import reach_all

    asked = [site for site in sites if site.seeds and not _is_proxied(site.seeds[0])]
    answers = reach_all([(site.seeds[0], _guard(site)) for site in asked])
    found = {site.name: _of_answer(site, one) for site, one in zip(asked, answers, strict=True)}
    return [found.get(site.name) or _unasked(site) for site in sites]


def _is_proxied(url: str) -> bool:
    """Whether the environment names a proxy, which looks up names and connects in our place."""
    parts = urlsplit(url)
    return parts.scheme in getproxies() and not proxy_bypass(parts.netloc)


def _unasked(site: Site) -> Finding:
    why = "not asked: a crawl goes through a proxy" if site.seeds else "it has no seed"
    return _finding(f"site {site.name}", Verdict.NOT_NEEDED, why)


def _guard(site: Site) -> Guard:
    """As in a crawl of nothing but the site."""
    from crawler.fetching.guard import Guard, named_by_spelling

    return Guard(named_by_spelling(site.origins))


def _of_answer(site: Site, answer: Answer) -> Finding:
    what, host = f"site {site.name}", urlsplit(site.seeds[0]).netloc
    detail = answer.detail if host in answer.detail else f"{host}: {answer.detail}"
    if answer.is_refused:
        remedy = f"tinhuy crawl {site.name} --at {shlex.quote(site.seeds[0])}"
        return _no(what, f"refused by us: {detail}", remedy)
    remedy = f"tinhuy sites check {site.name}"
    if not answer.is_there:
        return _no(what, detail, remedy)
    if answer.flaw:
        return _warning(what, f"{host} answers, {answer.flaw}", remedy)
    return _ok(what, f"{host} answers at {answer.detail}")


def _nearest(path: Path) -> Path:
    """The path, or what there is of the directories above it."""
    whole = path.absolute()
    return next(one for one in (whole, *whole.parents) if os.path.exists(one))


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _graded(amount: int, least: int, enough: int) -> Verdict:
    if amount < least:
        return Verdict.NO
    return Verdict.WARNING if amount < enough else Verdict.OK


def _finding(what: str, verdict: Verdict, detail: str, remedy: str = "") -> Finding:
    wanted = remedy if verdict in (Verdict.WARNING, Verdict.NO) else ""
    return Finding(what=what, verdict=verdict, detail=" ".join(detail.split()), remedy=wanted)


def _ok(what: str, detail: str) -> Finding:
    return _finding(what, Verdict.OK, detail)


def _warning(what: str, detail: str, remedy: str) -> Finding:
    return _finding(what, Verdict.WARNING, detail, remedy)


def _no(what: str, detail: str, remedy: str) -> Finding:
    return _finding(what, Verdict.NO, detail, remedy)
