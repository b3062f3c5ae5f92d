"""How the users of this process reach the server: its URLs, how it is dialled, and the opening handshake."""

from websockets.uri import WebSocketURI, parse_uri

from hubbub.load.config.run_context import RunContext
from hubbub.load.users.schemes import Schemes
from hubbub.load.websocket.transport import Dialer
from hubbub.load.workload.targets import Target, target_of


class Network:
    """The way to the server of one run. Raises ConfigError where the certificates cannot be used."""

    def __init__(self, context: RunContext) -> None:
        config = context.config
        self.dialer = Dialer(config.tls())
        self.schemes = Schemes(self.dialer)
        self.opening = config.opening
        self.targets = config.targets
        self._context = context
        self._uris: dict[tuple[Target, int], WebSocketURI] = {}

    def target(self, user: int) -> Target:
        """Return the URL of the server that the user with that number connects to."""
        return self.targets[target_of(user, self._context.config.rooms, len(self.targets))]

    def uri(self, target: Target, room: int) -> WebSocketURI:
        """Return the URI that joins a room by way of one of the server's URLs."""
        key = (target, room)
        if key not in self._uris:
            context = self._context
            self._uris[key] = parse_uri(context.dialect.url(target.url, context.plan.room(room)))
        return self._uris[key]
