"""Whether the disk of a collection can keep what a night brings."""

from __future__ import annotations

import errno
import os
import re
import shlex
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout

from archive import ArchiveError, Catalog, Collection, NotACollection
from archive.collection import MARKER
from archive.disk import free_bytes
from archive.times import local, utc_now
from crawler import settings
from crawler.doctor.finding import Finding, Verdict, finding, graded, no, ok, setting, warning

ROOMY = 10
"""So many times MIN_FREE_BYTES is room for some nights: with less somebody should look."""
LEAST_FILES, FEW_FILES = 1_000, 20_000
"""Inodes: each run of a site leaves files of its own, for good."""

_NETWORKED = re.compile(
    r"9p|afs|ceph|cifs|fuse\.(?:sshfs|s3fs|rclone|ceph|glusterfs)|glusterfs|lustre|ncpfs|nfs4?|smb.*"
)
_FLEETING = {"overlay", "ramfs", "tmpfs"}
_TRIAL = ".tinhuy-doctor-"
_ANOTHER = "tinhuy doctor --collection ANOTHER/DIRECTORY"
_ELSEWHERE = setting("COLLECTION", "/DIRECTORY/ON/ANOTHER/DISK")


def kept(collection: Path) -> Finding:
    """What stands at the place of the collection, and whether its catalog can be opened."""
    where = shlex.quote(str(collection))
    try:
        if not os.path.exists(collection) or _is_empty(collection):
            return ok("collection", f"{collection} is made by the first crawl")
        if not os.path.exists(collection / MARKER):
            return no("collection", f"{collection} holds something else", _ANOTHER)
        newest = _newest_look(collection)
    except NotACollection as error:
        is_itself = Path(error.path) == collection
        remedy = _ANOTHER if is_itself else f"tinhuy rebuild --collection {where}"
        return no("collection", str(error), remedy)
    except (ArchiveError, OSError) as error:
        return no("collection", str(error), f"ls -la {where}")
    seen = f"the newest look is of {local(newest, 'seconds')}" if newest else "nothing is read yet"
    return ok("collection", f"{collection}, {seen}")


def _is_empty(directory: Path) -> bool:
    return directory.is_dir() and not any(directory.iterdir())


def writable(collection: Path) -> Finding:
    """Whether a crawl by this user can write: the directory, and all that stands in it already."""
    place = _nearest(collection)
    try:
        with TemporaryDirectory(prefix=_TRIAL, dir=place) as trial:
            (Path(trial) / "page").write_bytes(b"page")
    except OSError as error:
        return no("writing", f"{place}: {error.strerror}", _remedy_of_writing(error, place))
    if foreign := _not_ours(collection):
        detail = f"{foreign} cannot be written by this user"
        return no("writing", detail, _taking_over(collection))
    return ok("writing", f"{place} takes files")


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
        return no("locks", f"none can be taken in {place}: {error}", _ELSEWHERE)
    if not holds:
        return no("locks", f"in {place} two can hold one lock", _ELSEWHERE)
    return ok("locks", "one holder at a time")


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
        return finding("file system", Verdict.NOT_NEEDED, "this machine does not tell its type")
    if _NETWORKED.fullmatch(kind):
        detail = f"{kind}: locks of two machines do not see each other, or do not hold"
        return warning("file system", detail, _ELSEWHERE)
    if kind in _FLEETING:
        detail = f"{kind}: what is on it is lost with the machine or the container"
        return warning("file system", detail, _ELSEWHERE)
    return ok("file system", kind)


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
        return no("room", f"{place}: {error.strerror}", _ELSEWHERE)
    told = f"{_size(free)} are free; runs end below {_size(least)}"
    verdict = graded(free, least, least * ROOMY)
    return finding("room", verdict, told, f"du -xh {shlex.quote(str(place))} | sort -h | tail")


def room_for_files(collection: Path, least: int = LEAST_FILES, few: int = FEW_FILES) -> Finding:
    """Whether the file system can hold more files; some have no bound on them."""
    place = _nearest(collection)
    try:
        found = os.statvfs(place)
    except OSError as error:
        return no("inodes", f"{place}: {error.strerror}", _ELSEWHERE)
    if not found.f_files:
        return finding("inodes", Verdict.NOT_NEEDED, "this file system does not count them")
    verdict = graded(found.f_favail, least, few)
    told = f"{found.f_favail} more files can be made"
    return finding("inodes", verdict, told, f"du --inodes -x {shlex.quote(str(place))} | sort -n")


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
        return finding("clock", Verdict.NOT_NEEDED, detail)
    if here < seen:
        detail = f"it is {told} here, and the newest look is of {local(newest, 'seconds')}"
        return no("clock", detail, "sudo timedatectl set-ntp true")
    return ok("clock", told)


def _newest_look(collection: Path) -> str:
    """The WARC-Date of the newest look in a collection, or "". Raises ArchiveError, OSError."""
    path = Collection.open(collection).catalog_path
    if not path.exists():
        return ""
    with Catalog(path) as catalog:
        return catalog.newest_look()


def _nearest(path: Path) -> Path:
    """The path, or what there is of the directories above it."""
    whole = path.absolute()
    return next(one for one in (whole, *whole.parents) if os.path.exists(one))


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
