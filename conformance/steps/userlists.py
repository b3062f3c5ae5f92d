"""What a userlist shows. Every deadline here is the protocol's: 2 s, unless the profile sets another."""

from collections.abc import Sequence

from ..findings import Broken
from ..messages.differences import differences
from ..messages.matchers import names_of, userlist_of
from ..wire.client import Client
from ..wire.wire import Wire

UNNAMED = "unknown"
"""How a member without a name is listed."""
_SHOWN = 10


def latest_list(client: Client) -> list[str] | None:
    """Return the names in the client's latest userlist, sorted; None before the first."""
    for message in reversed(client.messages):
        if message.document.get("Type") == "userlist":
            return sorted(names_of(message.document))
    return None


def expect_list(wire: Wire, *names: str, at: Sequence[Client]) -> None:
    """Wait until each client's latest userlist is of just these names, within the deadline."""
    wanted = sorted(names)
    some = ", ".join(map(str, at[:_SHOWN])) + ("" if len(at) <= _SHOWN else f" and {len(at) - _SHOWN} more")
    allowed = f"the latest userlist of {some} becomes {_words(wanted)}"
    try:
        wire.until(
            lambda: all(latest_list(client) == wanted for client in at),
            allowed,
            *at,
            within=wire.deadlines.presence,
        )
    except Broken as broken:
        wrong = [client for client in at if latest_list(client) != wanted]
        shown = "; ".join(f"{client}'s shows {_words(latest_list(client))}" for client in wrong[:_SHOWN])
        names_of_wrong = [client.name for client in wrong]
        seen = f"not within {wire.deadlines.presence:.3g} s: {shown}"
        raise Broken(allowed, seen, *names_of_wrong, differs=_differs(wanted, wrong)) from broken


def give_names(wire: Wire, *clients: Client) -> list[str]:
    """Give each client a name of its own, by a message; return the names."""
    names = []
    for client in clients:
        names.append(wire.new_name())
        wire.expect_chat(client.say(Author=names[-1]), client)
    return names


def _differs(wanted: Sequence[str], wrong: Sequence[Client]) -> list[str]:
    """Return what is wrong with the first of the userlists that have come and are not the wanted one."""
    lists = (latest_list(client) for client in wrong)
    shown = next((names for names in lists if names is not None), None)
    if shown is None:
        return []
    return differences(userlist_of(*wanted), {"Users": [{"Name": name} for name in shown]})


def _words(names: list[str] | None) -> str:
    if names is None or len(names) <= _SHOWN:
        return f"{names}" if names is None else f"{userlist_of(*names)!r}"
    return f"a userlist of {len(names)} names, {len(set(names))} of them different"
