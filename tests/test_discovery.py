"""Which files a command line means, what a project's folder holds, and what .gitignore files leave out."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from kubelint import discovery
from kubelint.discovery import PathNotFound, expand, repository_of, search
from kubelint.paths import folders_upwards
from kubelint.plugins import load_rules, plugin_manager
from kubelint.run import Request, run

RULES = load_rules(plugin_manager())
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"

# What a developer's own git says must not change a test.
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}


@pytest.fixture(autouse=True)
def _nothing_above(tmp_path: Path) -> None:
    """No repository and no configuration stands above the folders of these tests."""
    assert repository_of(str(tmp_path)) is None
    for above in folders_upwards(str(tmp_path)):
        assert not any(os.path.exists(os.path.join(above, name)) for name in discovery.CONFIGURATION_NAMES)


def make(folder: Path, *names: str) -> None:
    """Write Services; a name that ends in `/` is a folder."""
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SERVICE)


def ignore(folder: Path, *lines: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))


def within(paths: Iterable[str], folder: Path) -> list[str]:
    return [os.path.relpath(path, folder) for path in paths]


def found(folder: Path) -> list[str]:
    return within(search(str(folder)).files, folder)


class TestSearch:
    def test_finds_yaml_and_json_at_any_depth_in_the_order_of_their_paths(self, tmp_path: Path) -> None:
        make(tmp_path, "b/c/d.yml", "a.yaml", "b.json", "README.md", "a.yaml.bak", "B.YAML", "b/a.yaml")
        assert found(tmp_path) == ["a.yaml", "b.json", "b/a.yaml", "b/c/d.yml"]

    def test_passes_over_hidden_folders_and_node_modules_but_not_hidden_files(self, tmp_path: Path) -> None:
        make(tmp_path, ".git/a.yaml", ".github/a.yaml", "node_modules/x/a.yaml", "x/node_modules/a.yaml", ".a.yaml")
        assert found(tmp_path) == [".a.yaml"]

    def test_tells_kustomizations_charts_and_configurations_apart(self, tmp_path: Path) -> None:
        make(tmp_path, "k/kustomization.yaml", "l/kustomization.yml", "m/Kustomization", "chart/Chart.yaml")
        make(tmp_path, "k/.kubelint.yaml", "l/pyproject.toml", "chart/templates/a.yaml")
        tree = search(str(tmp_path))
        assert within(tree.kustomizations, tmp_path) == [
            "k/kustomization.yaml",
            "l/kustomization.yml",
            "m/Kustomization",
        ]
        assert within(tree.charts, tmp_path) == ["chart"]
        assert within(tree.configurations, tmp_path) == ["k/.kubelint.yaml", "l/pyproject.toml"]
        assert within(tree.files, tmp_path) == ["chart/Chart.yaml", "chart/templates/a.yaml", "k/.kubelint.yaml"]

    def test_leaves_out_what_it_is_told_to(self, tmp_path: Path) -> None:
        make(tmp_path, "a.yaml", "b/c.yaml", "d/e.yaml")
        asked = []

        def excludes(path: str) -> bool:
            asked.append(os.path.relpath(path, tmp_path) + ("/" if path.endswith("/") else ""))
            return path.endswith(("/b/", "/e.yaml"))

        assert within(search(str(tmp_path), excludes).files, tmp_path) == ["a.yaml"]
        assert asked == ["a.yaml", "b/", "d/", "d/e.yaml"]

    def test_a_link_to_a_file_is_a_file_and_one_to_a_folder_is_not_followed(self, tmp_path: Path) -> None:
        make(tmp_path, "real/a.yaml", "elsewhere/b.yaml", "project/")
        (tmp_path / "project/a.yaml").symlink_to("../real/a.yaml")
        (tmp_path / "project/folder").symlink_to("../elsewhere")
        (tmp_path / "project/folder.yaml").symlink_to("../elsewhere")
        (tmp_path / "project/loop").symlink_to(".")
        (tmp_path / "project/dangling.yaml").symlink_to("nowhere.yaml")
        assert found(tmp_path / "project") == ["a.yaml"]

    def test_links_that_lead_in_a_circle_are_passed_over(self, tmp_path: Path) -> None:
        make(tmp_path, "a.yaml")
        (tmp_path / "b.yaml").symlink_to("c.yaml")
        (tmp_path / "c.yaml").symlink_to("b.yaml")
        assert found(tmp_path) == ["a.yaml"]

    def test_a_fifo_in_a_folder_is_not_opened(self, tmp_path: Path) -> None:
        make(tmp_path, "a.yaml")
        os.mkfifo(tmp_path / "b.yaml")
        assert found(tmp_path) == ["a.yaml"]

    def test_a_folder_that_cannot_be_read_is_said_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make(tmp_path, "a.yaml", "secret/b.yaml")
        forbid(monkeypatch, tmp_path / "secret")
        assert found(tmp_path) == ["a.yaml", "secret"]
        report = run(Request(str(tmp_path), isolated=True), RULES).report
        assert [(finding.rule, os.path.relpath(finding.span.source.path, tmp_path)) for finding in report.findings] == [
            ("unreadable-file", "secret")
        ]

    def test_a_folder_that_vanishes_meanwhile_holds_nothing(self, tmp_path: Path) -> None:
        assert found(tmp_path / "gone") == []

    def test_names_that_are_no_utf8_or_hold_blanks_and_line_breaks(self, tmp_path: Path) -> None:
        names = ["two words.yaml", "line\nbreak.yaml", os.fsdecode(b"\xff\xfe.yaml"), "ä ö.yaml"]
        make(tmp_path, *names)
        assert sorted(found(tmp_path)) == sorted(names)


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a folder unreadable, even for root, to whom permissions are nothing."""
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)


