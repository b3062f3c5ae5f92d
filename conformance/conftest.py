"""Makes ``pytest conformance`` the suite: its options, and the plugin that does the rest."""

import pytest

from conformance.plugin.hooks import ConformancePlugin
from conformance.plugin.options import add_options


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--url`` and the suite's other options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the suite."""
    config.pluginmanager.register(ConformancePlugin(config), "conformance")
