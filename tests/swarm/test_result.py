import json
from pathlib import Path

import swarm.result
from swarm.result import schema

PUBLISHED = Path(swarm.result.__file__).with_name("load.schema.json")


def test_the_published_schema_is_that_of_the_code() -> None:
    """Write it anew with ``python -m swarm.result > swarm/load.schema.json``."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))
