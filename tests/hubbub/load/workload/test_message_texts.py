from collections import Counter
from itertools import islice, pairwise

import numpy as np
import pytest

from hubbub.load.messages.envelope import MAX_COPIES, MAX_SIZE, MIN_SIZE
from hubbub.load.workload.message_texts import SizeRange, Text, mean_copies, read_sizes, texts


def drawn(asked: str, repeats: float = 0.0, seed: int = 1, user: int = 7, count: int = 20_000) -> list[Text]:
    return list(islice(texts(read_sizes(asked), repeats, seed, user), count))


READ = {
    "128": (SizeRange(128, 128),),
    "64..4096": (SizeRange(64, 4096),),
    "zipf:64..4096": (SizeRange(64, 4096, 1.0),),
    "zipf:64..4096:1.5": (SizeRange(64, 4096, 1.5),),
    "zipf:64..4096:0": (SizeRange(64, 4096, 0.0),),
    "64, 200..300, zipf:48..99:2": (SizeRange(64, 64), SizeRange(200, 300), SizeRange(48, 99, 2.0)),
    f"{MIN_SIZE}..{MAX_SIZE}": (SizeRange(MIN_SIZE, MAX_SIZE),),
}


@pytest.mark.parametrize(("text", "sizes"), READ.items(), ids=READ)
def test_what_is_asked_for_is_read(text: str, sizes: tuple[SizeRange, ...]) -> None:
    assert read_sizes(text) == sizes


WRONG = [
    "",
    "47",
    "12000001",
    "-5",
    "1e3",
    "47..100",
    "100..12000001",
    "4096..64",
    "64..",
    "..64",
    "64-4096",
    "64..4096:1",
    "zipf:64",
    "zipf:",
    "zipf:64..4096:",
    "zipf:64..4096:-1",
    "zipf:64..4096:11",
    "zipf:64..4096:nan",
    "pareto:64..4096",
    "64,,128",
    "٦٤",
    "9" * 5000,
]


@pytest.mark.parametrize("text", WRONG)
def test_what_makes_no_sense_is_told_in_one_line_that_says_what_to_write(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"^--message-size is 48 \(for the envelope\) to 12,000,000 bytes, "
    ) as e:
        read_sizes(text)
    assert "\n" not in str(e.value)
    assert len(str(e.value)) < 250


def test_a_misspelt_distribution_is_told_with_the_right_word() -> None:
    with pytest.raises(ValueError, match=r"not 'zpif:64\.\.4096'; did you mean 'zipf'\?$"):
        read_sizes("zpif:64..4096")


def test_one_size_is_that_of_all() -> None:
    assert set(drawn("333")) == {Text(333, 1)}


@pytest.mark.parametrize("asked", ["64..4096", "zipf:64..4096", "64,1024", "zipf:48..100:2,5000"])
def test_the_draws_are_the_seeds_and_the_users(asked: str) -> None:
    same = drawn(asked, repeats=0.3)
    assert drawn(asked, repeats=0.3) == same
    assert drawn(asked, repeats=0.3, user=8) != same != drawn(asked, repeats=0.3, seed=2)


def test_repeats_leave_the_sizes_as_they_are() -> None:
    assert [each.size for each in drawn("64..4096", repeats=0.3)] == [each.size for each in drawn("64..4096")]


def test_of_a_range_all_sizes_are_as_likely() -> None:
    sizes = Counter(text.size for text in drawn("50..99", count=50_000))
    assert set(sizes) == set(range(50, 100))
    assert sum((count - 1000) ** 2 / 1000 for count in sizes.values()) < 86


@pytest.mark.parametrize("exponent", [1.0, 1.5, 3.0])
def test_of_zipf_each_size_is_as_likely_as_its_power_says(exponent: float) -> None:
    sizes = Counter(text.size for text in drawn(f"zipf:50..800:{exponent:g}", count=50_000))
    edges = [50, 60, 80, 120, 200, 400, 801]
    weights = [sum(size**-exponent for size in range(low, high)) for low, high in pairwise(edges)]
    found = [sum(sizes[size] for size in range(low, high)) for low, high in pairwise(edges)]
    assert sum(found) == 50_000
    assert np.array(found) / 50_000 == pytest.approx(np.array(weights) / sum(weights), abs=0.01)


def test_with_zipf_each_doubling_is_as_likely_as_any_other() -> None:
    sizes = np.array([text.size for text in drawn("zipf:64..4095")])
    counts, _ = np.histogram(sizes, [64, 128, 256, 512, 1024, 2048, 4096])
    assert counts / len(sizes) == pytest.approx(np.full(6, 1 / 6), abs=0.015)


@pytest.mark.parametrize(
    "sizes", [SizeRange(48, 48), SizeRange(64, 4096), SizeRange(48, MAX_SIZE, 1.0), SizeRange(48, 99, 10.0)]
)
@pytest.mark.parametrize("chance", [0.0, 0.5, 1 - 2**-53])
def test_no_size_lies_outside(sizes: SizeRange, chance: float) -> None:
    assert sizes.low <= sizes.at(chance) <= sizes.high


def test_of_several_parts_each_is_as_likely() -> None:
    sizes = Counter(text.size for text in drawn("64,1024,8192", count=30_000))
    assert set(sizes) == {64, 1024, 8192}
    assert all(abs(count - 10_000) < 300 for count in sizes.values())


@pytest.mark.parametrize("repeats", [0.05, 0.5])
def test_so_many_of_all_messages_are_equal_to_the_one_before(repeats: float) -> None:
    copies = np.array([text.copies for text in drawn("64", repeats)])
    assert (copies - 1).sum() / copies.sum() == pytest.approx(repeats, rel=0.1)
    assert copies.mean() == pytest.approx(mean_copies(repeats), rel=0.05)


def test_nothing_is_sent_more_often_than_an_envelope_can_say() -> None:
    assert {text.copies for text in drawn("64", 1.0, count=10)} == {MAX_COPIES}
    assert mean_copies(1.0) == MAX_COPIES
