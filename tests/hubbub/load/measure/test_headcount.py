from hubbub.load.measure.headcount import Headcount, Population


def told(*changes: tuple[int, int]) -> bytes:
    headcount = Headcount()
    for change, moment in changes:
        headcount.note(change, moment)
    return headcount.drain()


def steps(population: Population) -> list[tuple[int, int]]:
    return list(zip(population.steps.moments.tolist(), population.steps.users.tolist(), strict=True))


def test_the_users_of_all_processes_are_counted_in_the_order_of_their_moments() -> None:
    population = Population()
    population.ingest("a", told((1, 10), (1, 30), (-1, 50)))
    population.ingest("b", told((1, 20), (1, 40)))
    assert steps(population) == [(10, 1), (20, 2), (30, 3), (40, 4), (50, 3)]


def test_a_change_is_told_once() -> None:
    headcount = Headcount()
    headcount.note(1, 10)
    headcount.drain()
    headcount.note(1, 20)
    population = Population()
    population.ingest("a", headcount.drain())
    assert steps(population) == [(20, 1)]
    assert headcount.now == 2


def test_with_a_process_that_is_gone_its_users_are_gone() -> None:
    population = Population()
    population.ingest("a", told((1, 10), (1, 11)))
    population.ingest("b", told((1, 12)))
    population.lose("a", 99)
    population.lose("a", 100)
    assert steps(population)[-1] == (99, 1)


def test_nobody_has_come_yet() -> None:
    assert steps(Population()) == []
