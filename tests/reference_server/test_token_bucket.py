from websockets.frames import Frame, Opcode

from reference_server.token_bucket import TokenBucket, cost_of


def test_twice_the_rate_may_be_used_up_at_once() -> None:
    bucket = TokenBucket(1000, now=0.0)
    bucket.take(2000, now=0.0)
    assert bucket.wait(0.0) == 0
    bucket.take(500, now=0.0)
    assert bucket.wait(0.0) == 0.5


def test_waiting_makes_up_for_what_was_too_much() -> None:
    bucket = TokenBucket(1000, now=0.0)
    bucket.take(2500, now=0.0)
    assert [bucket.wait(now) for now in (0.25, 0.5, 9.0)] == [0.25, 0, 0]


def test_idle_time_saves_up_no_more_than_one_burst() -> None:
    bucket = TokenBucket(1000, now=0.0)
    bucket.take(3000, now=3600.0)
    assert bucket.wait(3600.0) == 1.0


def test_five_hundred_at_once_are_never_limited() -> None:
    bucket = TokenBucket(1, now=0.0)
    bucket.take(500, now=0.0)
    assert bucket.wait(0.0) == 0


def test_a_flood_is_new_once_until_it_has_ebbed() -> None:
    bucket = TokenBucket(1000, now=0.0)
    seen = []
    for frames, now in ((2500, 0.0), (100, 0.5), (0, 1.0), (0, 9.0), (2500, 9.0)):
        bucket.take(frames, now)
        seen.append(bucket.is_new_flood())
    assert seen == [True, False, False, False, True]


def test_a_message_counts_once_in_however_many_frames() -> None:
    assert cost_of(Frame(Opcode.TEXT, b"{}")) == cost_of(Frame(Opcode.CONT, b"}")) == 1
    assert cost_of(Frame(Opcode.TEXT, b"{", fin=False)) == cost_of(Frame(Opcode.CONT, b"", fin=False)) < 0.1


def test_control_frames_count_less_than_messages_and_more_than_fragments() -> None:
    assert cost_of(Frame(Opcode.CONT, b"", fin=False)) < cost_of(Frame(Opcode.PING, b"")) < 1
