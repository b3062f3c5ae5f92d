import subprocess
import sys
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest
from locust import argument_parser

from hubbub.load.locust_plugin.loop_sparing import spare_the_loop

NAMES = ("default_args_dict", "ui_extra_args_dict")
ROOT = Path(__file__).parents[4]
SETTLING_IMPORTS = """
import sys
import numpy as np
import hubbub.scenario

before = set(sys.modules)
np.unique(np.arange(3))
print(sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("name", NAMES)
def test_what_locust_asks_for_at_every_step_of_a_ramp_is_worked_out_once(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    work = {each: Mock(return_value={"users": 1}) for each in NAMES}
    for each in NAMES:
        # A function, and so without a Mock's attributes, of which it has any that one looks for.
        monkeypatch.setattr(argument_parser, each, partial(work[each]))
    spare_the_loop()
    spare_the_loop()
    assert [getattr(argument_parser, name)() for _ in range(100)] == [{"users": 1}] * 100
    assert work[name].call_count == 1


def test_what_locust_knows_of_its_own_options_stays_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["locust"])
    for each in NAMES:
        monkeypatch.setattr(argument_parser, each, getattr(argument_parser, each))
    before = argument_parser.default_args_dict()
    spare_the_loop()
    assert argument_parser.default_args_dict() == before
    assert "run_time" in before


def test_the_first_settlement_imports_nothing() -> None:
    program = [sys.executable, "-c", SETTLING_IMPORTS]
    told = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
