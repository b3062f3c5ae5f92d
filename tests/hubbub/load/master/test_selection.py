"""How many of Locust's users chat; in a process of its own, for Locust patches the one that imports it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]

PROGRAM = """
import json
from locust import User
from locust.env import Environment
from hubbub.scenario import ChatUser
from hubbub.load.master.selection import chat_users

class Chat(ChatUser):
    weight = 3

class Other(User):
    weight = 1

class Few(User):
    fixed_count = 4

def of(*classes):
    return chat_users(Environment(user_classes=list(classes)), 100)

print(json.dumps([of(Chat), of(Chat, Other), of(Chat, Few), of(Chat, Other, Few), of(Other), of(Few)]))
"""


def test_only_chat_users_are_counted() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [100, 75, 96, 72, 0, 0]
