"""The program: its verbs, and how an error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from crawler.cli import (
    account,
    config,
    crawl,
    diff,
    doctor,
    exits,
    health,
    keep,
    look,
    reading,
    report,
    reprints,
    reread,
    runs,
    schedule,
    serve,
    sites,
    tell,
)
from crawler.cli.output import harmless

app = typer.Typer(
    name="tinhuy",
    help="Crawl the news pages of Vietnamese provincial Party committees into a web archive.",
    epilog=exits.epilogue(),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(sites.app, name="sites")
app.add_typer(runs.app, name="run")
app.add_typer(schedule.app, name="schedule")
app.add_typer(tell.app, name="tell")
VERBS: tuple[Callable[..., None], ...] = (
    crawl.crawl,
    look.list_articles,
    look.show,
    look.search,
    diff.diff,
    reading.explain,
    reading.model,
    reprints.reprints,
    account.why,
    account.coverage,
    runs.runs,
    report.report,
    health.health,
    crawl.replay,
    reread.reread,
    keep.verify,
    keep.rebuild,
    keep.export,
    serve.serve,
    doctor.doctor,
    config.config,
)
for verb in VERBS:
    app.command(verb.__name__.partition("_")[0])(verb)


@app.callback()
def tinhuy(
    context: typer.Context,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.")
    ] = False,
) -> None:
    if show_version:
        print(f"tinhuy {version('tinhuy')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        context.get_help()
        raise typer.Exit(exits.USAGE)


def main() -> None:
    """Run one command and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. Expected errors are told in one line on stderr."""
    try:
        code = app(list(arguments), prog_name="tinhuy", standalone_mode=False) or exits.DONE
        sys.stdout.flush()  # while a broken pipe can still be told
        return code
    except typer.TyperException as error:
        return _tell(_usage(error), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _tell("interrupted", exits.INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # Typer makes the one into the other, and calls it 1
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to flush
        return exits.BROKEN_PIPE
    except exits.EXPECTED as error:
        return _tell(str(error), exits.of_error(error))


def _tell(message: str, code: int) -> int:
    print(f"tinhuy: {harmless(message)}", file=sys.stderr)
    return code


def _usage(error: typer.TyperException) -> str:
    """The message, and for a mistake in the command line where to read how it is written."""
    context = getattr(error, "ctx", None)
    hint = f" (see `{context.command_path} --help`)" if context else ""
    return error.format_message().rstrip(".") + hint
