"""The words of the interface: complete in both languages, used, and nowhere else."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from dashboard.exports import fonts
from dashboard.i18n import Words, catalogue, choose_language
from queries.vocabulary import LANGUAGES

FONTS = {name for names in (fonts.TITLE, fonts.BODY, fonts.HEADING, fonts.SUBHEADING, fonts.FOOT, fonts.SCREEN)
         for name in names}  # fmt: skip
DASHBOARD = Path(__file__).parents[1] / "dashboard"
SOURCES = [path for path in DASHBOARD.rglob("*.py") if "cli" not in path.parts and path.name != "cli.py"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def literals(path: Path) -> list[str]:
    """String literals of a module that are not docstrings, with f-string parts on their own."""
    documents = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents
    ]


def key_patterns() -> list[re.Pattern[str]]:
    """What looks like a key in the sources: whole literals, and f-strings with anything in their gaps."""
    patterns = []
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                patterns.append(re.compile(re.escape(node.value)))
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values]
                patterns.append(re.compile("".join(parts)))
    return [pattern for pattern in patterns if pattern.pattern not in (".+", ".+.+")]


def test_both_catalogues_have_the_same_entries():
    assert set(catalogue("zh")) == set(catalogue("en"))


def test_both_languages_fill_in_the_same_values():
    for key in catalogue("zh"):
        assert placeholders(catalogue("zh")[key]) == placeholders(catalogue("en")[key]), key


def test_chinese_sentences_have_no_space_between_a_number_and_the_word_after_it():
    parts = [part for folder in (DASHBOARD, DASHBOARD.parent / "queries") for path in folder.rglob("*.py")
             for part in literals(path)]  # fmt: skip
    spaced = re.compile(r"(?:^|[\d%}]) (?=[\u4e00-\u9fff])(?!样本不足)")  # a name may stand apart from its verdict
    said = [*catalogue("zh").values(), *parts]
    assert [text for text in said if spaced.search(text) and "DOMAIN" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_empty(language):
    assert [key for key, text in catalogue(language).items() if not text.strip()] == []


def test_every_entry_is_used():
    patterns = key_patterns()
    assert [key for key in catalogue("zh") if not any(pattern.fullmatch(key) for pattern in patterns)] == []


def test_every_key_written_out_in_the_code_exists():
    sections = {key.split(".")[0] for key in catalogue("zh")}
    asked = set()
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                key = node.args[0].value
                if isinstance(key, str) and re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", key) and key.split(".")[0] in sections:
                    asked.add(key)
    assert {key for key in asked if key not in catalogue("zh") and not key.endswith((".csv", ".toml", ".py"))} == set()


def test_no_module_speaks_chinese_on_its_own():
    allowed = {"app.py": {"回音 Huiyin"}, "fonts.py": FONTS}  # the product's name, names of fonts
    found = {
        path: {text for text in literals(path) if CHINESE.search(text) and "Noto Sans" not in text}
        - allowed.get(path.name, set())
        for path in SOURCES
    }
    assert {str(path): texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("link", "browser", "setting", "language"),
    [
        ("en", "zh-CN", "zh", "en"),
        (None, "zh-TW", "en", "zh"),
        (None, "en_US", None, "en"),
        (None, "fr-FR", "en", "en"),
        (None, None, None, "zh"),
        ("xx", "en-GB", "zh", "en"),
    ],
)
def test_the_link_decides_the_language_then_the_browser_then_the_setting(link, browser, setting, language):
    assert choose_language(link, browser, setting) == language


def test_words_take_values():
    assert Words("en")("frame.as_of", day="30 Jun 2022") == "Data as of 30 Jun 2022"
    with pytest.raises(KeyError):
        Words("en")("frame.no_such_entry")
