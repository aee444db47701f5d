"""The command line as a user meets it: what goes in, what comes out, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from kubelint import Finding, Service, Severity, __version__, commands, finding, output
from kubelint.commands import lint as lint_command
from kubelint.commands import main
from kubelint.discovery import CONFIGURATION_NAMES, repository_of
from kubelint.paths import folders_upwards
from kubelint.plugins import load_rules, plugin_manager
from kubelint.rule import Rule

CLEAN = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n"
WARNING = CLEAN.replace("ports:", "type: NodePort\n  ports:").replace("[{port: 80}]", "[{port: 80, nodePort: 30080}]")
REFUSED = CLEAN.replace("[{port: 80}]", "80")
SELECT = "node-port-service,wrong-type,syntax,unknown-suppression,unused-suppression,selector-matches-nothing"


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str


class Shell:
    """A folder to be in, and commands that are run there, in this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.capture = capture

    def write(self, **texts: str) -> None:
        """Write files: `a` is a.yaml."""
        for name, text in texts.items():
            (self.folder / f"{name}.yaml").write_text(text)

    def __call__(self, *arguments: str, stdin: bytes | None = None) -> Ran:
        with self.monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["kubelint", *arguments])
            # Without a dash among the paths nobody may so much as look at it.
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)) if stdin is not None else None)
            with pytest.raises(SystemExit) as ended:
                main()
        written = self.capture.readouterr()
        assert isinstance(ended.value.code, int)
        assert b"Traceback" not in written.err
        return Ran(ended.value.code, written.out.decode(), written.err.decode())

    def lint(self, *arguments: str, stdin: bytes | None = None) -> Ran:
        """Lint with a few rules, one line a finding."""
        chosen = () if "--select" in arguments else ("--select", SELECT)
        format = () if "--format" in arguments else ("--format", "concise")
        return self("lint", *chosen, *format, *arguments, stdin=stdin)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Shell:
    assert repository_of(str(tmp_path)) is None
    for above in folders_upwards(str(tmp_path)):
        assert not any(os.path.exists(os.path.join(above, name)) for name in CONFIGURATION_NAMES)
    for name in ("NO_COLOR", "FORCE_COLOR", "KUBELINT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    # The process that runs the tests goes on.
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    return Shell(tmp_path, monkeypatch, capsysbinary)


def process(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kubelint", *arguments]
    return subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, timeout=60)


WARNED = "a.yaml:5:9: warning: every node of the cluster opens a port for this Service [node-port-service]\n"


class TestExitCode:
    @pytest.mark.parametrize(
        ("text", "arguments", "code"),
        [
            (CLEAN, (), 0),
            (WARNING, (), 1),
            (WARNING, ("--fail-on", "note"), 1),
            (WARNING, ("--fail-on", "warning"), 1),
            (WARNING, ("--fail-on", "error"), 0),
            (WARNING, ("--fail-on", "never"), 0),
            (REFUSED, (), 1),
            (REFUSED, ("--fail-on", "error"), 1),
            (REFUSED, ("--fail-on", "never"), 0),
            (WARNING, ("--ignore", "node-port-service"), 0),
            (WARNING, ("--select", "wrong-type"), 0),
            (f"# kubelint: ignore[node-port-service]\n{WARNING}", (), 0),
            (f"# kubelint: ignore[node-port-service]\n{WARNING}", ("--no-suppressions",), 1),
            ("just: data\n", (), 0),
            ("", (), 0),
        ],
    )
    def test_of_a_file(self, shell: Shell, text: str, arguments: tuple[str, ...], code: int) -> None:
        shell.write(a=text)
        assert shell.lint("a.yaml", *arguments).code == code

    def test_of_a_note(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        (shell.folder / ".kubelint.yaml").write_text("severity: {node-port-service: note}\n")
        assert shell.lint().code == 0
        assert shell.lint("--fail-on", "note").code == 1

    def test_of_the_configuration_unless_the_command_line_says_otherwise(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        (shell.folder / ".kubelint.yaml").write_text("fail-on: error\n")
        assert shell.lint().code == 0
        assert shell.lint("--fail-on", "warning").code == 1

    def test_of_an_empty_folder(self, shell: Shell) -> None:
        assert shell.lint() == Ran(0, "", "nothing found in 0 files, 0 documents, 0 Services\n")

    def test_after_a_crash_is_two_and_the_others_still_report(self, shell: Shell) -> None:
        def crashing(service: Service) -> Iterator[Finding]:
            """A rule that crashes."""
            raise ValueError("oh")

        def sound(service: Service) -> Iterator[Finding]:
            """A rule that does not."""
            yield finding(service.name_place, "sound", help="")

        rules = [Rule(check, Severity.NOTE, "wiring", True) for check in (crashing, sound)]
        shell.monkeypatch.setattr(lint_command, "all_rules", lambda: rules)
        shell.write(a=CLEAN)
        ran = shell("lint", "--format", "concise", "--fail-on", "never")
        sound_line, fault_line = ran.out.splitlines()
        assert sound_line == "a.yaml:3:18: note: sound [sound]"
        assert fault_line.startswith("a.yaml: internal error: rule crashing crashed on Service web: ValueError: oh (")
        assert ran.code == 2
        assert ran.err == "1 note in 1 file, 1 document, 1 Service; 1 internal fault\n"

    def test_after_an_internal_error_is_two_without_a_traceback_unless_one_asks(self, shell: Shell) -> None:
        def fails() -> None:
            raise RuntimeError("oh")

        shell.monkeypatch.setattr(lint_command, "all_rules", fails)
        ran = shell("lint")
        assert ran.code == 2
        assert ran.err.startswith("kubelint: internal error: RuntimeError: oh\nkubelint: please report it at ")
        shell.monkeypatch.setenv("KUBELINT_TRACEBACK", "1")
        shell.monkeypatch.setattr(sys, "argv", ["kubelint", "lint"])
        with pytest.raises(RuntimeError, match="oh"):
            main()


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("lint", "gone.yaml"), "no such file or folder: gone.yaml"),
            (("lint", "a.yaml", "gone/*.yaml"), "no file matches gone/*.yaml"),
            (("lint", "--slect", "x"), "Did you mean"),
            (("lint", "--format", "sarf"), "'sarf' is not one of "),
            (("lint", "--fail-on", "sometimes"), "'sometimes' is not one of 'error', 'warning', 'note', 'never'"),
            (("lint", "--select", "node-port-servce"), "--select: unknown rule or category `node-port-servce`"),
            (("lint", "--select", "node-port-servce"), "did you mean `node-port-service`?"),
            (("lint", "--select", "ALL,exposur"), "did you mean `exposure`?"),
            (("lint", "--ignore", "node-port-servce"), "--ignore: unknown rule or category `node-port-servce`"),
            (("lint", "--kubernetes-version", "1.3"), "--kubernetes-version: unknown Kubernetes version `1.3`"),
            (("lint", "--kubernetes-version", "1.99"), "Known are `1."),
            (("lint", "--provider", "gkee"), "unknown provider `gkee` in `provider`; did you mean `gke`?"),
            (("lint", "--namespace", "No_Such"), "--namespace: `No_Such` in `namespace` is no name of a namespace"),
            (("lint", "--config", "gone.yaml"), "gone.yaml: cannot be read: No such file or directory"),
            (("lint", "--config", "a.yaml", "--isolated"), "--isolated and --config exclude each other"),
            (("lint", "--stdin-filename", "a.yaml"), "--stdin-filename goes with the path `-`"),
            (("lint", "--report", "sarif"), "'sarif' is not FORMAT=FILE"),
            (("lint", "--report", "sarf=x"), "there is no format 'sarf'; there are "),
            (("lint", "--color", "maybe"), "'maybe' is not one of 'auto', 'always', 'never'"),
            (("lnit",), "there is no command 'lnit'; did you mean 'lint'?"),
            (("frobnicate",), "there is no command 'frobnicate'; there are explain, exposure, lint, rules"),
            (("explain",), "Missing argument 'RULE'"),
            (("explain", "node-port-servce"), "there is no rule `node-port-servce`; did you mean `node-port-service`?"),
            (("explain", "xyz"), "there is no rule `xyz`; `kubelint rules` lists them"),
            (("rules", "--format", "yaml"), "'yaml' is not one of 'text', 'json'"),
        ],
    )
    def test_that_is_wrong_ends_with_two_and_says_so(
        self, shell: Shell, arguments: tuple[str, ...], message: str
    ) -> None:
        shell.write(a=CLEAN)
        ran = shell(*arguments)
        assert (ran.code, ran.out) == (2, "")
        # Click wraps long texts.
        assert message in " ".join(ran.err.split())

    def test_a_wrong_configuration_is_said_with_its_place(self, shell: Shell) -> None:
        shell.write(a=CLEAN)
        (shell.folder / ".kubelint.yaml").write_text("ignore: []\nselct: [ALL]\nprovider: 7\n")
        ran = shell.lint()
        assert ran.code == 2
        first, second = ran.err.splitlines()
        assert first.startswith(".kubelint.yaml:2:1: error: unknown key `selct`; did you mean `select`?")
        assert second.startswith(".kubelint.yaml:3:11: error: `provider` takes a text")

    @pytest.mark.parametrize("option", ["--help", "-h"])
    def test_help(self, shell: Shell, option: str) -> None:
        ran = shell(option)
        assert ran.code == 0
        assert all(f"  {name} " in ran.out for name in ("explain", "lint", "rules"))
        for name in ("explain", "lint", "rules"):
            ran = shell(name, option)
            assert ran.code == 0
            assert ran.out.startswith(f"Usage: kubelint {name} [OPTIONS]")

    def test_version(self, shell: Shell) -> None:
        assert shell("--version") == Ran(0, f"kubelint {__version__}\n", "")

    def test_without_a_command_is_help(self, shell: Shell) -> None:
        ran = shell()
        assert ran.code == 2
        assert "Usage: kubelint" in ran.out + ran.err

    def test_every_module_is_a_command_and_has_help(self) -> None:
        folder = Path(commands.__file__).parent
        names = sorted(path.stem for path in folder.glob("[!_]*.py"))
        context = commands.click.Context(commands.kubelint)
        assert commands.kubelint.list_commands(context) == names
        for name in names:
            command = commands.kubelint.get_command(context, name)
            assert command is not None
            assert command.help
            undocumented = [one for one in command.params if isinstance(one, commands.click.Option) and not one.help]
            assert undocumented == []


