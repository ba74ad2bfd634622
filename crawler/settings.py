"""Every setting, ours and those of Scrapy that we change, each with its reason.

Deployment overrides by `-s NAME=value`, or by these environment variables:
TINHUY_COLLECTION (COLLECTION), TINHUY_CONTACT (CONTACT) and TINHUY_SITES (SITES). TINHUY_RUN
(RUN_NUMBER) is set by the schedule.
"""

import os
from importlib.metadata import version

# Ours

CLOCK = "archive.times.utc_now"
"""What tells the time of day, by its import path: nights to come can be rehearsed."""

COLLECTION = os.environ.get("TINHUY_COLLECTION", "collections/default")
"""The directory of the collection that a run writes to or replays from."""

COMMIT_SECONDS = 2.0
"""What was kept is put on the disk (fsync) so often, or every fifth of a second for each site when
there are more; then it is told in the crawl log."""

CONTACT = os.environ.get("TINHUY_CONTACT", "")
"""An address or URL that site owners can write to; it becomes part of the user agent."""

AT: dict[str, list[str]] = {}
"""By site name: URLs that stand for its domains, in their order: a moved host, a mirror."""

CRAWL_HOURS = ""
"""Hours of the day in Vietnam in which a site may be asked, as "22:00-05:00"; empty for all."""

HOST_DELAY = 2.0
"""Seconds between requests to one host. Scrapy's own DOWNLOAD_DELAY is of one crawler only."""

MAX_PAGES = 0
"""Listing and article pages to fetch in one run; 0 means all."""

MIN_FREE_BYTES = 200_000_000
"""A run ends in good order when the disk of the collection has less free than this."""

NAMED_HOSTS: list[str] = []
"""host or host:port that the user named: only these may be loopback or private addresses."""

REFRESH = False
"""Look again at every known article, whatever the revisit policy says."""

RENDER_SECONDS = 120.0
"""What a browser may take for a page that scripts draw, with the pauses between its requests."""

REPLAY = False
"""Answer every request from the collection; nothing is sent, nothing is written."""

REPLAY_AT = None
"""The moment to replay, as ISO 8601 with its zone; None means the newest captures."""

PATIENCE = 600
"""Seconds in all that a run waits for a host that answers "Retry-After"; then it is left alone."""

RUN_NUMBER = int(os.environ.get("TINHUY_RUN") or 0)
"""The number that the run of a site has in the diary; the schedule gives it to its children."""

SITES = os.path.expanduser(os.environ.get("TINHUY_SITES", ""))
"""A directory of more sites than the package has; `tinhuy sites add` writes there."""

PLATFORM_MODULES = ["spiders.platforms"]
"""Packages whose modules each define a PLATFORM."""

REQUISITES = True
"""Fetch what pages show and what is attached to them too, as their site says (Site.requisites)."""

# Scrapy

BOT_NAME = "tinhuy"

CONCURRENT_ITEMS = 1  # a page's own, in their order; for each of them Scrapy makes a task a page

CONCURRENT_REQUESTS = 8  # of one site on all hosts: room for those that hang beside its own

CONCURRENT_REQUESTS_PER_DOMAIN = 1  # old portals on small machines

CLOSESPIDER_TIMEOUT = 20 * 60 * 60  # seconds: a night's run is over before the next one begins

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

DOWNLOAD_MAXSIZE = 64 * 1024 * 1024  # bytes; more is cut and marked as such

DOWNLOAD_TIMEOUT = 60  # seconds for a whole answer: slow drips must end

DOWNLOAD_WARNSIZE = 0  # what is too large is cut and recorded; a warning adds nothing

HTTPERROR_ALLOW_ALL = True  # the spider judges every status itself

ITEM_PIPELINES = {"crawler.pipelines.ArticlePipeline": 300}

LOG_LEVEL = "WARNING"  # the run and its counts are the report, not the log

METAREFRESH_ENABLED = False  # it loses pages with a broken base; the spider follows the link

REACTOR_THREADPOOL_MAXSIZE = 50  # each waits for a name: sites whose DNS is slow delay no other

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

SPIDER_MODULES = ["spiders"]

TELNETCONSOLE_ENABLED = False  # it lets code in

URLLENGTH_LIMIT = 2000  # characters, of redirects too; what is longer is refused and recorded

USER_AGENT = f"tinhuy/{version('tinhuy')} (web archive" + (f"; {CONTACT})" if CONTACT else ")")

WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of every callback; mypy looks too
