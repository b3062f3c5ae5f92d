"""Makes ``pytest conformance`` the suite: its options, and the plugin that does the rest."""

from pathlib import Path

import pytest

from .configuration.options import add_options
from .plugin.hooks import ConformancePlugin


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--url`` and the suite's other options."""
    add_options(parser)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the stateful check out unless ``--stateful`` asks for it: how long it takes is up to the user."""
    return True if collection_path.name == "test_stateful.py" and not config.option.stateful else None


def pytest_configure(config: pytest.Config) -> None:
    """Register the suite."""
    config.pluginmanager.register(ConformancePlugin(config), "conformance")
