"""The command line: arguments in, exit code out. The only package that imports click; it decides nothing itself.

A command is a module of this folder that defines `command`; nothing registers it.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from kubelint import HOMEPAGE, __version__

_FOLDER = os.path.dirname(__file__)


class _Commands(click.Group):
    """Finds the commands in this folder, and imports only the one that is called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(
            name.removesuffix(".py") for name in os.listdir(_FOLDER) if name.endswith(".py") and name[0] != "_"
        )

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        command = import_module(f"{__name__}.{name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        commands = self.list_commands(context)
        if arguments and not arguments[0].startswith("-") and arguments[0] not in commands:
            from kubelint.suggestion import closest

            meant = closest(arguments[0], commands)
            ending = f"; did you mean {meant!r}?" if meant is not None else f"; there are {', '.join(commands)}"
            raise click.UsageError(f"there is no command {arguments[0]!r}{ending}", context)
        return super().resolve_command(context, arguments)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kubelint", message="%(prog)s %(version)s")
def kubelint() -> None:
    """Lint Kubernetes Service manifests: what the API server refuses, what does not connect, what reaches too far."""


def main() -> None:
    """The console script. Ends with 0, 1 or 2; no traceback reaches the user unless KUBELINT_TRACEBACK is set."""
    # Nearly all that a run makes it holds to its end; looking through it every 700 objects takes a twelfth of the time.
    gc.set_threshold(100_000, 50, 100)
    try:
        code = kubelint.main(prog_name="kubelint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("kubelint: interrupted", err=True)
        code = 2
    except OSError as error:
        click.echo(f"kubelint: the output cannot be written: {error.strerror or error}", err=True)
        code = 2
    except Exception as error:
        if os.environ.get("KUBELINT_TRACEBACK"):
            raise
        click.echo(f"kubelint: internal error: {type(error).__name__}: {error}", err=True)
        click.echo(f"kubelint: please report it at {HOMEPAGE}/issues; KUBELINT_TRACEBACK=1 shows where", err=True)
        code = 2
    # Nor is there any to be looked for at the end, when the interpreter closes.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)
