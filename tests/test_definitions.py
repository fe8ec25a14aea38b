"""Every measure is complete: words in both languages, a source, a spec in sentences, columns a reader can be told."""

import ast
from pathlib import Path

import pytest

from queries.counting.reasons import HEADINGS
from queries.days import day_number
from queries.dimensions import DIMENSIONS, GRAINS
from queries.measures import Basis, measures
from queries.rules import RULE_SETS, RuleSet
from queries.snapshot.build import case_columns
from queries.snapshot.layout import BACKLOG_DAYS, BACKLOG_WORDS, EVALUATION_DAYS

SPEC = Path(__file__).parent / "spec"
NAMES = list(measures())


def test_a_measure_speaks_both_languages_and_names_its_source() -> None:
    for name, each in measures().items():
        for text in (each.label, each.meaning, each.unit, each.cohort.label):
            assert text.zh.strip(), name
            assert text.en.strip(), name
        assert any(mark in each.source for mark in ("Art.", "DOMAIN")), name


def test_a_measure_has_a_spec_in_sentences() -> None:
    for name in NAMES:
        tree = ast.parse((SPEC / f"test_{name}.py").read_text(encoding="utf-8"))
        tests = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        assert tests, name
        assert all(len(test.split("_")) > 4 for test in tests), f"{name}: a test's name is a sentence"
        assert (ast.get_docstring(tree) or "").strip(), name


def test_a_spec_belongs_to_a_measure() -> None:
    assert {path.stem.removeprefix("test_") for path in SPEC.glob("test_*.py")} == set(NAMES)


def test_the_columns_a_measure_needs_exist_and_have_a_heading() -> None:
    known = {*case_columns(), *EVALUATION_DAYS.values(), *BACKLOG_DAYS.values(), *BACKLOG_WORDS.values()}
    known |= {"evaluation", "score", "backlog", "timed_procedure", "registered_time"}
    for name, each in measures().items():
        for need in each.uses:
            assert {column for way in need.ways for column in way} <= known, name
            assert set(need.ways[0]) <= set(HEADINGS), f"{name}: the first way is named to the reader"


@pytest.mark.parametrize("rules", RULE_SETS.values(), ids=list(RULE_SETS))
def test_a_cohort_lies_within_the_span_its_zones_promise(rules: RuleSet) -> None:
    basis = Basis(day_number(RULE_SETS["regulation2022"].in_force), rules)
    for name, each in measures().items():
        low, high = each.cohort.span(basis, lambda column: (100, 200))
        if low is not None and high is not None:
            assert 100 <= low <= high <= 200 + rules.handling_days + 200, name
        assert each.cohort.span(basis, lambda column: (None, None)) == (None, None), name


def test_names_of_dimensions_and_grains_do_not_collide() -> None:
    assert not set(DIMENSIONS) & set(GRAINS)
    assert not set(DIMENSIONS) & set(NAMES)
