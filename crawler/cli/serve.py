"""Browser replay."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Annotated

import typer

from crawler.cli import exits
from crawler.cli.look import opened
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath
from crawler.cli.output import harmless


def serve(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, metavar="PORT", help="On loopback.")
    ] = 8090,
    collection: CollectionPath = DEFAULT_COLLECTION,
) -> None:
    """Show the collection's pages in a browser, as they were, until Ctrl-C."""
    from crawler import serve as serving

    with opened(collection) as (home, catalog):
        newest = next(iter(catalog.articles(limit=1)), None)
    for ending in (signal.SIGINT, signal.SIGTERM):  # so that the child ends with us
        signal.signal(ending, _interrupt)
    try:
        with serving.serving(home, port) as server:
            print(f"calendar  {server.home}")
            if newest and (capture := newest.article.capture):
                print(f"example   {harmless(server.page(capture))}")
            print("Ctrl-C ends it", flush=True)
            server.wait()
    except serving.CannotServe as error:
        raise exits.Refused(str(error), exits.NOT_INSTALLED) from error
    except KeyboardInterrupt:
        return
    raise exits.Refused("pywb ended by itself", exits.FAILED)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
