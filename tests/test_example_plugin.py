"""The example of a plug-in, in an environment of its own: it lists, explains, finds and passes its tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

import kubelint

EXAMPLE = Path(__file__).parent.parent / "examples" / "plugin"
SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: LoadBalancer\n  ports:\n    - port: 8443\n"
)


def install(site: Path) -> None:
    """What an installer leaves behind: the package, and its metadata with the entry points of pyproject.toml."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())
    name, version = project["project"]["name"], project["project"]["version"]
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        shutil.copytree(EXAMPLE / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    metadata = site / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    points = project["project"]["entry-points"]
    lines = [f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in points[group].items()) for group in points]
    (metadata / "entry_points.txt").write_text("".join(lines))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with kubelint, what it needs, and the plug-in."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    install(site)
    source = Path(kubelint.__file__).parent.parent
    seen = [sysconfig.get_path("purelib"), *(str(source / name) for name in ("", "rules", "schemas"))]
    (site / "kubelint.pth").write_text("\n".join(seen) + "\n")
    return folder / "bin" / "python"


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
