"""`train` and `predict`: the digit classifier on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnn_core.errors import CnnreelError
from cnnreel.cli.program import ExampleCommand
from cnnreel.here import installing

if TYPE_CHECKING:
    from cnn_core.recipe import BatchReport, EpochReport

# torch takes seconds to load, and reading MNIST some tenths: both wait until a command needs them.
# ruff: noqa: PLC0415

__all__ = ["predict", "train_command"]


@click.command("train", cls=ExampleCommand, example="--data mnist --epochs 30 -o out/digits.safetensors")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder with MNIST's two training files; they are downloaded, checked and kept if not given.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1, 1000),
    default=30,
    show_default=True,
    help="How many times to go through all images.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Seed of the random numbers: the same seed gives the same weights.",
)
@click.option("--resume", is_flag=True, help="Go on where a run with the same options was stopped.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default="out/digits.safetensors",
    show_default=True,
    help="The weights; their card and the checkpoint go beside them.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Record the run into this .safetensors file, which scene training --log films.",
)
def train_command(data: Path | None, epochs: int, seed: int, resume: bool, output: Path, log: Path | None) -> None:
    """Train the digit classifier on MNIST, on one thread, the same for the same seed."""
    check_output("--output", output)
    check_log(log, output, resume=resume)
    try:
        from cnn_core.training import train as run
    except ModuleNotFoundError as error:
        raise CnnreelError(f"train needs PyTorch, which is not installed: {installing('train')}.") from error
    from cnn_core.card import write_with_card
    from cnn_core.mnist import load_test, load_training
    from cnn_core.recording import RunRecorder, recorded

    digits = load_training(data)
    recorder = None if log is None else RunRecorder(load_test())
    for file in (output, log or output):
        file.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = output.with_suffix(".checkpoint")
    with TrainingBar(epochs) as bar:
        result = run(
            digits,
            epochs=epochs,
            seed=seed,
            checkpoint=checkpoint,
            resume=resume,
            on_batch=bar.batch,
            on_epoch=bar.epoch,
            recorder=recorder,
        )
    if log is not None and recorder is not None:
        recorded(log, recorder, result, digits)
    measured = write_with_card(output, result)
    checkpoint.unlink(missing_ok=True)
    click.echo(f"test accuracy {measured.accuracy:.2%}: {measured.correct:,} of 10,000 images", err=True)
    click.echo(output)


def check_output(option: str, output: Path) -> None:
    """Refuse a name that is not that of weights or a log, or a place where no folder can be."""
    if output.suffix != ".safetensors":
        raise click.UsageError(f"{option} must end in .safetensors, but it is {str(output)!r}.")
    for folder in output.parents:
        if folder.is_file():
            raise click.UsageError(f"{option} must lie in a folder, but {str(folder)!r} is a file.")


def check_log(log: Path | None, output: Path, *, resume: bool) -> None:
    if log is None:
        return
    check_output("--log", log)
    if log.resolve() == output.resolve():
        raise click.UsageError(f"--log must be another file than --output, but both are {str(log)!r}.")
    if resume:
        raise click.UsageError("--log records a run from its first step, so it does not go with --resume.")


class TrainingBar:
    """A bar with loss and accuracy on a terminal; a line an epoch everywhere."""

    def __init__(self, epochs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        self.console = console
        self.bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self.task = self.bar.add_task("getting ready", total=epochs)

    def __enter__(self) -> TrainingBar:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def batch(self, report: BatchReport) -> None:
        words = f"epoch {report.epoch} of {report.epochs}, loss {report.loss:.3f}, accuracy {report.accuracy:.2%}"
        done = report.epoch - 1 + report.batch / report.batches
        self.bar.update(self.task, description=words, completed=done)

    def epoch(self, report: EpochReport) -> None:
        self.console.print(
            f"epoch {report.epoch} of {report.epochs}: loss {report.loss:.4f}, "
            f"accuracy {report.accuracy:.2%}, on held-back images {report.validation_accuracy:.2%}",
            highlight=False,
        )


@click.command(cls=ExampleCommand, example="--x mnist:7 --json")
@click.option("--x", "x", required=True, help="A digit of MNIST's test set (mnist:7, mnist:#1234), or a picture.")
@click.option(
    "--weights", type=click.Path(path_type=Path), help="A network in a .safetensors file; the shipped one if not given."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def predict(x: str, weights: Path | None, as_json: bool) -> None:
    """Say which digit a picture shows, and how sure the network is of each."""
    from cnn_core.mnist import as_input
    from cnn_core.weights import load, shipped
    from scenes.specs.digit_image import digit_image, unsure

    image = digit_image("--x", x)
    network = shipped() if weights is None else load(weights)
    probabilities = network.predict(as_input(image.pixels))[0]
    read = int(probabilities.argmax()) if image.pixels.any() else None
    remarks = [image.remark, unsure(probabilities) if read is not None else ""]
    if as_json:
        said = {"x": image.name, "label": image.label, "prediction": read, "probabilities": probabilities.tolist()}
        click.echo(json.dumps({**said, "remarks": [remark for remark in remarks if remark]}, indent=1))
        return
    for digit, probability in enumerate(probabilities if read is not None else ()):
        bar = "█" * round(30 * probability)
        click.echo(f"{digit}  {probability:7.2%}  {bar}".rstrip())
    known = "" if image.label is None else f"; it is labelled {image.label}"
    verdict = "It reads no digit." if read is None else f"It reads {read}{known}."
    click.echo(" ".join(filter(None, (image.remark, verdict, remarks[1]))))
