"""How a check says what it is of: ``@requirement("BCAST-1")``, and its cases by name.

The id, with the case in brackets, is the check's selector: ``-k BCAST-1`` runs all cases of BCAST-1 and
nothing of BCAST-10; ``-k 'BCAST-1[10-members]'`` runs one.
"""

from collections.abc import Mapping
from typing import Any

import pytest

MARKER = "requirement"


def requirement(requirement_id: str, case: str = "") -> pytest.MarkDecorator:
    """Mark a check with its requirement; ``case`` names it where the requirement has several checks.

    Example::

        @requirement("STAT-1")
        def test_the_first_message_is_status(wire: Wire) -> None:
            client = wire.join(wire.new_room())
            wire.expect_first(client, status())
    """
    return pytest.mark.requirement(requirement_id, case)


def cases(argument: str, of: Mapping[str, Any]) -> pytest.MarkDecorator:
    """Run a check once for each of the named cases, handing the case's value to ``argument``.

    Example, whose checks are ``ROOM-1[absent]`` and ``ROOM-1[empty]``::

        @requirement("ROOM-1")
        @cases("query", {"absent": "", "empty": "room="})
        def test_no_room_is_the_default_room(wire: Wire, query: str) -> None:
            wire.join("default", query=query)
    """
    return pytest.mark.parametrize(argument, list(of.values()), ids=list(of))


def requirement_of(item: pytest.Item) -> str | None:
    """Return the id of the requirement that an item checks, or None where it is no check."""
    marker = item.get_closest_marker(MARKER)
    return None if marker is None else str(marker.args[0])


def check_id(item: pytest.Item) -> str:
    """Return the check's id: its requirement, and its case in brackets where there are several."""
    marker = item.get_closest_marker(MARKER)
    assert marker is not None
    callspec = getattr(item, "callspec", None)
    case = "-".join(part for part in (marker.args[1], callspec.id if callspec else "") if part)
    return f"{marker.args[0]}[{case}]" if case else str(marker.args[0])
