"""Every method a view names has an entry, and an entry speaks both languages and says its limits."""

import ast
from pathlib import Path

import pytest

from queries.errors import UnknownName
from queries.methods import Method, method, methods

ROOT = Path(__file__).parents[1]
EVERY = methods()
NAMES = [each.name for each in EVERY]


@pytest.mark.parametrize("each", EVERY, ids=NAMES)
def test_a_method_speaks_both_languages_and_names_source_and_limits(each: Method) -> None:
    for text in (each.theme, each.label, each.question, each.meaning, each.limits):
        assert text.zh.strip()
        assert text.en.strip()
    assert each.question.zh.endswith("？")
    assert each.question.en.endswith("?")
    assert each.source.strip()


def test_every_method_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    with pytest.raises(UnknownName, match="closing_curve"):
        method("closing_curves")


def named_by_views() -> dict[str, set[str]]:
    """Names of methods in the modules of views: `methods=(...)`, the last argument of `made`, METHODS = (...)."""
    found = {}
    for path in sorted((ROOT / "queries" / "views").glob("*.py")):
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (isinstance(node, ast.keyword) and node.arg == "methods") or (
                isinstance(node, ast.Assign) and any(getattr(to, "id", "").endswith("METHODS") for to in node.targets)
            ):
                names |= _words(node.value)
        found[path.stem] = names
    return found


def _words(node: ast.expr) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def test_every_method_used_by_a_view_has_an_entry_and_every_entry_is_used() -> None:
    used = set().union(*named_by_views().values())
    assert used - set(NAMES) == set()
    assert set(NAMES) - used == set()
