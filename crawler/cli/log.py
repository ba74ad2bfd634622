"""The log beside the progress: what was to be expected is one line, a bug has its traceback."""

from __future__ import annotations

import logging
from typing import Any

from crawler.cli import exits
from crawler.cli.output import harmless


def tame() -> None:
    """From now on no log record can act on a terminal, nor show the way of an expected error."""
    from scrapy import exceptions

    expected = (
        *exits.EXPECTED,
        exceptions.CannotResolveHostError,
        exceptions.DownloadConnectionRefusedError,
        exceptions.DownloadFailedError,
        exceptions.DownloadTimeoutError,
        exceptions.ResponseDataLossError,
    )
    # What is wrong with a certificate stands in the run. Scrapy resets levels, but no filters.
    logging.getLogger("scrapy.core.downloader.tls").addFilter(_is_grave)
    made_by = logging.getLogRecordFactory()

    def tamed(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = made_by(*arguments, **named)
        message = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, expected):
            record.exc_info = None
            message = message if str(error) in message else f"{message}: {error}"
        record.msg, record.args = harmless(message), ()
        return record

    logging.setLogRecordFactory(tamed)


def _is_grave(record: logging.LogRecord) -> bool:
    return record.levelno > logging.WARNING
