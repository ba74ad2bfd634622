"""Every setting, ours and those of Scrapy that we change, each with its reason.

A deployment sets those that have a docstring, in its file or in the environment (see
`crawler.configuration`); the others, which have a comment, belong to one run or hold the program
together. `scrapy crawl NAME -s NAME=value` sets any. Importing raises BadConfiguration.
"""

import os
import sys
from importlib.metadata import version
from typing import Annotated, Literal

from crawler.configuration import Between, Hours, ImportPath, Secret, configure

# Ours

CLOCK: ImportPath = "archive.times.utc_now"
"""What tells the time of day, by its import path: nights to come can be rehearsed."""

COLLECTION = "collections/default"
"""The directory of the collection that a run writes to or replays from."""

COMMIT_SECONDS = 2.0
"""What was kept is put on the disk (fsync) so often, or every fifth of a second for each site when
there are more; then it is told in the crawl log."""

CONTACT = ""
"""An address or URL that site owners can write to; it becomes part of the user agent."""

CRAWL_HOURS: Hours = ""
"""Hours of the day in Vietnam in which sites may be asked, as "22:00-05:00"; empty for all. The
file of a site may say otherwise."""

ENDING_SECONDS = 15.0
"""What is under way when a signal ends a run has so long; then it is cut off, and the next run asks
for it again."""

HOST_DELAY = 2.0
"""Seconds between requests to one host, 0.5 at the least where it is somebody's. The file of a site
may say otherwise. Scrapy's own DOWNLOAD_DELAY is of one crawler only."""

METRICS_PORT: Annotated[int, Between(0, 65535)] = 0
"""The service of the schedule tells Prometheus of itself on this port of 127.0.0.1; 0 is none."""

MIN_FREE_BYTES = 200_000_000
"""A run ends in good order when the disk of the collection has less free than this."""

PATIENCE = 600
"""Seconds in all that a run waits for a host that answers "Retry-After"; then it is left alone."""

PRINTED_BYTES = 200_000_000
"""Bytes of the disk for what runs of the schedule print (`logs/runs`); the oldest is removed."""

RENDER_SECONDS = 120.0
"""What a browser may take for a page that scripts draw, with the pauses between its requests."""

REQUISITES = True
"""Fetch what pages show and what is attached to them too, as their site says (Site.requisites)."""

RUNS_AT_ONCE: Annotated[int, Between(1, 1000)] = 4
"""So many runs of the schedule are under way at the same time."""

RUN_HOURS: Annotated[float, Between(0.0001, 10_000)] = 21.0
"""A run of the schedule is ended after so many hours, by a clock that nobody sets."""

RUN_MEMORY: Annotated[int, Between(1, 10_000_000)] = 2000
"""A run of the schedule is ended when it has more MB of memory than this, its browser apart."""

SITES = ""
"""A directory of more sites than the package has; `tinhuy sites add` writes there."""

TELL: list[Secret] = []
"""Who is told of nights and alarms: addresses as apprise has them ("mailtos://user:password@host",
"jsons://host/hook"), or "command:/path/of/a/program"."""

TELL_NIGHTS = True
"""Tell of every night, by its report; without that of alarms alone, as they come and go."""

# Of one run, set by its command

AT: dict[str, list[str]] = {}  # by site, URLs that stand for its domains: a moved host, a mirror

MAX_PAGES = 0  # listing and article pages to fetch; 0 means all

NAMED_HOSTS: list[str] = []  # host or host:port: only these may be loopback or private addresses

REFRESH = False  # look again at every known article, whatever the revisit policy says

REPLAY = False  # answer every request from the collection; nothing is sent, nothing is written

REPLAY_AT = None  # the moment to replay, as ISO 8601 with its zone; None: the newest captures

RUN_NUMBER = int(os.environ.get("TINHUY_RUN") or 0)  # in the diary; its children have it so

# Scrapy

BOT_NAME = "tinhuy"

CONCURRENT_ITEMS = 1  # a page's own, in their order; for each of them Scrapy makes a task a page

CONCURRENT_REQUESTS = 8  # of one site on all hosts: room for those that hang beside its own

CONCURRENT_REQUESTS_PER_DOMAIN = 1  # old portals on small machines

CLOSESPIDER_TIMEOUT = 20 * 60 * 60
"""Seconds after which a run ends in good order: it is over before the next night's begins."""

COOKIES_ENABLED = False  # its domain check fetches a list behind our back; sessions make traps

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",  # replay tools read no zstd, and brotli badly
    "Accept-Language": "vi,en;q=0.5",
}

DOWNLOADER_MIDDLEWARES = {
    "crawler.fetching.rendering.RenderingMiddleware": 50,  # last: of whole, decoded pages
    "crawler.fetching.robots.RobotsMiddleware": 100,  # an error of the server is no permission
    "crawler.fetching.decoding.DecodingMiddleware": 590,  # the other drops pages of false gzip
    "crawler.fetching.recall.RecallMiddleware": 560,  # behind robots.txt, before what would send
    "crawler.fetching.location.LocationMiddleware": 610,  # before Scrapy follows a redirect
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
}

DOWNLOAD_HANDLERS = {
    "data": None,  # nothing but http and https is fetched
    "file": None,
    "ftp": None,
    "http": "crawler.fetching.capture.CaptureHandler",
    "https": "crawler.fetching.capture.CaptureHandler",
    "s3": None,
}

DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
"""Bytes of one answer; what is beyond is cut, and the record marked as such."""

DOWNLOAD_TIMEOUT = 60
"""Seconds for a whole answer: slow drips must end."""

DOWNLOAD_WARNSIZE = 0  # what is too large is cut and recorded; a warning adds nothing

HTTPERROR_ALLOW_ALL = True  # the spider judges every status itself

ITEM_PIPELINES = {"crawler.pipelines.ArticlePipeline": 300}

LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "WARNING"
"""What is logged: the run and its counts are the report, not the log."""

METAREFRESH_ENABLED = False  # it loses pages with a broken base; the spider follows the link

REACTOR_THREADPOOL_MAXSIZE = 50
"""So many names are looked up at once: sites whose DNS is slow delay no other."""

REDIRECT_MAX_TIMES = 10  # as browsers do, more or less; the default of 20 is a loop already

REFERRER_POLICY = "no-referrer"  # it stands in our records (via), not on the wire

REMOTE_CONTROL_ENABLED = False  # it lets code in

ROBOTSTXT_OBEY = True

ROBOTSTXT_USER_AGENT = BOT_NAME  # what a robots.txt calls us (RFC 9309 §2.2.1)

RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the run says it in a line of its own

RETRY_HTTP_CODES = [408, 412, 429, 500, 502, 503, 504, 522, 524]  # 412: to a conditional request

SCHEDULER = "crawler.scheduler.LedgerScheduler"  # JOBDIR does not survive kill -9

SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # it drops without a word
}

PLATFORM_MODULES = ["spiders.platforms"]  # packages whose modules each define a PLATFORM

SPIDER_MODULES = ["spiders"]

TELNETCONSOLE_ENABLED = False  # it lets code in

URLLENGTH_LIMIT = 2000  # characters, of redirects too; what is longer is refused and recorded

USER_AGENT = ""
"""Who we say that we are; without one it is our name and version, and the contact."""

WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of every callback; mypy looks too

configured = configure(sys.modules[__name__])

COLLECTION, SITES = os.path.expanduser(COLLECTION), os.path.expanduser(SITES)

if not USER_AGENT:
    USER_AGENT = f"tinhuy/{version('tinhuy')} (web archive" + (f"; {CONTACT})" if CONTACT else ")")
