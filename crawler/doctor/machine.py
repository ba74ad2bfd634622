"""Whether this machine has what crawling and replay stand on."""

from __future__ import annotations

import importlib
import os
import resource
import shlex
import ssl
import stat
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.times import VIETNAM
from crawler import serve
from crawler.configuration import Configured
from crawler.doctor.finding import Finding, Verdict, finding, no, ok, warning
from crawler.fetching.browser import BrowserMissing, check_installed, chromium

LEAST_PYTHON = (3, 11)
LIBRARIES = (
    *("scrapy", "lxml.html", "trafilatura", "warcio", "filelock"),
    *("apscheduler", "jinja2", "apprise", "prometheus_client"),
)
LEAST_OPEN_FILES = 1024
"""What Linux gives by default. Each site of a crawl has files and databases of its own open."""
ZONE = "Asia/Ho_Chi_Minh"

_LISTING_SECONDS = 20


def python(running: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether this Python is one that we are written for."""
    told = ".".join(map(str, running))
    if running >= LEAST_PYTHON:
        return ok("Python", told)
    least = ".".join(map(str, LEAST_PYTHON))
    return no("Python", f"{told}; {least} or newer is needed", f"make PYTHON=python{least} install")


def libraries(names: Sequence[str] = LIBRARIES) -> Finding:
    """Whether what crawling stands on can be imported, compiled parts and all."""
    failures = list(filter(None, map(_why_not_imported, names)))
    if failures:
        return no("libraries", "; ".join(failures), "rm -f .venv/installed; make install")
    roots = (name.partition(".")[0] for name in names)
    return ok("libraries", ", ".join(f"{root} {version(root)}" for root in roots))


def _why_not_imported(name: str) -> str:
    try:
        importlib.import_module(name)
    except Exception as error:  # a broken library may raise anything
        return f"{name} cannot be imported: {error}"
    return ""


def configuration(configured: Configured) -> Finding:
    """What is set, and whether passwords in its file are anybody's to read."""
    if configured.file is None:
        return ok("configuration", "no file: what is not in the environment is built in")
    file = configured.file
    secrets = [one.name.lower() for one in configured.settings if one.is_secret]
    if secrets and os.stat(file).st_mode & stat.S_IROTH:
        detail = f"all users of this machine can read {file}, with {', '.join(secrets)} in it"
        return warning("configuration", detail, f"chmod o-r {shlex.quote(str(file))}")
    return ok("configuration", f"{file}; see `tinhuy config`")


def open_files(least: int = LEAST_OPEN_FILES) -> Finding:
    """Whether this process may have enough files and connections open at once."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY or limit >= least:
        return ok("open files", "no limit" if limit == resource.RLIM_INFINITY else str(limit))
    return warning("open files", f"{limit} at once; many sites need {least}", f"ulimit -n {least}")


def time_zone() -> Finding:
    """Whether this machine knows Vietnam's time: schedules are told in it."""
    remedy = "sudo apt install tzdata"
    try:
        offset = datetime.now(ZoneInfo(ZONE)).utcoffset()
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        return no("time zone", f"{ZONE} is not known: {error}", remedy)
    if offset != VIETNAM.utcoffset(None):
        return no("time zone", f"{ZONE} is taken for {offset} from UTC, not 7:00:00", remedy)
    return ok("time zone", f"{ZONE} is +07:00")


def certificates() -> Finding:
    """Whether this machine trusts anybody: else all certificates are recorded as not believed."""
    count = len(ssl.create_default_context().get_ca_certs()) or _hashed_certificates()
    if count:
        return ok("certificates", f"{count} authorities are trusted")
    return no("certificates", "no authority is trusted", "sudo apt install ca-certificates")


def _hashed_certificates() -> int:
    """Certificates in a directory are read when one is needed, and so not counted by OpenSSL."""
    directory = ssl.get_default_verify_paths().capath
    return len(list(Path(directory).glob("*.[0-9]"))) if directory else 0


def browser(rendered: Sequence[str]) -> Finding:
    """Whether pages can be drawn, if any sites (by name) want it."""
    if not rendered:
        return finding("browser", Verdict.NOT_NEEDED, "no site is drawn by scripts")
    wanted = f"for {', '.join(rendered)}"
    try:
        return ok("browser", f"{check_installed()}, {wanted}")
    except BrowserMissing as error:
        return no("browser", f"{error.missing}, {wanted}", error.remedy)


def fonts() -> Finding:
    """Whether the browser, if there is one, has a font with all letters of Vietnamese."""
    if not chromium():
        return finding("fonts", Verdict.NOT_NEEDED, "there is no browser")
    families = _vietnamese_fonts()
    if families:
        return ok("fonts", f"{len(families)} families have Vietnamese letters")
    remedy = "sudo apt install fontconfig fonts-noto-core"
    return warning("fonts", "none with Vietnamese letters is found", remedy)


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
        return ok("replay", str(serve.pywb(environment)))
    except serve.CannotServe:
        detail = f"pywb is not in {environment.name}/: tinhuy serve cannot show pages"
        return warning("replay", detail, serve.INSTALL)
