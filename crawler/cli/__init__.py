"""`tinhuy`: every command parses its arguments, calls one function and prints what came back."""

import sys

from crawler.cli.output import harmless
from crawler.configuration import BadConfiguration

try:
    from crawler.cli.app import app, main, run
except BadConfiguration as error:  # settings are read when they are imported
    print(harmless(str(error)), file=sys.stderr)
    sys.exit(2)  # USAGE, of a module that cannot be imported

__all__ = ["app", "main", "run"]
