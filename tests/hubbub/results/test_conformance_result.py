import json
from pathlib import Path

import hubbub.results.conformance_result
from hubbub.results.conformance_result import schema

PUBLISHED = Path(hubbub.results.conformance_result.__file__).with_name("conformance.schema.json")


def test_the_published_schema_is_that_of_the_code() -> None:
    """Write it anew with ``python -m scripts.schemas``."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema()
