"""Compressed messages made in many ways, all of which RFC 7692 section 7.2 allows, by name."""

from collections.abc import Sequence

from ..wire.compression.blocks import Recipe, Run


def parts(text: bytes, count: int) -> list[bytes]:
    """Return ``text`` in so many pieces."""
    return [text[len(text) * number // count : len(text) * (number + 1) // count] for number in range(count)]


def last_then_more(text: bytes) -> Sequence[Run]:
    """Return a block that says it is the last, and one behind it that refers to nothing before."""
    first, second = parts(text, 2)
    return Run(first, "last"), Run(second, refers=False)


def flushes(text: bytes) -> Sequence[Run]:
    """Return one stream that was flushed in every way there is."""
    first, second, third, fourth = parts(text, 4)
    return (Run(fourth, before=((first, "sync"), (second, "full"), (third, "partial"))),)


def all_kinds(text: bytes) -> Sequence[Run]:
    """Return blocks of each type, one behind the other."""
    first, second, third, fourth = parts(text, 4)
    return Run(first, kind="stored"), Run(second, kind="fixed"), Run(third), Run(fourth, kind="stored")


BLOCKS: dict[str, Recipe] = {
    "last-block": lambda text: (Run(text, "last", "fixed"),),
    "last-block-dynamic": lambda text: (Run(text, "last"),),
    "last-block-stored": lambda text: (Run(text, "last", "stored"),),
    "last-block-then-more": last_then_more,
    "more-then-last-block": lambda text: (Run(text[:40]), Run(text[40:], "last")),
    "last-blocks-only": lambda text: [Run(part, "last", refers=False) for part in parts(text, 20)],
    "empty-last-block-first": lambda text: (Run(b"", "last"), Run(text, refers=False)),
    "empty-last-block-between": lambda text: (
        Run(text[:40]),
        Run(b"", "last"),
        Run(text[40:], refers=False),
    ),
    "stored-blocks": lambda text: [Run(part, kind="stored") for part in parts(text, 3)],
    "blocks-of-each-type": all_kinds,
    "flushes-of-each-kind": flushes,
}


def last_referred_to(text: bytes) -> Sequence[Run]:
    """Return a block that says it is the last, and one behind it that refers to it."""
    first, second = parts(text, 2)
    return Run(first, "last"), Run(second)


WINDOWS: dict[str, Recipe] = {
    "last-block": BLOCKS["last-block"],
    "last-block-stored": BLOCKS["last-block-stored"],
    "block-behind-the-last": last_referred_to,
}
