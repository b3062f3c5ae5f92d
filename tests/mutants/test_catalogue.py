from hubbub.protocol.requirements import requirements
from mutants.catalogue import ALL, MUTANTS


def test_each_mutant_names_only_requirements_that_exist() -> None:
    known = {requirement.id for requirement in requirements().requirement}
    named = {requirement for mutant in MUTANTS.values() for requirement in mutant.kills}
    assert named <= known


def test_each_mutant_says_in_one_sentence_what_it_does() -> None:
    assert [mutant.name for mutant in MUTANTS.values() if not mutant.sentence.endswith(".")] == []


def test_no_two_mutants_have_one_name() -> None:
    names = [mutant.name for mutant in ALL]
    assert [name for name in MUTANTS if names.count(name) > 1] == []
