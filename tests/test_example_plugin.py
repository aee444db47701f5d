"""The example of a plug-in and the one that docs/plugins.md shows: built, and installed into an environment of its own.

There they are listed and explained, find what they should, and pass their tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import kubelint

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "plugin"
FILE = re.compile(r"^(`{3,})\w+ file=(\S+)\n(.*?)^\1$", re.M | re.S)
SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: LoadBalancer\n  ports:\n    - port: 8443\n"
)


def environment(project: Path, folder: Path) -> Path:
    """The interpreter of a new environment with kubelint, what it needs, and the wheel of a project."""
    # Everything that building takes is a development dependency: nothing is fetched.
    pip = (sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet")
    offline = ("--no-index", "--no-deps")
    wheels = folder / "wheels"
    checked(*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(wheels), str(project))
    (wheel,) = wheels.iterdir()
    home = folder / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    checked(*pip, "--python", str(python), "install", *offline, str(wheel))
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    source = Path(kubelint.__file__).parent.parent
    seen = [sysconfig.get_path("purelib"), *(str(source / name) for name in ("", "rules", "schemas"))]
    (site / "kubelint.pth").write_text("\n".join(seen) + "\n")
    return python


def checked(*command: str) -> None:
    """Run a command that must not fail."""
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the example."""
    folder = tmp_path_factory.mktemp("example")
    project = shutil.copytree(EXAMPLE, folder / "project", ignore=shutil.ignore_patterns("__pycache__"))
    return environment(project, folder)


def ran(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What came of a command, without anything of this environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KUBELINT", "PYTEST"))}
    command = (str(python), "-m", *arguments)
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=120)


def test_its_rules_are_listed_and_explained(python: Path, tmp_path: Path) -> None:
    listed = json.loads(ran(python, tmp_path, "kubelint", "rules", "--format", "json").stdout)["rules"]
    own = {rule["id"]: (rule["severity"], rule["default"]) for rule in listed if rule["category"] == "shop"}
    assert own == {"cost-centre": ("warning", True), "public-port": ("error", False)}
    assert "Every load balancer is on the bill" in ran(python, tmp_path, "kubelint", "explain", "cost-centre").stdout


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("select: [shop]\n", ["a.yaml:6:9: warning: nobody is named who pays"]),
        (
            "select: [shop, public-port]\nprovider: gke\n",
            ["a.yaml:6:9: warning: nobody is named who pays", "a.yaml:8:13: error: the internet reaches port 8443"],
        ),
        ("select: [shop]\nrules: {cost-centre: {annotation: a.example.com/b}}\n", ["a.yaml:6:9: warning: nobody"]),
        ("select: [shop]\nseverity: {cost-centre: note}\n", ["a.yaml:6:9: note: nobody is named who pays"]),
        ("select: [shop]\nignore: [cost-centre]\n", []),
    ],
)
def test_its_rules_have_everything_that_built_in_ones_have(
    python: Path, tmp_path: Path, config: str, found: list[str]
) -> None:
    (tmp_path / "a.yaml").write_text(SERVICE)
    (tmp_path / ".kubelint.yaml").write_text(config)
    result = ran(python, tmp_path, "kubelint", "lint", "a.yaml", "--format", "concise", "-q")
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert len(lines) == len(found)
    assert all(line.startswith(start) for line, start in zip(lines, found, strict=True))


def test_its_own_tests_pass(python: Path, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    result = ran(python, tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert result.returncode == 0, result.stdout
    assert "6 passed" in result.stdout


def documented(folder: Path) -> None:
    """Write the files of the document into a folder, and those that its tree calls empty."""
    document = (ROOT / "docs" / "plugins.md").read_text()
    for _, name, content in FILE.findall(document):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    assert "    __init__.py             empty\n" in document
    (folder / "kubelint_shop" / "shop" / "__init__.py").touch()


def test_what_the_document_shows_is_a_whole_plugin(tmp_path: Path) -> None:
    project = tmp_path / "project"
    documented(project)
    python = environment(project, tmp_path)
    (tmp_path / "a.yaml").write_text(SERVICE)
    linted = ran(python, tmp_path, "kubelint", "lint", "a.yaml", "--select", "shop", "--format", "concise", "-q")
    assert (linted.stdout, linted.stderr) == ("a.yaml:6:9: warning: nobody is named who pays [cost-centre]\n", "")
    explained = ran(python, tmp_path, "kubelint", "explain", "cost-centre").stdout
    assert "Every load balancer is on the bill of the provider." in explained
    tested = ran(python, tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "project/tests")
    assert "3 passed" in tested.stdout
    # A wheel without the page is what setuptools makes of it by default.
    (page,) = tmp_path.glob("environment/**/cost_centre.md")
    page.unlink()
    lost = ran(python, tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "project/tests")
    assert lost.returncode != 0
    assert "rule cost-centre has no page" in lost.stdout
    assert "rule cost-centre has no page" in ran(python, tmp_path, "kubelint", "explain", "cost-centre").stdout


def test_the_document_and_the_example_ask_for_the_same_annotation() -> None:
    texts = [(ROOT / "docs" / "plugins.md").read_text(), *(path.read_text() for path in EXAMPLE.rglob("cost_centre.*"))]
    assert len(texts) == 3
    assert {name for text in texts for name in re.findall(r"[\w.]+/cost-centre", text)} == {
        "shop.example.com/cost-centre"
    }
