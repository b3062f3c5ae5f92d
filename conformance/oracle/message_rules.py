"""Rules for each message of the server by itself (FMT).

Form is judged at every client, whoever it is. Whose ``Room`` and ``WSID`` a Chat must have is judged only
where the receiver's room is known, and the WSID only where no stranger may be in it (O6).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from jsonschema import Draft202012Validator

from hubbub.protocol.schemas import SERVER_MESSAGES, schema

from ..wire.framing.frames import Opcode
from .client_history import ClientHistory, ReceivedMessage
from .history import History
from .violation import Violation

_SENT_FORM = "%Y-%m-%d %H:%M:%S"
_PER_TYPE = {"Chat": "FMT-3", "Status": "STAT-2", "userlist": "FMT-10", "Error": "FMT-11"}
"""The requirement that a message breaks which does not fit the schema of its type."""
_SHOWN = 160
_OF_OTHERS = frozenset({"Type", "Message", "Author", "Room", "WSID", "Sent"})


def messages_are_strict_json_objects(history: History) -> Iterator[Violation]:
    """FMT-1: a text message holding one strict JSON object with a string ``Type``."""
    allowed = "a text message holding one strict JSON object with a string Type"
    for client, got in _all(history):
        fault = got.fault
        if got.opcode != Opcode.TEXT:
            fault = f"a message of opcode {got.opcode}"
        elif not fault and not isinstance(got.document.get("Type"), str):
            fault = f"Type is {got.document.get('Type')!r}"
        # The payload is shown as it came: a parser's words alone would not tell what it stumbled over.
        if fault:
            start = repr(got.payload[:_SHOWN])[1:] + ("…" if len(got.payload) > _SHOWN else "")
            yield _violation("FMT-1", client, got, allowed, f"{start}: {fault}")


def messages_fit_their_schemas(history: History) -> Iterator[Violation]:
    """FMT-2, FMT-3, FMT-6, FMT-10, FMT-11: known types, each with its fields and their types."""
    verdicts: dict[int, tuple[str, str]] = {}
    for client, got in _all(history):
        if not got.type:
            continue
        # Members share the document of equal payloads, so each is held against the schema once.
        key = id(got.document)
        if key not in verdicts:
            verdicts[key] = _misfit(got.document)
        requirement, fault = verdicts[key]
        if requirement:
            yield _violation(requirement, client, got, f"a message that fits the schema of {got.type}", fault)


def sent_is_a_real_time(history: History) -> Iterator[Violation]:
    """FMT-6: ``Sent`` is a real date and time."""
    for client, got in _all(history):
        sent = got.text("Sent")
        if got.type == "Chat" and sent and _moment(sent) is None:
            yield _violation("FMT-6", client, got, "a real date and time as YYYY-MM-DD HH:MM:SS", sent)


def sent_is_utc_and_does_not_go_back(history: History) -> Iterator[Violation]:
    """FMT-7: near the harness's clock in UTC, and never going back within a room."""
    began = datetime.fromisoformat(history.head.started)
    tolerance = timedelta(seconds=history.head.clock_tolerance)
    # ``Sent`` has whole seconds of the server's clock, ``at`` the harness's; the tolerance covers both.
    # It is stamped between its sending and its arrival, which may lie far apart on a busy machine.
    sent_at = {
        got.place: delivery.sender.publishes[number].at
        for delivery in history.deliveries
        for number, got in delivery.got.items()
    }
    for client in history.clients.values():
        last = ""
        for got in client.chats:
            sent = got.text("Sent")
            moment = _moment(sent)
            if moment is None:
                continue
            now = began + timedelta(seconds=got.at)
            earliest = began + timedelta(seconds=sent_at.get(got.place, got.at)) - tolerance
            # A slow reader gets a message long after it was stamped, so it may be old but not of the future.
            early = moment < earliest and (got.place in sent_at or not client.paused)
            if early or moment > now + tolerance:
                allowed = f"UTC, within {tolerance.total_seconds():g} s of {now:%Y-%m-%d %H:%M:%S}"
                yield _violation("FMT-7", client, got, allowed, f"Sent {sent}")
            # As text: the form is fixed and sorts as time does. Equal seconds are no step back.
            elif sent < last:
                yield _violation("FMT-7", client, got, f"Sent not before {last}", f"Sent {sent}")
            last = max(last, sent)


