"""The shape of the program: one sentence for each error, an example in each help text."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from cnn_core.errors import CnnreelError, InputError
from cnn_core.reading.quoting import escaped
from scenes import catalog
from scenes.specs import SceneSpec

__all__ = [
    "DONE",
    "FAILED",
    "STOPPED",
    "TYPED",
    "WRONG_INPUT",
    "ExampleCommand",
    "Program",
    "SceneGroup",
    "in_one_line",
]

TYPED = "cnnreel.typed"
"""The key in a context's `meta` under which the words of the command are."""

LONGEST, SHORT = 600, 300
"""Characters of a message that was written for users, and of any other."""

DONE, FAILED, WRONG_INPUT, STOPPED = 0, 1, 2, 130


class ExampleCommand(click.Command):
    """A command whose help text ends with an example."""

    def __init__(self, *args: Any, example: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.example = example

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Parse, and remember what was typed, for errors to name options as they were spelt."""
        context.meta[TYPED] = tuple(args)
        return super().parse_args(context, args)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        python = "python " if context.command_path.split()[0].endswith(".py") else ""
        formatter.write(f"\nExample:\n  {python}{context.command_path} {self.example}".rstrip() + "\n")


class Program(ExampleCommand, click.Group):
    """A group of commands that ends with one sentence and a status, never with a traceback for a user's mistake."""

    def main(self, *args: Any, **options: Any) -> NoReturn:
        with tidy_when_terminated():
            status = self.status_of(lambda: super(Program, self).main(*args, **{**options, "standalone_mode": False}))
        sys.exit(status)

    @staticmethod
    def status_of(run: Callable[[], Any]) -> int:
        """Run and return the exit status."""
        try:
            status = run()
        except BrokenPipeError:  # whoever read our output has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return FAILED
        except (CnnreelError, click.ClickException, OSError) as error:
            click.echo(_sentence(error), err=True)
            return WRONG_INPUT if isinstance(error, InputError | click.UsageError) else FAILED
        except (ValueError, RecursionError, MemoryError) as error:
            click.echo(_sentence(error), err=True)
            return FAILED
        except (click.Abort, KeyboardInterrupt):
            click.echo("Stopped; nothing half-made is left.", err=True)
            return STOPPED
        return status if isinstance(status, int) else DONE


class SceneGroup(ExampleCommand, click.Group):
    """A group with a command for each scene of the catalog, made when it is asked for."""

    def __init__(self, *args: Any, make: Callable[[type[SceneSpec]], click.Command], **options: Any) -> None:
        super().__init__(*args, **options)
        self.make = make

    def list_commands(self, context: click.Context) -> list[str]:
        return list(catalog.SCENES)

    def get_command(self, context: click.Context, name: str) -> click.Command:
        return self.make(catalog.find(name))


def _sentence(error: Exception) -> str:
    """Return an error as one line; where a command is missing, the help is what one needs."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return error.format_message()
        case click.BadParameter(param=click.Option() as option) if wanted := wanted_by(option.type):
            came = error.message.partition(" is not ")[0]
            typed = error.ctx.meta.get(TYPED, ()) if error.ctx else ()
            spelling = next((one for one in option.opts if one in typed), option.opts[-1])
            message = f"{spelling} must be {wanted}, but it is {came}"
        case click.ClickException():
            message = error.format_message()
        case OSError():
            message = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        case MemoryError() | RecursionError():
            message = "what was given needs more memory than there is; give something smaller"
        case CnnreelError():
            message = str(error)
        case _:
            message = f"something went wrong that was not foreseen ({type(error).__name__}: {error})"
    return in_one_line(
        f"Error: {message}", LONGEST if isinstance(error, CnnreelError | click.ClickException) else SHORT
    )


def in_one_line(text: str, longest: int = LONGEST) -> str:
    r"""Return a message as one sentence that no terminal obeys: on one line, without its middle if it is too long.

    >>> in_one_line("a\nb\u202ec")
    'a b\\u202ec.'
    """
    line = escaped(" ".join(text.split()))
    if len(line) > longest:
        line = f"{line[: longest // 2]} … {line[-longest // 2 + 4 :]}"
    return line if line[-1] in ".?!" else f"{line}."


def wanted_by(kind: click.ParamType[Any]) -> str:
    """Say what an option takes, where click's own words are no sentence."""
    match kind:
        case click.Choice(choices=[*others, last]):
            return f"{', '.join(map(str, others))} or {last}"
        case click.IntRange(min=least, max=most):
            return f"a whole number from {least} to {most}"
    return ""


@contextmanager
def tidy_when_terminated() -> Iterator[None]:
    """Let a signal to terminate, and Ctrl-C, unwind the stack, so that what is half-made is taken away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
