"""Servers that do something with markup, script or line breaks, which are data (SEC-6, SEC-8)."""

import base64
import json
import re
from html import escape

import msgspec

from hubbub.protocol.codec import BadMessageError, ErrorCode
from hubbub.protocol.messages import Chat, Publish
from mutants.broken.messages.server_messages import ChangedChat
from mutants.machinery.registration import Registry
from reference_server.session import Session

MUTANTS = Registry()


@MUTANTS.broken("markup-escaped", "SEC-6")
class EscapingMarkup(ChangedChat):
    """Markup in an Author is escaped, which a client then shows escaped twice."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Author=escape(chat.Author, quote=False))


def sanitised(text: str) -> str:
    """Return ``text`` without what might be markup, script or a template."""
    return re.sub(r"[<>&\"'{}`]|javascript:", "", text)


@MUTANTS.broken("author-sanitised", "SEC-6")
class SanitisedAuthor(ChangedChat):
    """What might be markup or script is taken out of an Author."""

    def changed(self, chat: Chat) -> Chat:
        return msgspec.structs.replace(chat, Author=sanitised(chat.Author))


@MUTANTS.broken("message-sanitised", "SEC-6")
class SanitisedMessage(ChangedChat):
    """What might be markup or script is taken out of a Message, inside its base64."""

    def changed(self, chat: Chat) -> Chat:
        clean = sanitised(base64.b64decode(chat.Message).decode(errors="surrogateescape"))
        octets = clean.encode(errors="surrogateescape")
        return msgspec.structs.replace(chat, Message=base64.b64encode(octets).decode())


@MUTANTS.broken("reason-quotes-name", "SEC-8")
class QuotingReason(Session):
    """The Reason of an Error quotes the name that it refuses, line breaks and all."""

    def read(self, text: str) -> Publish:
        try:
            return super().read(text)
        except BadMessageError as error:
            if error.code is ErrorCode.BAD_NAME:
                raise BadMessageError(error.code, f"no name: {json.loads(text)['Author']}") from error
            raise
