"""What the project's public files name is there: workflows, the action, templates, guides, decisions."""

import pkgutil
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import hubbub

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
ACTION = ROOT / "action.yml"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").glob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = re.compile(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$")
FOLDERS = (
    "hubbub",
    "reference_server",
    "loadtests",
    "conformance",
    "reports",
    "mutants",
    "examples",
    "tests",
)


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def parsed(path: Path) -> Any:
    return yaml.safe_load(text(path))


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(ROOT)) for path in paths])


def steps_of(path: Path) -> Iterator[dict[str, Any]]:
    whole = parsed(path)
    for job in whole.get("jobs", {"": whole.get("runs", {})}).values():
        yield from job["steps"]


# Workflows and the action.


@named([*WORKFLOWS, ACTION])
def test_each_action_is_pinned_to_a_commit_with_its_version_beside_it(path: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in text(path).splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if line != "uses: ./" and not PINNED.fullmatch(line)] == []


def test_an_action_has_the_same_commit_everywhere() -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for path in (*WORKFLOWS, ACTION):
        for match in re.finditer(PINNED.pattern, text(path), re.MULTILINE):
            found.setdefault(match[1], set()).add((match[2], match[3]))
    assert {name: pins for name, pins in found.items() if len(pins) > 1} == {}


@named(WORKFLOWS)
def test_a_job_may_do_only_what_it_says(path: Path) -> None:
    workflow = parsed(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        assert job["timeout-minutes"] <= 120, name


@named(WORKFLOWS)
def test_no_credentials_are_kept_in_a_checkout(path: Path) -> None:
    for step in steps_of(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@named([*WORKFLOWS, ACTION])
def test_no_expression_stands_inside_a_script(path: Path) -> None:
    """It would be pasted into the shell's words; the environment hands it on safely."""
    assert [step["run"] for step in steps_of(path) if "${{" in step.get("run", "")] == []


def test_tests_run_on_every_python_that_the_project_declares() -> None:
    matrix = parsed(ROOT / ".github/workflows/ci.yml")["jobs"]["tests"]["strategy"]["matrix"]["python"]
    prefix = "Programming Language :: Python :: 3."
    declared = [name.removeprefix(prefix) for name in PROJECT["classifiers"] if name.startswith(prefix)]
    assert matrix == [f"3.{minor}" for minor in declared]
    assert PROJECT["requires-python"] == f">={matrix[0]}"


def test_every_input_of_the_action_is_used_and_explained() -> None:
    action = parsed(ACTION)
    assert all(each["description"].endswith(".") for each in action["inputs"].values())
    used = set(re.findall(r"inputs\.([a-z-]+)", text(ACTION)))
    assert used == set(action["inputs"])


def test_every_output_of_the_action_is_written_by_its_step() -> None:
    outputs = re.findall(r"steps\.judge\.outputs\.([a-z-]+)", text(ACTION))
    script = text(ROOT / "scripts" / "action.py")
    assert outputs
    assert all(f"{name}=" in script for name in outputs)


def test_what_the_action_hands_to_the_suite_are_options_of_it() -> None:
    page = text(ROOT / "docs" / "conformance.md")
    options = set(re.findall(r'"(--[a-z-]+)"', text(ROOT / "scripts" / "action.py")))
    assert options
    assert all(f"| `{option}" in page for option in options)


def test_dependabot_looks_where_there_is_something() -> None:
    files = {
        "github-actions": "action.yml",
        "pip": "pyproject.toml",
        "docker": "Dockerfile",
        "npm": "package.json",
        "gomod": "go.mod",
    }
    for update in parsed(ROOT / ".github/dependabot.yml")["updates"]:
        folder = ROOT / update["directory"].lstrip("/")
        assert (folder / files[update["package-ecosystem"]]).is_file()


@named(FORMS)
def test_an_issue_form_has_what_github_wants(path: Path) -> None:
    form = parsed(path)
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids))
    labels = [field["attributes"]["label"] for field in form["body"] if field["type"] != "markdown"]
    assert len(labels) == len(set(labels))


# What is named exists.


def verbs() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", text(ROOT / "Makefile"), re.MULTILINE))


@named([*WORKFLOWS, *PAGES])
def test_every_verb_of_make_that_is_named_exists(path: Path) -> None:
    prose = re.findall(r"`make ([a-z-]+)[ `]", text(path))
    code = re.findall(r"^(?:    | *- (?:run: )?)?make ([a-z-]+)(?: [A-Z]+=.*)?$", text(path), re.MULTILINE)
    assert {*prose, *code} <= verbs()


def links(path: Path) -> Iterator[str]:
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text(path), flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", prose)


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text(path), re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


@named([page for page in PAGES if page.suffix == ".md"])
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    for link in links(path):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


@named([ROOT / "CONTRIBUTING.md", *DECISIONS])
def test_every_path_that_is_named_exists(path: Path) -> None:
    for name in re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./*-]*)`", text(path)):
        assert list(ROOT.glob(name.rstrip("/"))), name


def test_the_version_stands_in_the_changelog() -> None:
    page = text(ROOT / "CHANGELOG.md")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", page, re.MULTILINE)
    assert released[0] == PROJECT["version"]
    assert all(f"\n[{version}]: https://" in page for version in ["Unreleased", *released])


def test_the_repository_has_one_address() -> None:
    files = [
        *PAGES,
        *WORKFLOWS,
        ACTION,
        ROOT / "pyproject.toml",
        ROOT / "mkdocs.yml",
        *(ROOT / ".github").rglob("*.yml"),
    ]
    owners = {
        owner for path in files for owner in re.findall(r"(?:uses: |github\.com/)(\w+)/hubbub\b", text(path))
    }
    assert len(owners) == 1


def test_hooks_before_a_commit_are_what_make_lint_runs() -> None:
    recipe = text(ROOT / "Makefile").partition("\nlint:")[2].partition("\n\n")[0]
    hooks = parsed(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    programs = [hook["entry"].removeprefix(".venv/bin/").split()[0] for hook in hooks]
    assert programs == [*re.findall(r"\$\(BIN\)/([a-z]+)", recipe), "codespell"]


# Decisions and the site.


def test_decisions_are_numbered_and_listed() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = text(ROOT / "docs" / "adr" / "index.md")
    assert re.findall(r"\]\((\d{4}-[a-z-]+\.md)\)", index) == [path.name for path in DECISIONS]


@named(DECISIONS)
def test_a_decision_says_why_what_and_what_follows(path: Path) -> None:
    headings = re.findall(r"^## (.*)$", text(path), re.MULTILINE)
    assert headings[:3] == ["Context", "Decision", "Consequences"]
    assert set(headings[3:]) <= {"Measured"}
    assert text(path).startswith(f"# {int(path.name[:4])}. ")


def test_every_page_of_the_documentation_has_its_place_in_the_site() -> None:
    placed = re.findall(r"([\w/-]+\.md)$", text(ROOT / "mkdocs.yml"), re.MULTILINE)
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert pages <= set(placed)
    assert len(placed) == len(set(placed))


@named(sorted((ROOT / "docs" / "api").glob("*.md")))
def test_every_name_of_an_api_page_exists(path: Path) -> None:
    for name in re.findall(r"^::: ([\w.]+)$", text(path), re.MULTILINE):
        if name.removeprefix("hubbub.") in hubbub.__all__:
            continue  # to ask for it would load Locust, whose import patches the standard library
        assert pkgutil.resolve_name(name), name