def errors_go_to_offenders(history: History) -> Iterator[Violation]:
    """FMT-11: an Error reaches none who has done nothing but good."""
    for client, got in _all(history):
        if got.type == "Error" and client.room is not None and _is_blameless(client, got.place):
            seen = f"{client.name}, who sent nothing bad, received {got.document}"
            yield _violation("FMT-11", client, got, "an Error for the offender alone", seen)


def room_and_wsid_are_the_senders(history: History) -> Iterator[Violation]:
    """FMT-5, FMT-8: ``Room`` is the room's name, and what a client claimed is never passed on."""
    for client, got in _all(history):
        if got.type != "Chat" or client.room is None:
            continue
        # That a client claimed just this value makes it FMT-8, whatever else may have gone wrong.
        if got.text("Room") != client.room:
            claimed = _claims(history, "Room", got.document.get("Room"))
            seen = f"Room {got.document.get('Room')!r}" + (", as a client claimed" if claimed else "")
            field = ("Room", [client.room], got.document.get("Room"))
            allowed = f"Room {client.room!r}"
            yield _violation("FMT-8" if claimed else "FMT-5", client, got, allowed, seen, field)
        sender = history.sender_of(got, client)
        if sender is None and not client.shares_its_room:
            claimed = _claims(history, "WSID", got.document.get("WSID"))
            seen = f"WSID {got.document.get('WSID')!r}" + (", as a client claimed" if claimed else "")
            allowed = "the WSID of the sender's own Status"
            known = [each.wsid for each in history.members_of(client.room)]
            field = ("WSID", known, got.document.get("WSID"))
            yield _violation("FMT-8" if claimed else "FMT-5", client, got, allowed, seen, field)


def further_fields_are_not_passed_on(history: History) -> Iterator[Violation]:
    """FMT-9: client fields beside those of FMT-3 do not reach others."""
    for client, got in _all(history):
        sender = history.sender_of(got, client) if got.type == "Chat" else None
        if sender is None:
            continue
        for number in sender.numbers_of.get(got.text("Message"), ()):
            for name, value in sender.publishes[number].fields.items():
                if name not in _OF_OTHERS and name in got.document and got.document[name] == value:
                    seen = f"the field {name[:40]!r} of {sender.name}'s message"
                    yield _violation("FMT-9", client, got, "a Chat without the client's further fields", seen)


def _all(history: History) -> Iterator[tuple[ClientHistory, ReceivedMessage]]:
    for client in history.clients.values():
        for got in client.got:
            yield client, got


def _violation(
    requirement: str,
    client: ClientHistory,
    got: ReceivedMessage,
    allowed: str,
    seen: str,
    field: tuple[str, Sequence[Any], Any] | None = None,
) -> Violation:
    return Violation(requirement, client.name, got.at, allowed, f"{client.name} received {seen}", field)


@cache
def _validator(name: str) -> Any:
    return Draft202012Validator(schema(name))


def _misfit(document: dict[str, Any]) -> tuple[str, str]:
    """Return which requirement the document breaks, and how; two empty strings where it fits."""
    kind = document["Type"]
    if kind not in SERVER_MESSAGES:
        return "FMT-2", f"Type {kind!r}"
    # The first error will do: a document that breaks several requirements breaks one.
    for error in _validator(SERVER_MESSAGES[kind]).iter_errors(document):
        if list(error.absolute_path) == ["Sent"] and isinstance(document.get("Sent"), str):
            return "FMT-6", f"Sent {document['Sent']!r}"
        return _PER_TYPE[kind], f"{kind}: {error.message}"
    return "", ""


@lru_cache(maxsize=1024)
def _moment(sent: str) -> datetime | None:
    try:
        return datetime.strptime(sent, _SENT_FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_blameless(client: ClientHistory, place: int) -> bool:
    return (
        not client.paused
        and place < client.first_irregular
        and all(sent.intent == "good" for sent in client.sent if sent.place < place)
    )


def _claims(history: History, name: str, value: Any) -> bool:
    return any(
        sent.fields.get(name) == value and name in sent.fields
        for client in history.clients.values()
        for sent in client.sent
    )


RULES = (
    messages_are_strict_json_objects,
    messages_fit_their_schemas,
    sent_is_a_real_time,
    sent_is_utc_and_does_not_go_back,
    errors_go_to_offenders,
    room_and_wsid_are_the_senders,
    further_fields_are_not_passed_on,
)
