"""What the model of rooms says must have come, by now."""

from conformance.stateful.model import Listing, Model, Owed


def owed(model: Model) -> dict[str, tuple[str, ...]]:
    return {each.member: tuple(words.label for words in each.words) for each in model.settle().owed}


def test_what_is_said_is_owed_to_everybody_in_the_room_and_to_nobody_else() -> None:
    model = Model()
    ann, _, _ = model.join("ann", "a"), model.join("bob", "a"), model.join("cy", "b")
    model.say(ann)
    assert owed(model) == {"ann": ("ann_1",), "bob": ("ann_1",)}


def test_what_was_settled_is_not_owed_again() -> None:
    model = Model()
    model.say(model.join("ann", "a"))
    assert owed(model)
    assert not owed(model)


def test_nothing_from_before_is_owed_to_a_joiner() -> None:
    model = Model()
    model.say(model.join("ann", "a"))
    model.join("bob", "a")
    assert owed(model) == {"ann": ("ann_1",)}


def test_what_somebody_said_who_left_cleanly_is_owed() -> None:
    model = Model()
    ann, _ = model.join("ann", "a"), model.join("bob", "a")
    model.say(ann)
    model.leave(ann)
    settlement = model.settle()
    assert [(each.member, each.requirement) for each in settlement.owed] == [("bob", "BCAST-12")]


def test_what_somebody_said_who_broke_off_is_owed_to_all_or_none() -> None:
    model = Model()
    ann, _, _ = model.join("ann", "a"), model.join("bob", "a"), model.join("cy", "a")
    model.say(ann)
    model.abort(ann)
    settlement = model.settle()
    assert not settlement.owed
    assert [(each.words.label, each.members) for each in settlement.shared] == [("ann_1", ("bob", "cy"))]


def test_what_all_were_seen_to_have_stays_owed_to_none_when_the_speaker_breaks_off() -> None:
    model = Model()
    ann, _ = model.join("ann", "a"), model.join("bob", "a")
    model.say(ann)
    model.settle()
    model.abort(ann)
    assert not model.settle().shared


def test_a_member_that_paused_is_owed_all_or_the_end_of_its_connection() -> None:
    model = Model()
    ann, bob = model.join("ann", "a"), model.join("bob", "a")
    model.pause(bob)
    words = model.say(ann)
    assert owed(model) == {"ann": ("ann_1",)}
    model.resume(bob)
    assert model.settle().owed == (Owed("bob", (words,), may_end=True, requirement="BCAST-9"),)


def test_the_list_shows_who_is_there_under_their_names() -> None:
    model = Model()
    ann, _ = model.join("ann", "a"), model.join("bob", "a")
    model.rename(ann, "name_1")
    assert model.settle().listings == (
        Listing(("name_1", None), exactly=True, members=("ann", "bob"), requirement="PRES-2"),
    )
    model.rename(ann, "name_2")
    assert [each.requirement for each in model.settle().listings] == ["PRES-3"]
    assert not model.settle().listings


def test_a_member_that_paused_may_be_listed_or_not() -> None:
    model = Model()
    model.join("ann", "a")
    model.pause(model.join("bob", "a"))
    (listing,) = model.settle().listings
    assert (listing.names, listing.exactly) == ((None,), False)
