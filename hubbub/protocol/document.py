"""Keeps the generated parts of PROTOCOL.md true: the requirement tables and the schemas.

``python -m hubbub.protocol.document PROTOCOL.md`` rewrites what stands between the page's markers.
"""

import json
import re
import sys
from pathlib import Path

from hubbub.protocol.requirements import Group, Requirement, requirements
from hubbub.protocol.schemas import schema

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_MESSAGES = ("publish", "chat", "status", "userlist", "error")


def rewrite(page: str) -> str:
    """Return ``page`` with every ``<!-- generated: NAME -->`` block written anew.

    NAME is ``requirements`` or ``schemas``; raises KeyError for any other.
    """
    return _BLOCK.sub(lambda block: f"{block[1]}\n{_WRITERS[block[2]]()}\n{block[3]}", page)


def _requirements() -> str:
    return "\n".join(_group(group) for group in requirements().group)


def _group(group: Group) -> str:
    rows = [_row(each) for each in requirements().requirement if each.group == group.id]
    note = f"{group.note.strip()}\n\n" if group.note else ""
    head = "| ID | level | capability | requirement | source |\n|---|---|---|---|---|\n"
    return f"### {group.id}: {group.title}\n\n{note}{head}" + "\n".join(rows) + "\n"


def _row(requirement: Requirement) -> str:
    capability = f"`{requirement.capability}`" if requirement.capability else ""
    cells = (requirement.id, requirement.level, capability, requirement.sentence, requirement.source)
    return f"| {' | '.join(cells)} |"


def _schemas() -> str:
    return "\n".join(_schema(name) for name in _MESSAGES)


def _schema(name: str) -> str:
    text = json.dumps(schema(name), indent=2, ensure_ascii=True)
    return f"### {schema(name)['title']}\n\n{schema(name)['description']}\n\n```json\n{text}\n```\n"


_WRITERS = {"requirements": _requirements, "schemas": _schemas}


def main(arguments: list[str]) -> int:
    """Rewrite the page that ``arguments`` name; return the exit code."""
    if len(arguments) != 1:
        print("usage: python -m hubbub.protocol.document PROTOCOL.md", file=sys.stderr)
        return 2
    page = Path(arguments[0])
    page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
