"""Several conformance results side by side: which requirement holds at which server.

A comparison of load runs needs several runs of each side and its own statistics; it will stand in a module of
its own beside this one, and share the verb.
"""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hubbub.protocol.requirements import requirements
from hubbub.results import conformance_result as verdicts
from hubbub.results.conformance_result import GRAVEST_FIRST, Verdict
from hubbub.results.records import ResultFileError
from hubbub.text.quantities import counted

from ..model.conformance_view import LEVEL_NAMES, ConformanceView, conformance_view
from ..model.requirement_views import RequirementView
from ..text.verdict_words import tone
from .html import page
from .terminal import grid, heading, verdict_text

NAMED = 4
"""With more servers than this, verdicts stand in the terminal as their marks alone."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One requirement at every server."""

    requirement: RequirementView
    verdicts: tuple[Verdict | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the servers differ in it."""
        return len(set(self.verdicts)) > 1

    @property
    def remarkable(self) -> bool:
        """Whether it does not plainly hold at each server."""
        return any(tone(verdict) != "good" for verdict in self.verdicts)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Servers side by side; the columns are lettered in the order given."""

    views: tuple[ConformanceView, ...]
    rows: tuple[Row, ...]

    @property
    def letters(self) -> str:
        """A letter a server."""
        return LETTERS[: len(self.views)]

    @property
    def differing(self) -> tuple[Row, ...]:
        """The requirements in which the servers differ."""
        return tuple(row for row in self.rows if row.differs)


def compare(paths: list[Path]) -> Comparison:
    """Read ``conformance.json`` files, or the folders that hold one, and put them side by side.

    Raises ResultFileError in one line where one cannot be read, or there are fewer than two or more than 26.
    """
    if not 2 <= len(paths) <= len(LETTERS):
        raise ResultFileError(f"compare takes 2 to {len(LETTERS)} conformance.json files; {len(paths)} given")
    views = tuple(conformance_view(verdicts.read(_file(path))) for path in paths)
    return Comparison(views=views, rows=_rows(views))


def _file(path: Path) -> Path:
    return path / verdicts.FILE_NAME if path.is_dir() else path


def _rows(views: tuple[ConformanceView, ...]) -> tuple[Row, ...]:
    by_view = [{row.id: row for row in view.rows} for view in views]
    order = [requirement.id for requirement in requirements().requirement]
    order += sorted({name for rows in by_view for name in rows} - set(order))
    return tuple(_row(name, by_view) for name in order)


def _row(name: str, by_view: list[dict[str, RequirementView]]) -> Row:
    found = [rows.get(name) for rows in by_view]
    return Row(
        requirement=next(row for row in found if row),
        verdicts=tuple(row.verdict if row else None for row in found),
    )


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the servers, and the requirements that do not plainly hold at all of them."""
    servers = zip(comparison.letters, map(_server, comparison.views), strict=True)
    head = ["", "url", "server", "outcome", "hold"]
    console.print(grid(head, ([letter, *cells] for letter, cells in servers), left=4))
    rows = sorted((row for row in comparison.rows if row.remarkable), key=lambda row: not row.differs)
    console.print(heading(_counts(len(comparison.rows) - len(rows), rows)))
    if rows:
        head = ["requirement", "level", *comparison.letters, ""]
        named = len(comparison.views) <= NAMED
        console.print(grid(head, (_cells(row, named) for row in rows), left=len(head)))
        if not named:
            console.print(_key(rows))


def _counts(hold: int, rows: list[Row]) -> str:
    differ = sum(row.differs for row in rows)
    alike = len(rows) - differ
    same = f"; {alike} the same at each, but not PASS" if alike else ""
    return f"{counted(hold, 'requirement')} PASS at each server; {differ} differ{same}"


def _key(rows: list[Row]) -> Text:
    """Return what the marks mean that occur."""
    found = {verdict for row in rows for verdict in row.verdicts}
    texts = [verdict_text(verdict) for verdict in (*GRAVEST_FIRST, None) if verdict in found]
    return Text("  ").append_text(Text("   ").join(texts))


def _server(view: ConformanceView) -> list[str]:
    hold = f"{view.total.holds}/{view.total.judged}"
    return [view.run.url, view.run.server or "unnamed", view.run.outcome, hold]


def _cells(row: Row, named: bool) -> list[str | Text]:
    requirement, differs = row.requirement, Text("differs" if row.differs else "", style="bold")
    verdicts = [verdict_text(verdict, with_name=named) for verdict in row.verdicts]
    return [requirement.id, LEVEL_NAMES[requirement.level], *verdicts, differs]


def comparison_page(comparison: Comparison) -> str:
    """Return the comparison as one self-contained HTML page."""
    return page("compare.html.j2", title="Conformance side by side", comparison=comparison)
