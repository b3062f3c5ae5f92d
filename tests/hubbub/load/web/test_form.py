"""The fields of Locust's form."""

from hubbub.load.config.config import LoadConfig
from hubbub.load.web.form import GROUPS, arranged, stylesheet

NOT_IN_THE_FORM = {"host", "slos", "own_slos", "limits", "header"}


def told(*names: str) -> dict[str, object]:
    return {name: {"default_value": None, "help_text": f"long words on {name}"} for name in names}


def test_every_option_has_a_group() -> None:
    grouped = [name for group in GROUPS for name in group.labels]
    assert len(grouped) == len(set(grouped))
    assert set(LoadConfig.__struct_fields__) - NOT_IN_THE_FORM <= set(grouped)


def test_fields_stand_in_the_order_of_the_groups_and_others_after_them() -> None:
    order = [name for group in GROUPS for name in group.labels]
    assert list(arranged(told("own", *sorted(order)), {})) == [*order, "own"]


def test_labels_are_short_and_tell_the_scenarios_defaults() -> None:
    names = [name for group in GROUPS for name in group.labels]
    fields = arranged(told(*names, "own"), {"rooms": 11})
    texts = {name: field["help_text"] for name, field in fields.items()}
    assert texts["rooms"] == "11"
    assert texts["rate"] == "1 a second, each user"
    assert texts["repeats"] == "0 of the messages"
    assert texts["max_lag"] == "250 ms"
    assert texts["own"] == "long words on own"
    lengths = {name: len(f"{name} ({text})") for name, text in texts.items() if name != "own"}
    assert max(lengths.values()) <= 36, "what a screen of 390 px shows of it"


def test_each_group_has_its_title_over_its_first_field() -> None:
    for group in GROUPS:
        assert f'content: "{group.title}"' in stylesheet()
    # In the page's fields names have no underscores.
    assert all(f'[name="{name}"]' in stylesheet() for name in ("slo", "rooms", "warmUp", "maxLag"))
