"""What this deployment has set, and where."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler import configuration, settings
from crawler.cli.options import Json
from crawler.cli.output import harmless, print_json, print_table


def config(
    example: Annotated[
        bool, typer.Option("--example", help="Print a file with all that can be set.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is set, and where: by the environment, by the file, or built in."""
    configured = settings.configured
    shown = {one.name.lower(): (one.shown, one.source) for one in configured.settings}
    file = str(configured.file) if configured.file else None
    if example:
        print(configuration.example(configured))
    elif as_json:
        told = {name: {"value": value, "from": source} for name, (value, source) in shown.items()}
        print_json({"file": file, "settings": told})
    else:
        rows = [(name, configuration.as_toml(value), at) for name, (value, at) in shown.items()]
        print(f"file  {harmless(file or 'none')}\n")
        print_table(("setting", "is", "from"), rows)
