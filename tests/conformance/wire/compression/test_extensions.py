"""How extension headers are read, and which answers an offer of permessage-deflate allows."""

import pytest

from conformance.wire.compression.extensions import (
    Extension,
    fault_of_answer,
    is_valid_offer,
    parse_extensions,
)

PLAIN = "permessage-deflate"


@pytest.mark.parametrize(
    ("header", "extensions"),
    [
        (None, []),
        ("", []),
        (" , ;", [Extension("", ())]),
        ("a", [Extension("a", ())]),
        ("a;b ; c=1,d", [Extension("a", (("b", None), ("c", "1"))), Extension("d", ())]),
        ('a; b="1,2;3", c', [Extension("a", (("b", "1,2;3"),)), Extension("c", ())]),
        (r'a; b="x\"y"', [Extension("a", (("b", 'x"y'),))]),
        ("a; b=", [Extension("a", (("b", ""),))]),
    ],
)
def test_a_header_is_taken_apart(header: str | None, extensions: list[Extension]) -> None:
    assert parse_extensions(header) == extensions


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        (PLAIN, None),
        (PLAIN, ""),
        (PLAIN, PLAIN),
        (PLAIN, f"{PLAIN}; server_no_context_takeover; client_no_context_takeover"),
        (PLAIN, f"{PLAIN}; server_max_window_bits=10"),
        (f"{PLAIN}; client_max_window_bits", f"{PLAIN}; client_max_window_bits=8"),
        (f"{PLAIN}; client_max_window_bits=12", f"{PLAIN}; client_max_window_bits=12"),
        (f"{PLAIN}; server_max_window_bits=12", f"{PLAIN}; server_max_window_bits=11"),
        (f'{PLAIN}; server_max_window_bits="12"', f"{PLAIN}; server_max_window_bits=12"),
        (f"x-unknown, {PLAIN}", PLAIN),
        (f"{PLAIN}; server_max_window_bits=8, {PLAIN}", PLAIN),
    ],
)
def test_an_answer_that_the_offer_allows_has_no_fault(offer: str, answer: str | None) -> None:
    assert fault_of_answer(answer, offer) == ""


@pytest.mark.parametrize(
    ("offer", "answer", "fault"),
    [
        ("", PLAIN, "was not offered"),
        ("x-unknown", PLAIN, "was not offered"),
        (PLAIN, "x-webkit-deflate-frame", "was not offered"),
        (PLAIN, f"{PLAIN}, {PLAIN}", "chosen twice"),
        (PLAIN, f"{PLAIN}; level=9", "none of RFC 7692's"),
        (PLAIN, f"{PLAIN}; server_no_context_takeover=1", "has the value '1'"),
        (PLAIN, f"{PLAIN}; server_max_window_bits", "has the value None"),
        (PLAIN, f"{PLAIN}; server_max_window_bits=16", "has the value '16'"),
        (PLAIN, f"{PLAIN}; server_max_window_bits=08", "has the value '08'"),
        (PLAIN, f"{PLAIN}; server_no_context_takeover; server_no_context_takeover", "twice"),
        (PLAIN, f"{PLAIN}; client_max_window_bits=12", "was not offered and is there"),
        (f"{PLAIN}; client_max_window_bits", f"{PLAIN}; client_max_window_bits", "has the value None"),
        (f"{PLAIN}; client_max_window_bits=9", f"{PLAIN}; client_max_window_bits=10", "over the 9"),
        (f"{PLAIN}; server_max_window_bits=9", f"{PLAIN}; server_max_window_bits=15", "over the 9"),
        (f"{PLAIN}; server_max_window_bits=9", PLAIN, "asked for and is not there"),
        (f"{PLAIN}; server_no_context_takeover", PLAIN, "asked for and is not there"),
        (f"{PLAIN}; unheard_of", PLAIN, "must be declined"),
    ],
)
def test_an_answer_that_the_offer_forbids_has_its_fault_named(offer: str, answer: str, fault: str) -> None:
    assert fault in fault_of_answer(answer, offer)


@pytest.mark.parametrize(
    ("offer", "valid"),
    [
        (PLAIN, True),
        (f"{PLAIN}; client_max_window_bits", True),
        (f"{PLAIN}; client_max_window_bits=15; server_max_window_bits=8", True),
        (f"{PLAIN}; server_no_context_takeover; client_no_context_takeover", True),
        (f"{PLAIN}; server_max_window_bits", False),
        (f"{PLAIN}; server_max_window_bits=7", False),
        (f"{PLAIN}; client_max_window_bits=16", False),
        (f"{PLAIN}; client_no_context_takeover=true", False),
        (f"{PLAIN}; client_max_window_bits; client_max_window_bits", False),
        (f"{PLAIN}; unheard_of", False),
    ],
)
def test_an_offer_is_one_that_a_server_may_take_or_not(offer: str, valid: bool) -> None:
    assert is_valid_offer(parse_extensions(offer)[0]) is valid
