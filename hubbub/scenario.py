"""What a scenario imports: the base of its users, with the engine hooked into Locust."""

from hubbub.load.config.config import settings
from hubbub.load.locust_plugin.wiring import register
from hubbub.load.users.user import ChatUser

register()

__all__ = ["ChatUser", "settings"]