class TestOutput:
    def test_findings_go_to_stdout_and_the_summary_to_stderr(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        assert shell.lint() == Ran(1, WARNED, "1 warning in 1 file, 1 document, 1 Service\n")
        assert shell.lint("--quiet") == Ran(1, WARNED, "")
        assert shell.lint("-q") == Ran(1, WARNED, "")

    @pytest.mark.parametrize("name", output.names())
    def test_every_format_is_printed(self, shell: Shell, name: str) -> None:
        shell.write(a=WARNING)
        ran = shell.lint("--format", name)
        assert ran.code == 1
        assert "every node of the cluster" in ran.out
        if name in ("json", "sarif"):
            json.loads(ran.out)

    def test_text_is_the_default(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        ran = shell("lint", "--select", SELECT)
        assert ran.out.startswith(WARNED)
        assert "  = help: " in ran.out

    def test_paths_are_relative_to_the_current_folder_where_they_lie_below_it(self, shell: Shell) -> None:
        (shell.folder / "below").mkdir()
        shell.write(a=WARNING, **{"below/b": WARNING})
        assert [line.partition(":")[0] for line in shell.lint().out.splitlines()] == ["a.yaml", "below/b.yaml"]
        shell.folder /= "below"
        assert shell.lint("../a.yaml", "b.yaml").out.splitlines()[0].startswith(f"{shell.folder.parent}/a.yaml:5:9: ")

    def test_verbose_lists_what_was_left_out(self, shell: Shell) -> None:
        lonely = CLEAN.replace("spec:", "spec:\n  selector: {app: web}")
        shell.write(a=lonely, b=CLEAN.replace("web", "${NAME}"))
        hint = " (--verbose lists what is skipped and undecided)\n"
        summary = "nothing found in 2 files, 2 documents, 1 Service; 1 skipped; 1 undecided"
        assert shell.lint() == Ran(0, "", summary + hint)
        *listed, _ = shell.lint("--verbose").err.splitlines()
        assert listed[0] == "b.yaml:1: skipped: placeholder `${NAME}`"
        assert re.fullmatch(r"a\.yaml:1: cannot tell: .* \[selector-matches-nothing\]", listed[1])
        assert len(listed) == 2

    def test_the_summary_counts_what_is_suppressed(self, shell: Shell) -> None:
        shell.write(a=WARNING.replace("NodePort\n", "NodePort # kubelint: ignore[node-port-service]\n"), b=REFUSED)
        assert shell.lint().err == "1 error in 2 files, 2 documents, 2 Services; 1 suppressed\n"
        assert shell.lint("--no-suppressions").err == "1 error, 1 warning in 2 files, 2 documents, 2 Services\n"

    def test_color(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        assert "\x1b[" in shell.lint("--color", "always").out
        assert "\x1b[" not in shell.lint("--color", "never").out
        assert "\x1b[" not in shell.lint().out
        shell.monkeypatch.setenv("FORCE_COLOR", "1")
        assert "\x1b[" in shell.lint().out

    def test_lists_are_separated_by_commas_or_given_again(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        for chosen in (
            ("--select", " wrong-type , node-port-service,"),
            ("--select", "syntax", "--select", "exposure"),
        ):
            assert "[node-port-service]" in shell.lint(*chosen).out

    def test_what_the_cluster_is_said_to_be_reaches_the_rules(self, shell: Shell) -> None:
        seen = []

        def curious(service: Service, cluster: object) -> Iterator[Finding]:
            """Looks at the cluster."""
            seen.append((cluster.version, cluster.provider, service.namespace))
            return iter(())

        rules = [Rule(curious, Severity.NOTE, "wiring", True)]
        shell.monkeypatch.setattr(lint_command, "all_rules", lambda: rules)
        shell.write(a=CLEAN)
        assert shell("lint", "--kubernetes-version", "1.34", "--provider", "gke", "--namespace", "shop").code == 0
        assert seen == [("1.34", "gke", "shop")]


class TestStandardInput:
    def test_is_read_where_a_dash_stands(self, shell: Shell) -> None:
        ran = shell.lint("-", stdin=WARNING.encode())
        assert (ran.code, ran.out) == (1, WARNED.replace("a.yaml", "<stdin>"))

    def test_stands_for_the_file_that_it_is_named_after(self, shell: Shell) -> None:
        shell.write(a=CLEAN)
        (shell.folder / ".kubelint.yaml").write_text("per-file-ignores: {'ignored/*': [ALL]}\n")
        assert shell.lint("-", "--stdin-filename", "a.yaml", stdin=WARNING.encode()).out == WARNED
        assert shell.lint("-", "--stdin-filename", "ignored/a.yaml", stdin=WARNING.encode()).out == ""

    def test_that_is_no_text_is_an_error(self, shell: Shell) -> None:
        ran = shell.lint("-", stdin=b"\xff\xff")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "Error: standard input: the file is not UTF-8 text; save it as UTF-8\n"


class TestReport:
    def test_is_written_beside_what_is_printed(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        ran = shell.lint(
            "--report", "json=out/a.json", "--report", "sarif=b.sarif", "--report", f"concise={shell.folder}/c"
        )
        assert ran.out == WARNED
        assert json.loads((shell.folder / "out/a.json").read_text())["findings"][0]["rule"] == "node-port-service"
        assert json.loads((shell.folder / "b.sarif").read_text())["version"] == "2.1.0"
        assert (shell.folder / "c").read_text() == WARNED

    def test_says_the_same_as_what_is_printed(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        for name in output.names():
            printed = shell.lint("--format", name, "--report", f"{name}=report").out
            assert (shell.folder / "report").read_text() == printed

    def test_has_no_colour_and_the_permissions_of_any_new_file(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        mask = os.umask(0o027)
        try:
            shell.lint("--color", "always", "--report", "text=report")
        finally:
            os.umask(mask)
        assert "\x1b[" not in (shell.folder / "report").read_text()
        assert stat.S_IMODE((shell.folder / "report").stat().st_mode) == 0o640

    def test_is_whole_or_not_there(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        (shell.folder / "report").write_text("the last one")

        def fails(*arguments: object) -> None:
            raise OSError(28, "No space left on device")

        for name in ("replace", "chmod"):
            with shell.monkeypatch.context() as patch:
                patch.setattr(os, name, fails)
                ran = shell.lint("--report", "json=report")
            assert ran.code == 2
            assert ran.err == "Error: the report report cannot be written: No space left on device\n"
            assert (shell.folder / "report").read_text() == "the last one"
            assert sorted(path.name for path in shell.folder.iterdir()) == ["a.yaml", "report"], (
                "nothing is left behind"
            )

    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("a.yaml/report", "Not a directory|File exists"),
            ("folder", "Is a directory"),
            ("dangling", "No such file or directory"),
        ],
    )
    def test_that_cannot_be_written_is_an_error(self, shell: Shell, path: str, why: str) -> None:
        shell.write(a=WARNING)
        (shell.folder / "folder").mkdir()
        (shell.folder / "dangling").symlink_to("gone/report")
        ran = shell.lint("--report", f"json={path}")
        assert ran.code == 2
        assert re.fullmatch(f"Error: the report {path} cannot be written: ({why})\n", ran.err)
        assert (shell.folder / "a.yaml").read_text() == WARNING

    def test_into_a_folder_that_one_may_not_write_to(self, shell: Shell) -> None:
        shell.write(a=WARNING)

        def refuses(*arguments: object, **how: object) -> None:
            raise PermissionError(13, "Permission denied")

        # Root may write anywhere.
        shell.monkeypatch.setattr("tempfile.NamedTemporaryFile", refuses)
        ran = shell.lint("--report", "json=report")
        assert (ran.code, ran.err) == (2, "Error: the report report cannot be written: Permission denied\n")

    def test_goes_through_a_pipe_and_a_link(self, shell: Shell) -> None:
        shell.write(a=WARNING)
        (shell.folder / "target").write_text("old")
        (shell.folder / "link").symlink_to("target")
        os.mkfifo(shell.folder / "pipe")
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.append((shell.folder / "pipe").read_text()), daemon=True)
        reader.start()
        assert shell.lint("--report", "concise=pipe", "--report", "concise=link").code == 1
        reader.join(10)
        assert read == [WARNED]
        assert (shell.folder / "target").read_text() == WARNED
        assert (shell.folder / "link").is_symlink()
        assert stat.S_ISFIFO((shell.folder / "pipe").stat().st_mode)

    @pytest.mark.parametrize("name", output.names())
    def test_of_a_file_whose_name_is_no_utf8(self, shell: Shell, name: str) -> None:
        (shell.folder / os.fsdecode(b"\xff.yaml")).write_text(WARNING)
        ran = shell.lint("--format", name, "--report", f"{name}=report")
        assert (shell.folder / "report").read_bytes().decode() == ran.out
        assert ran.code == 1


class TestRules:
    def test_lists_every_rule_below_its_category(self, shell: Shell) -> None:
        ran = shell("rules")
        assert (ran.code, ran.err) == (0, "")
        lines = ran.out.splitlines()
        listed = [line.split()[0] for line in lines if line.startswith("  ")]
        rules = load_rules(plugin_manager())
        assert sorted(listed) == [rule.id for rule in rules]
        categories = [line.removesuffix("/") for line in lines if not line.startswith(" ")]
        assert categories == sorted({rule.category for rule in rules})
        at = lines.index("exposure/")
        assert re.search(
            r"^  node-port-service +warning  A Service of type NodePort opens a port", "\n".join(lines[at:]), re.M
        )

    def test_as_json(self, shell: Shell) -> None:
        document = json.loads(shell("rules", "--format", "json").out)
        assert document["schema_version"] == 1
        entries = {entry["id"]: entry for entry in document["rules"]}
        assert list(entries) == [rule.id for rule in load_rules(plugin_manager())]
        assert entries["node-port-service"] == {
            "id": "node-port-service",
            "category": "exposure",
            "severity": "warning",
            "default": True,
            "summary": "A Service of type NodePort opens a port on every node",
        }

    def test_says_which_are_off_by_default(self, shell: Shell) -> None:
        def seldom(service: Service) -> Iterator[Finding]:
            """Runs seldom."""
            return iter(())

        rules = [Rule(seldom, Severity.NOTE, "wiring", False)]
        shell.monkeypatch.setattr("kubelint.commands._rules.all_rules", lambda: rules)
        assert shell("rules").out == "wiring/\n  seldom  note     Runs seldom (off by default)\n"


PAGE = """\
# told-rule

## Why

Read `spec.type`, **all** of it, *now*: [the manual](https://example.com/manual).

## Flagged

```yaml provider=gke file=web.yaml
# a comment
type: NodePort # expect: told-rule "typed"
name: web # the name
```
"""


class TestExplain:
    @pytest.fixture
    def told(self, shell: Shell) -> Rule:
        def told_rule(service: Service) -> Iterator[Finding]:
            """Is told about."""
            return iter(())

        rule = Rule(told_rule, Severity.ERROR, "wiring", False)
        rule.page = str(shell.folder / "told_rule.md")
        (shell.folder / "told_rule.md").write_text(PAGE)
        shell.monkeypatch.setattr("kubelint.commands._rules.all_rules", lambda: [rule])
        return rule

    def test_shows_the_page_in_plain_words(self, shell: Shell, told: Rule) -> None:
        ran = shell("explain", "told-rule")
        assert (ran.code, ran.err) == (0, "")
        head, code = ran.out.split("    # provider: gke, web.yaml\n")
        assert head.splitlines() == [
            "told-rule (wiring, error, off by default)",
            "Is told about.",
            "",
            "Why",
            "",
            "Read `spec.type`, all of it, now: the manual <https://example.com/manual>.",
            "",
            "Flagged",
            "",
        ]
        assert "expect:" not in ran.out
        first, second, third = code.splitlines()
        assert (first, third) == ("    # a comment", "    name: web # the name")
        assert second.startswith("    type: NodePort")

    def test_in_colour_where_it_is_wanted(self, shell: Shell, told: Rule) -> None:
        colored = shell("explain", "told-rule", "--color", "always").out
        assert "\x1b[1m" in colored
        assert "`" not in colored
        assert (
            re.sub(r"\x1b\[[\d;]*m", "", colored).replace("spec.type", "`spec.type`")
            == shell("explain", "told-rule").out
        )

    def test_of_a_rule_without_a_page(self, shell: Shell, told: Rule) -> None:
        os.unlink(told.page)
        ran = shell("explain", "told-rule")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("told-rule (wiring, error, off by default)\nIs told about.\n")

    def test_a_built_in_rule(self, shell: Shell) -> None:
        ran = shell("explain", "node-port-service")
        assert ran.code == 0
        assert ran.out.startswith(
            "node-port-service (exposure, warning)\nA Service of type NodePort opens a port on every node.\n"
        )


class TestProcess:
    """What only a process of its own can show."""

    def test_as_a_module_and_as_a_script(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(WARNING)
        arguments = ("lint", "--format", "concise", "--select", SELECT)
        as_module = process(tmp_path, *arguments)
        assert (as_module.returncode, as_module.stdout.decode()) == (1, WARNED)
        script = Path(sys.executable).parent / "kubelint"
        if script.exists():
            as_script = subprocess.run([script, *arguments], cwd=tmp_path, capture_output=True, timeout=60)
            assert (as_script.returncode, as_script.stdout, as_script.stderr) == (1, as_module.stdout, as_module.stderr)

    @pytest.mark.parametrize("arguments", ["rules", "lint --format json", "explain node-port-service", "lint --help"])
    def test_a_reader_that_goes_away_sees_no_traceback(self, tmp_path: Path, arguments: str) -> None:
        (tmp_path / "a.yaml").write_text("---\n".join([WARNING] * 400))
        command = [sys.executable, "-m", "kubelint", *arguments.split()]
        started = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        err = started.stderr.read().decode()
        started.stderr.close()
        started.wait(60)
        assert "Traceback" not in err
        assert "Error" not in err
        assert "error" not in err.replace("internal fault", "")

    @pytest.mark.parametrize(
        "arguments", ["rules", "lint", "lint --format json", "lint --format concise -v", "explain node-port-service"]
    )
    def test_a_terminal_that_knows_only_ascii(self, tmp_path: Path, arguments: str) -> None:
        (tmp_path / "ä🙂.yaml").write_text(WARNING.replace("web", "wéb"))
        (tmp_path / "b.yaml").write_text(CLEAN.replace("web", "${ÜMLAUT}"))
        ran = process(tmp_path, *arguments.split(), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert ran.returncode in (0, 1), ran.stderr
        assert b"Traceback" not in ran.stderr
        if arguments.startswith("lint"):
            assert ran.stdout.isascii()
            assert rb"\xe4\U0001f642.yaml" in ran.stdout

    def test_a_lint_imports_little(self, tmp_path: Path) -> None:
        """A run over one file pays for no other format, no schema of configurations, no scan for plug-ins."""
        (tmp_path / "a.yaml").write_text(CLEAN)
        text = (
            "import sys\n"
            "sys.argv = ['kubelint', 'lint', 'a.yaml', '--fail-on', 'never']\n"
            "from kubelint.commands import main\n"
            "try:\n    main()\nfinally:\n    print(*sorted(sys.modules), file=sys.stderr)\n"
        )
        ran = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        imported = set(ran.stderr.splitlines()[-1].split())
        assert "kubelint.engine" in imported
        unwanted = (
            "sarif_om",
            "jsonschema",
            "importlib.metadata",
            "kubelint.output.sarif",
            "tomllib",
        )
        lazy = (
            "difflib",
            "tempfile",
            "traceback",
            "kubelint.config_schema",
            "kubelint.testing",
            "kubelint.commands.explain",
        )
        assert sorted(imported & {*unwanted, *lazy}) == []
