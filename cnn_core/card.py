"""The card beside trained weights: where they come from and how well they read, all of it measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core import weights
from cnn_core.arrays import IntArray, freeze
from cnn_core.mnist import CLASSES, Digits, as_input, load_test
from cnn_core.network import Network
from cnn_core.reading.tensor_files import write_bytes
from cnn_core.recipe import TrainingResult

__all__ = ["Measured", "as_markdown", "measure", "write_with_card"]


@dataclass(frozen=True, eq=False)
class Measured:
    """How well a network reads some digits.

    Attributes
    ----------
    confusion : (10, 10)
        How often the digit of the row was read as that of the column.
    """

    confusion: IntArray

    @property
    def correct(self) -> int:
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        return self.correct / int(self.confusion.sum())


def measure(network: Network, digits: Digits) -> Measured:
    """Let a network read digits and count what it says.

    >>> measure(weights.shipped(), load_test().take(np.arange(100))).correct
    100
    """
    read = network.logits(as_input(digits.images)).argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(confusion, (digits.labels, read), 1)
    return Measured(freeze(confusion))


def write_with_card(path: Path, result: TrainingResult, test: Digits | None = None) -> Measured:
    """Write trained weights and, beside them, their card as JSON and as Markdown.

    Parameters
    ----------
    path
        Where the weights go, such as `digits.safetensors`; the card is `digits.json` and `digits.md`.
    result
        What training has returned.
    test
        What to measure on; MNIST's test set, if not given.
    """
    digits = test or load_test()
    measured = measure(result.network, digits)
    weights.save(path, result.network)
    card = {
        "weights": _describe_weights(path, result.network),
        "training": {**result.run, "history": [asdict(report) for report in result.history]},
        "validation": {
            "images": result.run["validation"],
            "accuracy": result.history[-1].validation_accuracy,
        },
        "test": {
            "images": len(digits),
            "data_sha256": digits.sha256(),
            "correct": measured.correct,
            "accuracy": measured.accuracy,
            "confusion": measured.confusion.tolist(),
        },
        "made_with": {name: version(name) for name in ("numpy", "torch")},
    }
    write_bytes(path.with_suffix(".json"), (json.dumps(card, indent=1) + "\n").encode())
    write_bytes(path.with_suffix(".md"), as_markdown(card).encode())
    return measured


def as_markdown(card: Mapping[str, Any]) -> str:
    """Return a card for people."""
    training, test, validation = card["training"], card["test"], card["validation"]
    settings = [(name, value) for name, value in training.items() if isinstance(value, int | float)]
    confusion = ([f"**{digit}**", *row] for digit, row in enumerate(test["confusion"]))
    layers = (
        [row["name"], " × ".join(map(str, row["output_shape"])), row["parameters"]] for row in card["weights"]["layers"]
    )
    return "\n".join(
        [
            f"# {card['weights']['file']}",
            "",
            "A convolutional network that reads one handwritten digit, trained on MNIST. Training wrote this card.",
            "",
            f"- **Test accuracy {test['accuracy']:.2%}**: {test['correct']:,} of {test['images']:,} images.",
            f"- Validation accuracy {validation['accuracy']:.2%} on {validation['images']:,} images held back "
            "from the training set.",
            "- Training saw no image of the test set.",
            "- It knows digits and nothing else: whatever it is shown, it says which digit it is most like.",
            "",
            "## Layers",
            "",
            *_table(["layer", "output for one image", "parameters"], layers),
            "",
            f"{card['weights']['parameters']:,} parameters.",
            "",
            "## Training",
            "",
            "AdamW on the cross-entropy; the learning rate rises and falls once. Each time an image is seen, it is",
            "turned, scaled, slanted, moved and bent a little, by as much as stands here (`cnn_core.recipe.Recipe`).",
            "",
            *_table(["setting", "value"], settings),
            "",
            "## Confusion matrix of the test set",
            "",
            "A row for each digit as labelled, a column for each digit as read.",
            "",
            *_table(["", *map(str, range(CLASSES))], confusion),
            "",
            "## Hashes (SHA-256)",
            "",
            f"- weights: `{card['weights']['sha256']}`",
            f"- training data (all images, then all labels): `{training['data_sha256']}`",
            f"- test data (likewise): `{test['data_sha256']}`",
            "",
            f"Made with {', '.join(f'{name} {number}' for name, number in card['made_with'].items())}.",
            "",
        ]
    )


def _describe_weights(path: Path, network: Network) -> dict[str, Any]:
    return {
        "file": path.name,
        "sha256": weights.sha256(path),
        "parameters": network.parameters(),
        "layers": [asdict(line) for line in network.summary()],
    }


def _table(header: list[str], rows: Iterable[Iterable[object]]) -> list[str]:
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(map(str, line))} |" for line in lines]
