"""The server as a process: listening, signals, Pings, and an orderly end."""

import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import Callable

from websockets.frames import CloseCode

from .config import Config
from .connection import Connection, Shared
from .log import Log
from .parts import Parts
from .session import Session

USAGE_ERROR = 2
"""The exit code for what the user has to set right."""

_PATIENCE_AT_THE_END = 2.0
_KERNEL_BACKLOG = 128 * 1024
_WAITING_CONNECTIONS = 4096
_OPEN_FILES = 65536
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Where to reach from this machine what listens on every address."""


class StartError(Exception):
    """Why the server cannot start, and what to do, in one line."""


class Server:
    """One chat server on one address."""

    def __init__(self, config: Config, parts: Parts, log: Log) -> None:
        self._config = config
        self._parts = parts
        self._log = log
        self._rooms = parts.rooms(parts.room)
        self._shared = Shared(config, log, parts.handshake(config), self._open_session)
        self._listener: asyncio.Server
        self._pings: asyncio.TimerHandle

    async def start(self) -> None:
        """Listen; raises StartError if the address or the TLS files cannot be used."""
        tls = self._tls()
        self._listener = await self._listen(tls)
        self._keep_backlogs_here()
        self._ping()
        self._log.announce("listening", url=self.url)

    @property
    def url(self) -> str:
        """The URL of the first address listened on, with its actual port."""
        host, port = self._listener.sockets[0].getsockname()[:2]
        return f"{self._config.scheme}://{f'[{host}]' if ':' in host else host}:{port}/"

    @property
    def page_url(self) -> str:
        """The URL of the chat page for a browser on this machine."""
        url = self.url.replace("ws", "http", 1)  # wss becomes https
        for wildcard, loopback in _LOOPBACK.items():
            url = url.replace(f"//{wildcard}:", f"//{loopback}:")
        return url

    async def stop(self) -> None:
        """Stop listening and close every member with 1001; those too slow to answer are dropped."""
        self._listener.close()
        self._pings.cancel()
        for connection in tuple(self._shared.alive):
            connection.close(CloseCode.GOING_AWAY, "the server is stopping")
        deadline = asyncio.get_running_loop().time() + _PATIENCE_AT_THE_END
        while self._shared.alive and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        for connection in tuple(self._shared.alive):
            connection.drop("stopped")
        await asyncio.sleep(0)
        self._log.info("stopped")

    def _tls(self) -> ssl.SSLContext | None:
        config = self._config
        try:
            return config.tls()
        except OSError as error:
            files = f"--cert {config.cert}" + (f" --key {config.key}" if config.key else "")
            raise StartError(f"cannot use {files}: {_text(error)}; name readable PEM files") from error

    async def _listen(self, tls: ssl.SSLContext | None) -> asyncio.Server:
        config = self._config
        try:
            return await asyncio.get_running_loop().create_server(
                lambda: self._parts.connection(self._shared),
                config.host,
                config.port,
                ssl=tls,
                backlog=_WAITING_CONNECTIONS,
                ssl_handshake_timeout=config.handshake_timeout if tls else None,
            )
        except (OSError, UnicodeError) as error:
            advice = "choose another --host or --port"
            raise StartError(
                f"cannot listen on {config.host}:{config.port}: {_text(error)}; {advice}"
            ) from error

    def _keep_backlogs_here(self) -> None:
        """Have the kernel hold little of what is unsent, so that a slow reader shows in our own buffers.

        Accepted sockets inherit the option.
        """
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            for listening in self._listener.sockets:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _KERNEL_BACKLOG)

    def _open_session(self, connection: Connection, room: str) -> Session:
        return self._parts.session(connection, self._rooms, room, self._log)

    def _ping(self) -> None:
        for connection in tuple(self._shared.alive):
            connection.ping()
        loop = asyncio.get_running_loop()
        self._pings = loop.call_later(self._config.ping_interval, self._ping)


def run(
    config: Config,
    parts: Parts | None = None,
    program: str = "reference_server",
    started: Callable[[Server], None] = lambda _: None,
) -> int:
    """Serve until Ctrl-C or SIGTERM, and call ``started`` once it listens.

    Return the exit code: 0, or 2 with one line on stderr.
    """
    log = Log(config.log_level)
    _allow_many_connections()
    try:
        with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
            runner.run(_serve(config, parts or Parts(), log, started))
    except StartError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return USAGE_ERROR
    finally:
        log.close()
    return 0


async def _serve(config: Config, parts: Parts, log: Log, started: Callable[[Server], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = Server(config, parts, log)
    await server.start()
    started(server)
    await stop.wait()
    await server.stop()


def _allow_many_connections() -> None:
    """Raise the limit of open files where the system lets us: each connection is one."""
    try:
        import resource
    except ImportError:
        return  # not on this platform
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop


def _text(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
