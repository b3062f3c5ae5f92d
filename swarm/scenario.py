"""What a scenario imports: the base of its users, with the engine hooked into Locust."""

from swarm.config import settings
from swarm.locust_wiring import wire
from swarm.user import ChatUser

wire()

__all__ = ["ChatUser", "settings"]