IGNORED = [
    # patterns, what of the files is left
    (("a.yaml",), "b.yaml d/b.yaml d/e/a.yml"),
    (("/a.yaml",), "b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("d/a.yaml",), "a.yaml b.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("e/a.yaml",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("**/e/a.yaml",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yml"),
    (("d/**/a.yaml",), "a.yaml b.yaml d/b.yaml d/e/a.yml"),
    (("d/",), "a.yaml b.yaml"),
    (("d",), "a.yaml b.yaml"),
    (("e/",), "a.yaml b.yaml d/a.yaml d/b.yaml"),
    (("a.yaml/",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("/d/e",), "a.yaml b.yaml d/a.yaml d/b.yaml"),
    (("*.yaml", "!b.yaml"), "b.yaml d/b.yaml d/e/a.yml"),
    (("!b.yaml", "*.yaml"), "d/e/a.yml"),
    (("d/", "!d/b.yaml"), "a.yaml b.yaml"),
    (("d/**", "!d/b.yaml"), "a.yaml b.yaml d/b.yaml"),
    (("d/*", "!d/b.yaml"), "a.yaml b.yaml d/b.yaml"),
    (("d/*", "!d/e/"), "a.yaml b.yaml d/e/a.yaml d/e/a.yml"),
    (("*.yaml", "!d"), "d/e/a.yml"),
    (("?.yml",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml"),
    (("[!b].yaml",), "b.yaml d/b.yaml d/e/a.yml"),
    (("[a-b].yaml",), "d/e/a.yml"),
    (("# a.yaml", "", "   "), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("b.yaml   ",), "a.yaml d/a.yaml d/e/a.yaml d/e/a.yml"),
    (("b.yaml\r",), "a.yaml d/a.yaml d/e/a.yaml d/e/a.yml"),
    (("b.yaml\\ ",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("\\b.yaml",), "a.yaml d/a.yaml d/e/a.yaml d/e/a.yml"),
    (("{a,b}.yaml",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("./a.yaml",), "a.yaml b.yaml d/a.yaml d/b.yaml d/e/a.yaml d/e/a.yml"),
    (("\ufeffb.yaml",), "a.yaml d/a.yaml d/e/a.yaml d/e/a.yml"),
]


class TestGitignore:
    @pytest.mark.parametrize(("lines", "left"), IGNORED, ids=lambda value: repr(value))
    def test_patterns(self, tmp_path: Path, lines: tuple[str, ...], left: str) -> None:
        make(tmp_path, "a.yaml", "b.yaml", "d/a.yaml", "d/b.yaml", "d/e/a.yaml", "d/e/a.yml")
        ignore(tmp_path, *lines)
        assert found(tmp_path) == left.split()
        assert left.split() == unignored_by_git(tmp_path)

    def test_escapes_take_a_character_as_it_is(self, tmp_path: Path) -> None:
        make(tmp_path, "#a.yaml", "!b.yaml", "c.yaml ", "{d,e}.yaml", "*.yaml", "f.yaml")
        (tmp_path / "c.yaml ").rename(tmp_path / "c .yaml")
        ignore(tmp_path, r"\#a.yaml", r"\!b.yaml", r"c\ .yaml", "{d,e}.yaml", r"\*.yaml")
        assert found(tmp_path) == ["f.yaml"] == unignored_by_git(tmp_path)

    def test_the_deeper_file_decides(self, tmp_path: Path) -> None:
        make(tmp_path, "a.yaml", "d/a.yaml", "d/b.yaml", "e/a.yaml")
        ignore(tmp_path, "a.yaml", "!b.yaml")
        ignore(tmp_path / "d", "!a.yaml", "/b.yaml")
        assert found(tmp_path) == ["d/a.yaml"] == unignored_by_git(tmp_path)

    def test_patterns_of_bytes_that_are_no_utf8(self, tmp_path: Path) -> None:
        make(tmp_path, os.fsdecode(b"\xff.yaml"), "a.yaml")
        ignore(tmp_path, os.fsdecode(b"\xff.yaml"))
        assert found(tmp_path) == ["a.yaml"]

    def test_of_the_files_above_those_of_the_repository_count(self, tmp_path: Path) -> None:
        make(tmp_path, "repository/.git/", "repository/d/a.yaml", "repository/d/b.yaml", "repository/d/c.yaml")
        ignore(tmp_path, "c.yaml")
        ignore(tmp_path / "repository", "a.yaml")
        assert found(tmp_path / "repository/d") == ["b.yaml", "c.yaml"]
        shutil.rmtree(tmp_path / "repository/.git")
        assert found(tmp_path / "repository/d") == ["a.yaml", "b.yaml", "c.yaml"]

    def test_a_folder_that_is_ignored_is_searched_where_it_is_asked_for(self, tmp_path: Path) -> None:
        make(tmp_path, ".git/", "vendor/a.yaml", "vendor/b/c.yaml")
        ignore(tmp_path, "vendor/")
        assert found(tmp_path) == []
        assert found(tmp_path / "vendor") == ["a.yaml", "b/c.yaml"]

    @pytest.mark.parametrize("seed", range(40))
    def test_agrees_with_git_on_generated_trees_and_patterns(self, tmp_path: Path, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(chance.randint(8, 25)):
            folders = [chance.choice(FOLDERS) for _ in range(chance.randint(0, 2))]
            make(tmp_path, "/".join([*folders, chance.choice(FILES)]))
        ignore(tmp_path, *generated_patterns(chance))
        for folder in sorted(path for path in tmp_path.rglob("*") if path.is_dir()):
            if chance.random() < 0.2:
                ignore(folder, *generated_patterns(chance))
        patterns = {str(path): path.read_text() for path in tmp_path.rglob(".gitignore")}
        assert found(tmp_path) == unignored_by_git(tmp_path), patterns


FOLDERS = ("a", "b", "a b", "b.yaml")
FILES = ("a.yaml", "b.yml", "ab.yaml", "#a.yaml", "!b.yml", "a{b}.yaml")
# Not among them: `**` beside other characters and classes such as `[[:alpha:]]`, which git reads in ways of its own.
PIECES = ("*", "*", "?", "a", "b", "[ab]", "[!a]", "[a-c]", ".yaml", ".yml", "*.y*ml", "\\a", "\\#", "{", "}", " ")


def generated_patterns(chance: random.Random) -> list[str]:
    patterns = []
    for _ in range(chance.randint(1, 4)):
        folders = [generated_name(chance, FOLDERS) for _ in range(chance.choice((0, 0, 1, 1, 2)))]
        start = chance.choice(("", "", "", "", "/", "!", "!/", "#", "\\"))
        end = chance.choice(("", "", "", "/", " ", "  ", "\\ ", "\r"))
        patterns.append(start + "/".join([*folders, generated_name(chance, FILES + FOLDERS)]) + end)
        if chance.random() < 0.5:
            # Something beside or above it is brought back.
            patterns.append(f"!{'/'.join([*folders, chance.choice(FILES + FOLDERS)][-chance.randint(1, 3) :])}{end}")
    return patterns


def generated_name(chance: random.Random, names: tuple[str, ...]) -> str:
    kind = chance.random()
    if kind < 0.5:
        return chance.choice(names)
    if kind < 0.7:
        return chance.choice(("*", "**", "*.yaml", "*.y*ml", "a*", "?"))
    return "".join(chance.choices(PIECES, k=chance.randint(1, 3))).replace("**", "*")


def unignored_by_git(folder: Path) -> list[str]:
    """The files with our suffixes that `git check-ignore` does not name, in their order."""
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file() and path.suffix in (".yaml", ".yml"))
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True, env=GIT)
    try:
        checked = subprocess.run(
            ["git", "check-ignore", "--no-index", "--stdin", "-z"],
            input="\0".join(files).encode(),
            cwd=folder,
            env=GIT,
            capture_output=True,
        )
    finally:
        shutil.rmtree(folder / ".git")
    assert checked.returncode in (0, 1), checked.stderr
    return within((file for file in files if file not in set(os.fsdecode(checked.stdout).split("\0"))), folder)


class TestExpand:
    def test_files_and_folders_are_taken_as_they_are_and_once(self, tmp_path: Path) -> None:
        make(tmp_path, "a.yaml", "d/b.txt")
        given = ["d", "a.yaml", "./d/../a.yaml", str(tmp_path / "a.yaml"), "d/b.txt"]
        assert within(expand(given, str(tmp_path)), tmp_path) == ["d", "a.yaml", "d/b.txt"]

    @pytest.mark.parametrize(
        ("pattern", "meant"),
        [
            ("*.yaml", "a.yaml b.yaml"),
            ("[b-z].yaml", "b.yaml"),
            ("?.yaml", "a.yaml b.yaml"),
            ("d/*", "d/c.yaml d/e d/f.txt"),
            ("*/*.yaml", "d/c.yaml"),
            ("d/*/", "d/e"),
            ("**/*.yaml", "a.yaml b.yaml d/c.yaml d/e/g.yaml"),
            ("d/**/g.yaml", "d/e/g.yaml"),
            ("d/**", "d d/e"),
            (".*/*.yaml", ".h/i.yaml"),
            (".h/*.yaml", ".h/i.yaml"),
            ("d/../*.yaml", "a.yaml b.yaml"),
        ],
    )
    def test_a_pattern_is_expanded_as_a_shell_does_it(self, tmp_path: Path, pattern: str, meant: str) -> None:
        make(tmp_path, "a.yaml", "b.yaml", "d/c.yaml", "d/e/g.yaml", "d/f.txt", ".h/i.yaml")
        assert within(expand([pattern], str(tmp_path)), tmp_path) == meant.split()
        assert within(expand([f"{tmp_path}/{pattern}"], "/"), tmp_path) == meant.split()

    def test_a_file_that_is_called_like_a_pattern_is_that_file(self, tmp_path: Path) -> None:
        make(tmp_path, "[ab].yaml", "a.yaml")
        assert within(expand(["[ab].yaml"], str(tmp_path)), tmp_path) == ["[ab].yaml"]

    def test_a_current_folder_that_is_called_like_a_pattern(self, tmp_path: Path) -> None:
        make(tmp_path, "x[1]/a.yaml")
        assert within(expand(["*.yaml"], str(tmp_path / "x[1]")), tmp_path) == ["x[1]/a.yaml"]

    def test_two_stars_follow_no_link_and_so_come_to_an_end(self, tmp_path: Path) -> None:
        make(tmp_path, "d/a.yaml")
        (tmp_path / "d/one").symlink_to(".")
        (tmp_path / "d/two").symlink_to(".")
        assert within(expand(["**/*.yaml"], str(tmp_path)), tmp_path) == ["d/a.yaml"]
        assert within(expand(["d/one/*.yaml"], str(tmp_path)), tmp_path) == ["d/one/a.yaml"]

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("b.yaml", "no such file or folder: b.yaml"),
            ("", "no such file or folder: "),
            ("*.json", "no file matches *.json"),
            ("d/**/*.yml", "no file matches d/**/*.yml"),
            ("a.yaml/*", "no file matches a.yaml/*"),
        ],
    )
    def test_what_names_nothing_is_said_so(self, tmp_path: Path, path: str, message: str) -> None:
        make(tmp_path, "a.yaml", "d/")
        with pytest.raises(PathNotFound, match=f"^{re.escape(message)}$"):
            expand([path], str(tmp_path))

    def test_a_fifo_that_is_named_is_read(self, tmp_path: Path) -> None:
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        text = SERVICE.replace("port: 80", "port: [80]")
        writer = threading.Thread(target=fifo.write_text, args=(text,), daemon=True)
        writer.start()
        report = run(Request(str(tmp_path), ("fifo",), isolated=True), RULES).report
        writer.join()
        assert [finding.rule for finding in report.findings] == ["wrong-type"]

    def test_names_that_are_no_utf8_or_hold_blanks_and_line_breaks(self, tmp_path: Path) -> None:
        names = ["two words.yaml", "line\nbreak.yaml", os.fsdecode(b"\xff\xfe.yaml")]
        make(tmp_path, *names)
        assert within(expand(names, str(tmp_path)), tmp_path) == names
        assert run(Request(str(tmp_path), tuple(names), isolated=True), ()).report.counts.services == 3


def test_the_repository_of_a_folder(tmp_path: Path) -> None:
    make(tmp_path, "a/.git/", "a/b/c/", "worktree/.git", "worktree/d/")
    assert repository_of(str(tmp_path / "a/b/c")) == str(tmp_path / "a")
    assert repository_of(str(tmp_path / "worktree/d")) == str(tmp_path / "worktree"), "a .git file, as in a worktree"
    assert repository_of(str(tmp_path)) is None
