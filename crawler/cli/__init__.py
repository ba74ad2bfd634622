"""`tinhuy`: every command parses its arguments, calls one function and prints what came back."""

from crawler.cli.app import app, main, run

__all__ = ["app", "main", "run"]
