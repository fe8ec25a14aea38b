"""What a newcomer is told is true: dependencies, commands, files, scripts."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from dashboard.cli import app

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTS = ("README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def dependencies() -> list[str]:
    groups = PROJECT["dependency-groups"].values()
    stated = PROJECT["project"]["dependencies"] + [each for group in groups for each in group if isinstance(each, str)]
    return sorted({re.split(r"[^A-Za-z0-9-]", each)[0] for each in stated})


@pytest.mark.parametrize("name", dependencies())
def test_every_dependency_says_what_it_is_here_for(name: str) -> None:
    assert re.search(rf"^- .*`{re.escape(name)}`.*: \S", text_of("CONTRIBUTING.md"), re.MULTILINE)


def test_no_dependency_is_explained_that_is_gone() -> None:
    section = text_of("CONTRIBUTING.md").split("## Dependencies")[1].split("\n## ")[0]
    explained = {
        name for line in section.splitlines() if line.startswith("- ") for name in re.findall(r"`([^`]+)`", line)
    }
    assert explained == set(dependencies())


@pytest.mark.parametrize("name", dependencies())
def test_every_dependency_is_in_the_lock_file(name: str) -> None:
    assert f'name = "{name}"\n' in text_of("uv.lock")


def commands_named(document: str) -> set[str]:
    return set(re.findall(r"\bhuiyin ([a-z]+)", re.sub(r"huiyin-data|HUIYIN", "", text_of(document))))


@pytest.mark.parametrize("document", ["README.md", "README.zh.md"])
def test_the_readme_names_exactly_the_commands_there_are(document: str) -> None:
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {str(group.name) for group in app.registered_groups}
    assert commands_named(document) == known


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", text_of(document))) - {"sure", "what"} <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text_of(document)):
        assert target.startswith("https://") or (ROOT / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_named_is_read_somewhere(document: str) -> None:
    code = "".join(file.read_text(encoding="utf-8") for part in ("queries", "dashboard", "tests") for file in
                   (ROOT / part).rglob("*.py") if file != Path(__file__))  # fmt: skip
    for name in set(re.findall(r"\bHUIYIN_[A-Z_]+", text_of(document))):
        assert f'"{name}"' in code, name


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    english, chinese = text_of("README.md"), text_of("README.zh.md")
    assert english.count("\n## ") == chinese.count("\n## ")
    assert set(re.findall(r"`(HUIYIN_\w+)`", english)) == set(re.findall(r"`(HUIYIN_\w+)`", chinese))
    assert english.count("```") == chinese.count("```")


@pytest.mark.parametrize("script", ["setup.sh", ".ci/run"])
def test_scripts_are_valid_shell(script: str) -> None:
    shell = "sh" if script.endswith(".sh") else "bash"
    subprocess.run([shell, "-n", ROOT / script], check=True)


def test_setup_refuses_a_purpose_it_does_not_know() -> None:
    done = subprocess.run(["sh", ROOT / "setup.sh", "fly"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "run, test, lint, bench" in done.stderr


def test_setup_names_the_version_of_python_it_needs(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("setup.sh", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, clone)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname", "cat", "cksum", "id"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    old = tools / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    command = [shutil.which("sh") or "sh", str(clone / "setup.sh"), "run"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": str(tools)})
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "3.9.2" in done.stderr


def test_no_registry_is_hard_coded() -> None:
    for name in ("setup.sh", "Makefile", ".ci/run", "pyproject.toml"):
        assert not re.search(r"https?://(?!127\.0\.0\.1|\$\(HOST\))", text_of(name)), name
