"""The card says what was measured, and measuring again gives the same."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from cnn_core import card, mnist, weights
from cnn_core.network import Flatten, Linear, Network
from cnn_core.recipe import EpochReport, TrainingResult
from tests.keeping import logits_of_test_set


def shipped_card() -> Any:
    return json.loads(weights.SHIPPED.with_suffix(".json").read_text())


def always(digit: int) -> Network:
    """Return a network that reads everything as one digit."""
    return Network([Flatten(), Linear(np.zeros((10, 784)), np.eye(10)[digit])])


def test_the_confusion_matrix_counts_each_digit_in_its_row() -> None:
    measured = card.measure(always(4), mnist.load_test())
    assert measured.confusion[:, 4].tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert measured.confusion.sum() == 10_000
    assert (measured.correct, measured.accuracy) == (982, 0.0982)


@pytest.mark.slow
def test_the_shipped_weights_read_the_test_set_as_their_card_says() -> None:
    with patch.object(Network, "logits", return_value=logits_of_test_set()) as read:
        measured, said = card.measure(weights.shipped(), mnist.load_test()), shipped_card()["test"]
    assert np.array_equal(read.call_args.args[0], mnist.as_input(mnist.load_test().images))
    assert measured.confusion.tolist() == said["confusion"]
    assert (measured.correct, measured.accuracy) == (said["correct"], said["accuracy"])
    assert measured.accuracy >= 0.993


def test_the_hashes_on_the_card_are_those_of_the_files() -> None:
    said = shipped_card()
    assert said["weights"]["sha256"] == weights.sha256(weights.SHIPPED)
    assert said["test"]["data_sha256"] == mnist.load_test().sha256()


def test_the_card_for_people_says_what_the_card_for_machines_says() -> None:
    assert weights.SHIPPED.with_suffix(".md").read_text() == card.as_markdown(shipped_card())


def test_the_card_describes_the_shipped_network() -> None:
    said, network = shipped_card()["weights"], weights.shipped()
    assert said["parameters"] == network.parameters() <= 8000
    assert [row["name"] for row in said["layers"]] == list(network.names)


def test_publishing_writes_weights_and_both_cards(tmp_path: Path) -> None:
    history = (EpochReport(1, 1, 2.3, 0.1, 0.25),)
    result = TrainingResult(always(7), history, {"epochs": 1, "seed": 0, "validation": 8, "data_sha256": "ab12"})
    measured = card.write_with_card(tmp_path / "net.safetensors", result, mnist.load_test().take(np.array([0, 1])))
    assert measured.accuracy == 0.5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.json", "net.md", "net.safetensors"]
    said = json.loads((tmp_path / "net.json").read_text())
    assert said["training"]["history"] == [
        {"epoch": 1, "epochs": 1, "loss": 2.3, "accuracy": 0.1, "validation_accuracy": 0.25}
    ]
    text = (tmp_path / "net.md").read_text()
    assert "**Test accuracy 50.00%**: 1 of 2 images" in text
    assert "Validation accuracy 25.00% on 8 images" in text
    assert "| **2** | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 0 |" in text
    assert weights.sha256(tmp_path / "net.safetensors") in text
    assert "`ab12`" in text
    assert weights.load(tmp_path / "net.safetensors").names == ("flatten", "linear")
