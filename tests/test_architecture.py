"""Imports point down, libraries stay in their rooms, modules stay small (TREE.md)."""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("queries", "seed", "dashboard")
FLOORS = {
    "queries.errors": 0,
    "queries.vocabulary": 0,
    "queries.settings": 0,
    "queries.days": 0,
    "queries.stats": 0,
    "queries.wording": 0,
    "queries.personal": 0,
    "queries.working_days": 0,
    "queries.catalogue": 1,
    "queries.schema": 1,
    "queries.store": 1,
    "queries.migrations": 1,
    "queries.rules": 1,
    "queries.checks": 2,
    "queries.coding": 2,
    "queries.dimensions": 2,
    "queries.filters": 2,
    "queries.engines": 2,
    "queries.measures": 2,
    "queries.kept": 2,
    "queries.methods": 2,
    "queries.records": 3,
    "queries.snapshot": 3,
    "queries.register": 3,
    "queries.workbooks": 3,
    "queries.places": 3,
    "queries.access": 4,
    "queries.cases": 4,
    "queries.counting": 4,
    "queries.search": 4,
    "queries.views": 5,
    "seed": 6,
    "dashboard.i18n": 6,
    "dashboard.state": 6,
    "dashboard.charts": 6,
    "dashboard.exports": 6,
    "dashboard.agenda": 6,
    "dashboard.briefing": 6,
    "dashboard": 6,
    "dashboard.parts": 7,
    "dashboard.forms": 7,
    "dashboard.frame": 7,
    "dashboard.wall": 8,
    "dashboard.screens": 8,
    "dashboard.app": 9,
    "dashboard.asgi": 9,
    "dashboard.desk": 9,
    "dashboard.cli": 9,
    "dashboard.bench": 9,
}
"""The floor of a module is that of its longest prefix here."""

ROOMS = {
    "streamlit": ("dashboard.app", "dashboard.asgi", "dashboard.state", "dashboard.parts", "dashboard.forms",
                  "dashboard.frame", "dashboard.screens"),
    "plotly": ("dashboard.charts",),
    "sqlalchemy": ("queries.schema", "queries.store", "queries.migrations", "queries.records", "queries.snapshot",
                   "queries.workbooks",
                   "queries.register", "queries.cases.case_store", "seed", "dashboard.state.session",
                   "dashboard.state.kept", "dashboard.state.case_reader", "dashboard.cli", "dashboard.bench"),
    "alembic": ("queries.store", "queries.migrations"),
    "duckdb": ("queries.engines", "dashboard.bench"),
    "ibis": ("queries.engines",),
    "pandas": ("dashboard.bench",),
    "typer": ("dashboard.cli",),
    "docx": ("dashboard.exports",),
    "pptx": ("dashboard.exports",),
    "typst": ("dashboard.exports",),
    "matplotlib": ("dashboard.exports",),
    "rich": ("dashboard.cli",),
}  # fmt: skip
"""Where a library may be imported at all. Figures are drawn in charts; the others pass them on."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path, *, types_too: bool = True) -> frozenset[str]:
    """Full names of everything a module imports, inside functions too."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not types_too:
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(
                f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in MODULES else node.module
                for alias in node.names
            )
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):  # what holds an import
                visit(child)

    visit(tree(path))
    return frozenset(found)


def floor(name: str) -> int:
    while name not in FLOORS:
        name, _, _ = name.rpartition(".")
        assert name, "a new package needs its floor in FLOORS"
    return FLOORS[name]


def inside(name: str, room: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in room)


def packages(names: Iterable[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def ours(name: str) -> set[str]:
    return {each for each in imports(MODULES[name]) if each.split(".")[0] in PACKAGES and each not in PACKAGES}


def test_a_module_imports_its_own_floor_or_lower() -> None:
    up = {name: above for name in MODULES if (above := {each for each in ours(name) if floor(each) > floor(name)})}
    assert up == {}


def test_what_is_measured_knows_neither_files_nor_pages() -> None:
    others = {"queries": {"seed", "dashboard"}, "seed": {"dashboard"}, "dashboard": set()}
    assert reaching(lambda name: others[name.split(".")[0]]) == {}


def test_pages_never_reach_the_loader() -> None:
    assert reaching(lambda name: {"seed"} if name.startswith("dashboard") and floor(name) < 9 else set()) == {}


def reaching(forbidden: Callable[[str], set[str]]) -> dict[str, set[str]]:
    """Modules that import one of ours from the packages forbidden to them, and what they import."""
    found = {name: {each for each in ours(name) if each.split(".")[0] in forbidden(name)} for name in MODULES}
    return {name: names for name, names in found.items() if names}


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_stays_in_its_rooms(library: str) -> None:
    users = {name for name, path in MODULES.items() if library in packages(imports(path, types_too=False))}
    assert users
    assert {name for name in users if not inside(name, ROOMS[library])} == set()


def test_streamlit_does_not_draw_charts_and_charts_do_not_know_streamlit() -> None:
    for name, path in MODULES.items():
        if inside(name, ("dashboard.charts", "dashboard.i18n", "dashboard.exports", "dashboard.cli")):
            assert "streamlit" not in packages(imports(path)), name


def test_a_module_has_at_most_500_lines() -> None:
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: number for name, number in lines.items() if number > 500} == {}


def test_no_two_modules_import_each_other() -> None:
    # a package may gather its own modules, and they may use what it defines
    edges = {
        name: {other for other in ours(name) if not inside(other, (name,)) and not inside(name, (other,))}
        for name in MODULES
    }
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, f"a circle: {' -> '.join((*way[way.index(name) :], name))}"
        if name in done:
            return
        for other in edges.get(name, ()):
            walk(other, (*way, name))
        done.add(name)

    for name in MODULES:
        walk(name, ())


def test_no_style_asks_about_the_page_as_a_whole() -> None:
    # `:has()` of what holds every chart makes the browser look at the page again for each mark that changes
    for path in (ROOT / "dashboard").glob("*/*.css"):
        found = re.search(r"(html|body|main|\.stApp|stMain\w*\])[^\s>+~,]*:has\(", path.read_text(encoding="utf-8"))
        assert not found, path


def test_no_child_of_dashboard_hides_a_library_or_a_package_of_ours() -> None:
    # `streamlit run` puts dashboard/ on the path: dashboard/statistics.py would be everyone's `statistics`
    children = {path.stem for path in (ROOT / "dashboard").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not children & (set(sys.stdlib_module_names) | {"queries", "seed", "dashboard", "pages"})


def test_nothing_is_imported_relative_to_where_it_stands() -> None:
    for name, path in MODULES.items():
        relative = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level]
        assert not relative, name
