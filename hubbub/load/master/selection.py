"""Which scenario a run is: chosen by Locust's own means, and one only.

Locust runs all classes that it finds, mixed by weight. Of scenarios it is to run the one that was named, or
else the default one: a latency that belongs to two loads belongs to none.
"""

from collections.abc import Mapping
from typing import Any

from locust.env import Environment
from locust.user.task import filter_tasks_by_tags

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.options import load_config
from hubbub.load.config_error import ConfigError
from hubbub.load.users.scenario import Scenario


def scenarios(environment: Environment) -> list[type[Scenario]]:
    """Return the scenarios among the classes that Locust is about to run."""
    return [each for each in environment.user_classes if issubclass(each, Scenario)]


def picked_later(environment: Environment) -> bool:
    """Whether the scenario is to be picked in the web page."""
    options = environment.parsed_options
    return bool(options and options.class_picker and environment.web_ui is not None)


def choose_default(environment: Environment) -> None:
    """Leave only the default scenario, where the user has named none and is not to pick any later."""
    options = environment.parsed_options
    named = bool(options and options.user_classes)
    found = scenarios(environment)
    default = [each for each in found if each.is_default]
    if default and not named and not picked_later(environment):
        others = [each for each in environment.user_classes if each not in found]
        environment.user_classes = [*others, *default]


def scenario_of(environment: Environment) -> type[Scenario] | None:
    """Return the run's scenario; None where no class is one. Raises ConfigError where there are several."""
    found = scenarios(environment)
    if len(found) > 1:
        names = ", ".join(sorted(each.__name__ for each in found))
        raise ConfigError(f"a run is one scenario: name one of {names}")
    return found[0] if found else None


def defaults_of(environment: Environment) -> Mapping[str, Any]:
    """Return the defaults of the run's scenario, if it is known which that will be."""
    found = scenarios(environment)
    return found[0].defaults if len(found) == 1 else {}


def configure(environment: Environment) -> LoadConfig:
    """Return the configuration of the next run, with its scenario's defaults.

    Raises ConfigError where it makes no sense.
    """
    scenario = scenario_of(environment)
    if scenario is None:
        return load_config(environment)
    _check_tags(environment, scenario)
    return load_config(environment, scenario.defaults, scenario.slos)


def chat_users(environment: Environment, users: int) -> int:
    """Return how many of so many users are the scenario's: Locust may run other classes beside it."""
    ours, classes = scenarios(environment), environment.user_classes
    fixed = {each: each.fixed_count for each in classes if each.fixed_count}
    left = max(0, users - sum(fixed.values()))
    weights = {each: each.weight for each in classes if each not in fixed}
    share = sum(weights.get(each, 0) for each in ours) / (sum(weights.values()) or 1)
    return min(users, sum(fixed.get(each, 0) for each in ours) + round(left * share))


def _check_tags(environment: Environment, scenario: type[Scenario]) -> None:
    """Refuse tags that leave the scenario's users nothing to do."""
    options = environment.parsed_options
    wanted, unwanted = (getattr(options, name, None) for name in ("tags", "exclude_tags"))
    if not wanted and not unwanted:
        return
    filter_tasks_by_tags(scenario, set(wanted) if wanted else None, set(unwanted) if unwanted else None)
    if not scenario.tasks:
        asked = " ".join(
            " ".join((flag, *tags))
            for flag, tags in (("--tags", wanted), ("--exclude-tags", unwanted))
            if tags
        )
        raise ConfigError(
            f"{asked} leaves {scenario.__name__} no task, so its users would do nothing; leave it out, "
            "or give a tag of the scenario's own"
        )
