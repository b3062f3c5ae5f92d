"""The AsyncAPI document hangs together: every reference leads somewhere, every message is there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hubbub.protocol
from hubbub.protocol.schemas import SERVER_MESSAGES

FOLDER = Path(hubbub.protocol.__path__[0])
DOCUMENT: dict[str, Any] = json.loads((FOLDER / "asyncapi.json").read_text(encoding="utf-8"))


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def resolve(reference: str) -> object:
    file, _, pointer = reference.partition("#")
    node: Any = json.loads((FOLDER / file).read_text(encoding="utf-8")) if file else DOCUMENT
    for step in pointer.strip("/").split("/") if pointer else []:
        node = node[step]
    return node


def test_every_reference_leads_somewhere() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 10
    assert all(resolve(reference) for reference in found)


def test_every_message_has_its_schema_and_an_operation() -> None:
    messages = DOCUMENT["components"]["messages"]
    assert set(messages) == {*SERVER_MESSAGES.values(), "publish"}
    carried = {
        reference["$ref"].rpartition("/")[2]
        for operation in DOCUMENT["operations"].values()
        for reference in operation["messages"]
    }
    assert carried == set(messages)


def test_it_is_an_asyncapi_3_document_of_room_chat_1() -> None:
    assert DOCUMENT["asyncapi"].startswith("3.")
    assert DOCUMENT["info"]["version"] == "1.0.0"
