import json
from pathlib import Path

import conformance.verdicts
from conformance.verdicts import schema

PUBLISHED = Path(conformance.verdicts.__file__).with_name("conformance.schema.json")


def test_the_published_schema_is_that_of_the_code() -> None:
    """Write it anew with ``python -m conformance.verdicts > conformance/conformance.schema.json``."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema()
