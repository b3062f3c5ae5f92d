"""A transcript as text: what a person sees of a failed check."""

from typing import Any

import pytest

from conformance.presentation.message_summary import summarize
from conformance.presentation.swimlanes import swimlanes
from conformance.wire import transcript as events
from conformance.wire.framing.frames import Frame, Opcode, close
from conformance.wire.transcript import Event, Transcript, TranscriptHead


def transcript(*happened: Event) -> Transcript:
    return Transcript(
        TranscriptHead(check="x", url="ws://x/", started="2026-01-01T00:00:00+00:00"), list(happened)
    )


def got(at: float, client: str, text: str) -> Event:
    return events.Received(at=at, client=client, frame=Frame(Opcode.TEXT, text.encode(), masked=False))


def sent(at: float, client: str, frame: Frame) -> Event:
    return events.Sent(at=at, client=client, frame=frame)


def test_each_client_has_a_column_and_what_matters_is_marked() -> None:
    shown = swimlanes(
        transcript(
            events.Connecting(at=0.0, client="ann", target="/?room=den", room="den"),
            events.Answered(at=0.001, client="ann", status=101, reason="Switching Protocols", headers=()),
            got(0.002, "ann", '{"Type":"Status","WSID":"w1"}'),
            events.Connecting(at=0.003, client="bob", target="/x", room=None),
            sent(0.004, "ann", Frame(Opcode.TEXT, b'{"Message":"aGk=","Author":"Ann"}')),
            got(0.005, "bob", '{"Type":"Chat","Message":"aGk=","Author":"Ann"}'),
            sent(0.006, "ann", close()),
            events.Ended(at=0.007, client="bob", how="FIN"),
            events.Remark(at=0.008, client="", text="all is said"),
            events.Left(at=9.0, client="ann", how="RST"),
        ),
        focus=["bob"],
        until=0.005,
    )
    assert shown.splitlines() == [
        "           ann                                         bob",
        "     0.0 ms→ join 'den'",
        "     1.0 ms← HTTP 101 Switching Protocols",
        "     2.0 ms← Status w1",
        "     3.0 ms                                            → connect /x",
        "     4.0 ms→ say 'hi' as 'Ann'",
        "»    5.0 ms                                            ← Chat 'hi' by Ann",
        "     6.0 ms→ Close 1000",
        "     7.0 ms                                            ✕ FIN",
        "     8.0 ms# all is said",
    ]


def test_long_runs_of_one_kind_are_folded_whatever_others_do_meanwhile() -> None:
    happened = [
        got(number / 1000, client, '{"Type":"userlist","Users":[{"Name":"Ann"}]}')
        for number in range(50)
        for client in ("ann", "bob")
    ]
    shown = swimlanes(transcript(*happened))
    assert shown.count("← … 48 more like it") == 2
    assert len(shown.splitlines()) == 7


def test_only_the_last_rows_are_shown_and_how_many_came_before() -> None:
    happened = [sent(number, "ann", Frame(Opcode.TEXT, f"{number}".encode())) for number in range(50)]
    shown = swimlanes(transcript(*happened))
    assert "(10 earlier events)" in shown
    assert shown.splitlines()[-1].endswith("→ 49")


def test_of_many_clients_those_in_focus_are_shown() -> None:
    happened = [events.Left(at=0.0, client=f"client{number}", how="FIN") for number in range(9)]
    head, *rest = swimlanes(transcript(*happened), focus=["client8"]).splitlines()
    assert head.split() == ["client0", "client1", "client2", "client3", "client8"]
    assert "(4 more clients; the saved transcript has all)" in rest[-1]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b'{"Type":"Chat","Message":"aGk=","Author":"Ann"}', "Chat 'hi' by Ann"),
        (b'{"Type":"Chat","Message":"/w==","Author":"Ann"}', "Chat Message='/w==' by Ann"),
        (b'{"Type":"Chat","Message":5,"Author":"Ann"}', "Chat Message=5 by Ann"),
        (b'{"Type":"Status","WSID":"w1"}', "Status w1"),
        (b'{"Type":"userlist","Users":[{"Name":"Ann"},{"Name":"Bob"}]}', "userlist Ann, Bob"),
        (b'{"Type":"userlist","Users":[]}', "userlist of nobody"),
        (b'{"Type":"Error","Code":"bad","Reason":"no JSON"}', "Error bad: no JSON"),
        (b'{"Message":"aGk="}', "say 'hi'"),
        (b'{"Author":"Ann"}', "rename as 'Ann'"),
        (b'{"Message":"aGk=","WSID":"w2","Colour":1}', "say 'hi' with Colour, WSID"),
        (b'{"Type":"Chat","Message":"aGk=","n":NaN}', '{"Type":"Chat","Message":"aGk=","n":NaN}'),
        (b'{"Type":"odd"}', '{"Type":"odd"}'),
        (b"{}", "{}"),
        (b"[1]", "[1]"),
        (b"line\nbreak \xff\x1b[2J", "line\\nbreak \\xff\\x1b[2J"),
        (b"", "(empty text)"),
        (b"x" * 300, "x" * 200 + "…"),
    ],
)
def test_a_message_is_told_in_a_few_words_and_an_odd_one_as_it_came(payload: bytes, words: str) -> None:
    assert summarize(payload) == words


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (Frame(Opcode.PING, b"abc"), "→ Ping 3 B"),
        (Frame(Opcode.BINARY, b"abc"), "→ Binary 3 B"),
        (Frame(Opcode.TEXT, b"ab", fin=False), "→ Text 2 B …"),
        (Frame(Opcode.TEXT, b"ab", rsv=4), "→ Text 2 B rsv=100"),
        (Frame(0x3, b""), "→ opcode 0x3 0 B"),
        (close(None), "→ Close"),
    ],
)
def test_other_frames_are_told_by_their_kind_and_size(frame: Frame, words: str) -> None:
    shown: Any = swimlanes(transcript(sent(0.0, "ann", frame)))
    assert shown.splitlines()[-1].endswith(f"ms{words}")
