import pytest

from reports.model.requirement_views import cause


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("seen: not within 5 s; ann received status()", "seen: not within 0.05 s of silence"),
        (
            "allowed: ann receives chat(Message='YW5u', WSID='a\\'b')\nseen: not within 1 s",
            "allowed: bob receives chat(WSID='x')\nseen: not within 2 s of silence; bob had it('x')",
        ),
        (
            "seen: 500 of them did not come, chat(Message='MDo=') first",
            "seen: 1,200 of them did not come, chat() first",
        ),
        ('allowed: one\nseen: text "a"\n\nfurther words', 'allowed: one\nseen: text "b"'),
    ],
)
def test_particulars_do_not_make_another_cause(one: str, other: str) -> None:
    assert cause(one) == cause(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("allowed: a Close\nseen: not within 5 s", "allowed: a Chat\nseen: not within 5 s"),
        ("allowed: a Close\nseen: not within 5 s", "allowed: a Close\nseen: a reset"),
        ("", "seen: a reset"),
    ],
)
def test_what_was_allowed_and_what_was_seen_make_another_cause(one: str, other: str) -> None:
    assert cause(one) != cause(other)
