"""What the commands that read a project share: which paths, which configuration, which cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

import kubelint_schemas
from kubelint.cluster import DEFAULT_VERSION
from kubelint.discovery import PathNotFound
from kubelint.facts.providers import provider_ids
from kubelint.run import STANDARD_INPUT, Request
from kubelint.settings import ConfigError, OptionError
from kubelint.source import Undecodable


class _ProviderOption(click.Option):
    """Lists the providers in its help alone: a run that asks for none does not read their tables."""

    def get_help_record(self, context: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(context)
        return None if record is None else (record[0], f"{record[1]}: {', '.join(provider_ids())}.")


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("paths", nargs=-1, metavar="[PATH]..."),
    click.option(
        "--config", "config_file", metavar="FILE", help="The configuration file, instead of the nearest one upwards."
    ),
    click.option("--isolated", is_flag=True, help="Use no configuration file at all."),
    click.option(
        "--kubernetes-version",
        metavar="VERSION",
        help=f"The minor version to judge for: {', '.join(kubelint_schemas.versions())} [{DEFAULT_VERSION}].",
    ),
    click.option("--provider", cls=_ProviderOption, metavar="PROVIDER", help="Whose load balancers the cluster has"),
    click.option("--namespace", metavar="NAMESPACE", help="The namespace of objects that name none."),
    click.option("--stdin-filename", metavar="FILE", help="The path that standard input (`-`) stands for."),
)


def project_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments of `request_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def request_of(
    *,
    paths: tuple[str, ...],
    config_file: str | None,
    isolated: bool,
    stdin_filename: str | None,
    suppress: bool = True,
    policies: tuple[str, ...] = (),
    **overrides: object,
) -> Request:
    """What the user asks for; `overrides` are options that stand in place of the configuration's keys.

    Raises click.UsageError where options exclude each other.
    """
    if isolated and config_file is not None:
        raise click.UsageError("--isolated and --config exclude each other")
    if stdin_filename is not None and STANDARD_INPUT not in paths:
        raise click.UsageError("--stdin-filename goes with the path `-`")
    return Request(
        folder=os.getcwd(),
        paths=paths,
        config_file=config_file,
        isolated=isolated,
        standard_input=sys.stdin.buffer.read() if STANDARD_INPUT in paths else b"",
        standard_input_name=stdin_filename,
        suppress=suppress,
        policies=policies,
        overrides=overrides,
    )


class WrongFile(click.ClickException):
    """What is wrong in a file, in lines that begin with its path: nothing may stand before that."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the lines to stderr."""
        click.echo(self.message, file=file, err=file is None)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn what is wrong with the request into an error of the command line."""
    try:
        yield
    except (PathNotFound, OptionError) as error:
        raise click.ClickException(str(error)) from error
    except ConfigError as error:
        raise WrongFile(str(error)) from error
    except Undecodable as error:
        raise click.ClickException(f"standard input: {error}; {error.help}") from error


def print_text(text: str) -> None:
    """Write to standard output. Texts are Unicode; a terminal that is not gets escapes instead of a crash."""
    sys.stdout.flush()
    stream = sys.stdout.buffer
    stream.write(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    stream.flush()
