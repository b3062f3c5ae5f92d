"""The command ``hubbub``: serve, judge, load, report."""

from hubbub.cli.command import main

__all__ = ["main"]
