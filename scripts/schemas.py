"""Writes the JSON Schemas of the result files anew, beside the modules that define the formats.

``python -m scripts.schemas``, after a change of the types in ``hubbub/results/``.
"""

from pathlib import Path
from typing import Any

import msgspec

import hubbub.results
from hubbub.results import conformance_result, load_result

FOLDER = Path(hubbub.results.__file__).parent


def write(name: str, schema: dict[str, Any]) -> None:
    """Write one schema."""
    text = msgspec.json.format(msgspec.json.encode(schema), indent=1).decode()
    (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write("load.schema.json", load_result.schema())
    write("conformance.schema.json", conformance_result.schema())
