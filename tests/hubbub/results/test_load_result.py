import json
from pathlib import Path

import hubbub.results.load_result
from hubbub.results.load_result import schema

PUBLISHED = Path(hubbub.results.load_result.__file__).with_name("load.schema.json")


def test_the_published_schema_is_that_of_the_code() -> None:
    """Write it anew with ``python -m scripts.schemas``."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema()
