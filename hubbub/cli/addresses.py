"""The server's URL among the words of a command."""

from collections.abc import Collection, Sequence

_SCHEMES = ("ws://", "wss://")


def with_option(words: Sequence[str], option: str, aliases: Collection[str] = ()) -> list[str]:
    """Return ``words`` with the URL that stands among them given by ``option``, before all others.

    That is the very first word, where it has a colon, so that a URL that is wrong is told as one; or else the
    first that begins as a WebSocket's URL does, but for the value of ``option`` itself or of its ``aliases``.
    """
    for place, word in enumerate(words):
        if place == 0:
            is_url = ":" in word and not word.startswith("-")
        else:
            is_url = word.startswith(_SCHEMES) and words[place - 1] not in (option, *aliases)
        if is_url:
            return [option, word, *words[:place], *words[place + 1 :]]
    return list(words)
