"""Selecting checks by id: ``-k BCAST-1``, ``-k BAD``, ``-k 'BAD-1[empty-text]'``; and listing them.

pytest's ``-k`` looks for substrings, so BCAST-1 would select BCAST-10 too. Each check therefore has the
keyword ``:BCAST-1:``, and an id in the expression stands for that: ``BCAST-1`` becomes ``:BCAST-1:`` and a
group's id, ``BCAST``, becomes ``:BCAST-``. All else is pytest's.
"""

import re
from collections.abc import Iterable

import pytest

from hubbub.protocol.requirements import requirements
from hubbub.text.spelling import meant, unknown

from ..requirement import check_id, requirement_of

LIST = "`--list` prints all"
_WORD = re.compile(r"[\w:+\-.\[\]\\/]+")
_ID = re.compile(r"([A-Z]+)-[0-9]+")
_OPERATORS = ("and", "or", "not")


def exact(expression: str) -> str:
    """Return a ``-k`` expression in which ids stand for themselves and for no longer ones."""
    groups = {group.id for group in requirements().group}
    known = {requirement.id for requirement in requirements().requirement}

    def keyword(word: re.Match[str]) -> str:
        name = word.group().upper()
        if name in known:
            return f":{name}:"
        return f":{name}-" if name in groups else word.group()

    return _WORD.sub(keyword, expression)


def unknown_id(expression: str) -> str:
    """Return what is wrong with the first word of a ``-k`` expression that should be a requirement's id.

    Empty where none is: a word that begins with no group's id may be a part of any name.
    """
    groups = {group.id for group in requirements().group}
    known = [requirement.id for requirement in requirements().requirement]
    for word in _WORD.findall(expression):
        found = _ID.fullmatch(word.partition("[")[0].upper())
        if found and found[1] in groups and found[0] not in known:
            return f"-k: there is no requirement {unknown(found[0], known)} {LIST}"
    return ""


def nothing_selected(expression: str, known: Iterable[str]) -> str:
    """Return what to do where no check was selected; ``known`` are the ids of all checks that there are."""
    if not expression:
        return f"no check was selected; {LIST}"
    ids = sorted(known)
    groups = [group.id for group in requirements().group]
    words = [word for word in _WORD.findall(expression) if word.lower() not in _OPERATORS]
    near = next(filter(None, (meant(word, [*groups, *ids]) for word in words)), "")
    question = f"; did you mean {near!r}?" if near and near not in words else ";"
    return f"no check was selected by -k {expression!r}{question} {LIST}"


def add_keywords(items: Iterable[pytest.Item]) -> None:
    """Give each check its id as a keyword."""
    for item in items:
        found = requirement_of(item)
        if found is not None:
            item.extra_keyword_matches |= {f":{found}:", check_id(item)}


def listing(items: Iterable[pytest.Item], narrowed: bool = False) -> str:
    """Return the requirements in their order, each with its checks below it.

    Where the checks were ``narrowed`` to some, only what they are of is listed.
    """
    checks: dict[str, list[str]] = {}
    for item in items:
        found = requirement_of(item)
        if found is not None:
            checks.setdefault(found, []).append(check_id(item))
    lines = []
    for requirement in requirements().requirement:
        if narrowed and requirement.id not in checks:
            continue
        capability = f" (cap {requirement.capability})" if requirement.capability else ""
        lines.append(f"{requirement.id} {requirement.level}{capability}  {requirement.sentence}")
        lines += [f"    unseen from outside: {requirement.unseen}"] if requirement.unseen else []
        lines += [f"    {check}" for check in checks.get(requirement.id, ["(no check)"])]
    count = sum(map(len, checks.values()))
    return "\n".join([*lines, "", f"requirements: {len(checks)}, checks: {count}"])
