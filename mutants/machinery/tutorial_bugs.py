"""The bugs of the tutorial's published code, and the servers here that have them."""

BUGS: dict[str, tuple[str, ...]] = {
    "`ProcessMessage` writes each message to every socket, whatever its room.": ("leak-to-all",),
    "A background job for each message, so the order of one sender's messages is not kept.": (
        "job-per-message",
    ),
    "The greeting is a background job, after the socket is registered: a Chat may come before it.": (
        "status-late",
    ),
    "The closing handler clears a misspelt global, so dead sockets stay listed.": (
        "ghost-after-close",
        "ghost-after-end",
        "ghost-after-reset",
    ),
    "Messages are written to dead sockets on and on, errors or not.": (
        "dead-after-close",
        "dead-after-end",
        "dead-after-reset",
    ),
    "What the JSON reader cannot take ends the handler: there is no error trapping.": (
        "json-unguarded",
        "fields-unguarded",
        "bad-cut-off",
    ),
    "The client's object goes out as it came, further fields and all.": ("fields-passed-on",),
    "`Message` is not looked at, so it may hold what is no base64.": ("base64-lenient",),
    "A `Type` of the client is overwritten unread, so a forged Status counts as a Chat.": ("type-lenient",),
    "An object without `Message` goes out as a Chat: a rename shows as an empty one.": (
        "rename-as-chat",
        "nothing-as-text",
    ),
    "A message without `Author` does not carry the sender's name.": ("nameless-unknown", "nameless-empty"),
    "`Sent` is local time.": ("sent-local",),
    "There is no limit on messages, on their rate, or on what waits for a slow reader.": (
        "limit-none",
        "flood-unlimited",
        "slow-unbounded",
    ),
    "There is no access control: any page's script may connect.": ("origin-unchecked",),
    "There is no user list (left to the reader as an exercise).": ("userlist-none",),
}
"""From what the published code does to the servers that do the same; its page's bugs are no server's."""
