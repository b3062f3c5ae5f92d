from chat_protocol.requirements import requirements
from mutants.registry import MUTANTS


def test_each_mutant_names_only_requirements_that_exist() -> None:
    known = {requirement.id for requirement in requirements().requirement}
    named = {requirement for mutant in MUTANTS.values() for requirement in mutant.kills}
    assert named <= known


def test_each_mutant_says_in_one_sentence_what_it_does() -> None:
    assert [mutant.name for mutant in MUTANTS.values() if not mutant.sentence.endswith(".")] == []
