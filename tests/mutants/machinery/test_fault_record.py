"""The record says what was tampered with, in one order with all that happened, and is never half written."""

import json
from pathlib import Path

import pytest

from mutants.machinery.fault_record import FaultRecord, InjectedFault

FAULT = InjectedFault("tea", "ann", "bob", "QQ==")


def test_all_that_is_on_record_is_numbered_in_one_order(tmp_path: Path) -> None:
    log = tmp_path / "faults.json"
    record = FaultRecord("drop", 3, log)
    record.join("bob")
    record.publish("ann", "QQ==")
    record.add(FAULT)
    record.leave("bob")
    record.note({"held": 1})
    record.write()
    written = json.loads(log.read_text())
    assert written["faults"] == [
        {"room": "tea", "publisher": "ann", "member": "bob", "message": "QQ==", "order": 3}
    ]
    assert (written["published"][0]["order"], written["tampered"]) == (2, 1)
    assert (written["members"]["bob"]["joined"], written["members"]["bob"]["left"]) == (1, 4)
    assert written["notes"] == [{"held": 1}]
    assert list(tmp_path.iterdir()) == [log]


def test_one_who_is_there_at_the_end_has_not_left(tmp_path: Path) -> None:
    record = FaultRecord("drop", 3, tmp_path / "faults.json")
    record.join("bob")
    record.write()
    members = json.loads((tmp_path / "faults.json").read_text())["members"]
    assert members == {"bob": {"joined": 1, "left": None, "ended": None}}


def test_a_record_without_a_log_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FaultRecord("drop", 1).write()
    assert list(tmp_path.iterdir()) == []
