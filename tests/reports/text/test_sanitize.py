import pytest

from reports.text.sanitize import block, cut, line


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("room-1", "room-1"),
        ("Zürich 東京 🙂 שלום", "Zürich 東京 🙂 שלום"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x00b\x9bc\x7f", "a\\x00b\\x9bc\\x7f"),
        ("evil\u202egpj.exe", "evil\\u202egpj.exe"),
        ("two\nlines\tand a tab", "two\\nlines\\tand a tab"),
        ("\ud800", "\\ud800"),
        ("\ufeff\u2028", "\\ufeff\\u2028"),
    ],
)
def test_what_a_terminal_obeys_or_a_reader_misreads_is_written_out(text: str, plain: str) -> None:
    assert line(text) == plain


def test_a_block_keeps_its_lines_and_tabs_but_no_other_control() -> None:
    assert block("a\r\nb\tc\rd\x1b") == "a\nb\tc\\rd\\x1b"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert line("x" * 1000, 10) == "x" * 9 + "…"
    assert cut("x" * 10, 10) == "x" * 10


def test_a_huge_text_costs_no_more_than_its_limit() -> None:
    assert len(block("\x1b" * 10_000_000, 100)) == 100
