"""What the film of a network says."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType

from cnn_core.graph import Graph, Node
from cnn_core.numerals import as_text
from cnn_core.operations import OPERATIONS
from cnn_core.outline import Depth, NetStage
from scenes.language import about, listed, marked, number, say, say_many
from scenes.net.choosing import MOST_SHOWN
from scenes.net.reading import MOST_COLUMNS, MOST_ROWS, NetReading
from scenes.net.worked import WorkedOut

__all__ = [
    "SHORT",
    "capital",
    "entering",
    "learned",
    "made_in_words",
    "named_stage",
    "shape_of",
    "stage_line",
    "strange",
    "told_output",
    "told_stage",
    "whole_net",
    "why_stage",
]

_FAR = 4.0
"""How many times as widely, or as narrowly, as expected numbers may be spread before the film says so."""


SHORT = MappingProxyType(
    {
        "conv2d": marked("conv"),
        "batch norm": marked("norm"),
        "max pool": marked("pool"),
        "average pool": marked("pool"),
        "global average pool": marked("pool"),
        "leaky ReLU": marked("leaky"),
        "transposed conv": marked("up"),
        "upsample": marked("up"),
        "concat": marked("join"),
    }
)
"""Names of steps that are shorter in a strip."""
_MOVES = ("permute", "reshape", "narrow")
"""Steps that make nothing: they are named where there are no others."""
_FEW = 2
"""Steps of a stage that are named one by one."""


def entering(reading: NetReading) -> str:
    """Say what numbers enter, and what was done to a picture's values."""
    entered, scaling = reading.entered, reading.entered.scaling
    named = {"low": short(float(entered.x.min())), "high": short(float(entered.x.max()))}
    if reading.image is not None and reading.enters_as_it_looks:
        return say("{digit}: 28×28 grey values from 0, paper, to 1, ink.", digit=capital(entered.origin))
    if scaling is None:
        origin = capital(entered.origin)
        return say("{origin}: from {low} to {high}, they enter the network as they are.", origin=origin, **named)
    if scaling.mean == (0.0,) and scaling.std == (1.0,):
        return say("Its values from 0 to 255 are scaled: numbers from {low} to {high} enter.", **named)
    return say(
        "Its values from 0 to 255 are scaled, centred and divided as in training: numbers from {low} to {high} enter.",
        **named,
    )


def strange(spread: float | None) -> str:
    """Warn of numbers that are not what the network was trained on; nothing where they may well be."""
    if spread is None or 1 / _FAR < spread < _FAR:
        return ""
    many = short(spread if spread > 1 else 1 / spread)
    if spread > 1:
        return say(
            "Careful: they spread about {many} times as widely as the first batch norm saw in training, so look at "
            "preset, mean, std and scale.",
            many=many,
        )
    return say(
        "Careful: they spread about {many} times less widely than the first batch norm saw in training, so look at "
        "preset, mean, std and scale.",
        many=many,
    )


def short(value: float) -> str:
    """Write a number for a sentence, with about three digits."""
    return number(as_text(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2))


def whole_net(reading: NetReading) -> str:
    """Say how large the network is."""
    named = {"nodes": len(reading.graph.nodes), "parameters": f"{reading.graph.parameters():,}"}
    if reading.is_stepwise:
        return say(
            "A trained network of {steps} layers, with {parameters} learned numbers, reads it. "
            "The strip shows where we are.",
            steps=len(reading.steps),
            **named,
        )
    if reading.depth in (None, "stages"):
        return say(
            "{nodes} steps in {stages} stages, with {parameters} learned numbers. The strip shows where we are.",
            stages=len(reading.stages),
            **named,
        )
    return say(
        "{nodes} steps, told at {stops} stops, with {parameters} learned numbers. The strip shows where we are.",
        stops=len(reading.stages),
        **named,
    )


def learned(reading: NetReading) -> str:
    """Say what all this was made of."""
    return say("{learned} learned numbers and arithmetic, nothing else.", learned=f"{reading.graph.parameters():,}")


def told_output(graph: Graph) -> str:
    """Say which output is told; nothing where there is one."""
    if len(graph.outputs) < 2:
        return ""
    return say(
        "Of its {count} outputs, this film follows {output}.", count=len(graph.outputs), output=graph.output_name
    )


def stage_line(stage: NetStage) -> tuple[str, str]:
    """Return what a stage ends with, and its steps, for a table."""
    shape = "×".join(map(str, stage.shape))
    return shape, steps_of(stage)


def told_stage(index: int, stage: NetStage, depth: Depth | None) -> str:
    """Say what a stage is made of, and how many of its maps are shown."""
    named = {"number": index + 1, "shape": shape_of(stage), "steps": steps_of(stage)}
    is_whole = depth in (None, "stages")
    if is_whole:
        said = say("Stage {number} ends with {shape}, after {steps}.", **named)
    else:
        said = say("Stop {number} gives {shape}, after {steps}.", **named)
    if len(stage.shape) == 3 and stage.shape[0] > MOST_SHOWN:
        said = f"{said} {say('The {shown} with the strongest responses are shown.', shown=MOST_SHOWN)}"
    if len(stage.shape) == 2 and stage.shape[0] > MOST_ROWS:
        said = f"{said} {say('The {shown} strongest rows are shown.', shown=MOST_SHOWN)}"
    elif len(stage.shape) == 2 and stage.shape[1] > MOST_COLUMNS:
        said = f"{said} {say('The {shown} strongest columns are shown.', shown=MOST_COLUMNS)}"
    return f"{said} {bridged(stage)}".strip() if is_whole else said


def why_stage(reading: NetReading, index: int) -> str:
    """Say what has changed since the stage before, in places and in maps."""
    stage = reading.stages[index]
    before = reading.stages[index - 1].shape if index else reading.maps_in.shape
    if len(stage.shape) < 3:
        by_row = any(node.op == "linear" for place in stage.places() for node in place.nodes)
        whole = say("Places are gone: these numbers describe the whole picture.")
        return whole if len(stage.shape) == 1 else say("Each row is a place.") if by_row else ""
    if len(before) < 3:
        return say("Numbers become maps again.")
    fewer, more = stage.shape[1] < before[1], stage.shape[0] > before[0]
    if fewer and more:
        return say("Less about where, more about what.")
    if fewer:
        return say("Fewer places: less about where.")
    if stage.shape[1] > before[1]:
        return say("More places again: more about where.")
    return say("Each map shows where its pattern is.")


def shape_of(stage: NetStage) -> str:
    count = stage.shape[0]
    if len(stage.shape) == 2:
        return say_many(
            "{count} row of {size} numbers", "{count} rows of {size} numbers", count, size=f"{stage.shape[1]:,}"
        )
    if len(stage.shape) < 3:
        return say_many("{count} number", "{count} numbers", count)
    return say_many("{count} map of {size}", "{count} maps of {size}", count, size="×".join(map(str, stage.shape[1:])))


def bridged(stage: NetStage) -> str:
    """Say which earlier stages' maps are joined here; nothing where none are."""
    if not stage.bridges:
        return ""
    sources = listed([one + 1 for one in stage.bridges])
    return say_many(
        "The maps of stage {sources} join here, across a bridge.",
        "The maps of stages {sources} join here, across bridges.",
        len(stage.bridges),
        sources=sources,
    )


def steps_of(stage: NetStage) -> str:
    """Say which kinds of steps a stage has, and how often; those that only move numbers where there are no others."""
    makers = [place.maker for place in stage.places()]
    kinds = Counter(OPERATIONS[node.op].name for node in makers if node.op not in _MOVES) or Counter(
        OPERATIONS[node.op].name for node in makers
    )
    return listed(
        [name if count == 1 else say("{count} × {name}", count=count, name=name) for name, count in kinds.items()]
    )


def made_in_words(one: WorkedOut) -> str:
    """Say how a value came about that is worked out beside its maps."""
    equation = one.equation
    named = {"value": about(equation.result.text, is_rounded=equation.is_rounded), "others": one.others}
    if one.others:
        return say("The strongest sums and the {others} others make {value}.", **named)
    said = {
        "max_pool2d": say("The largest of the window is kept: {value}.", **named),
        "avg_pool2d": say("The mean of the window: {value}.", **named),
        "adaptive_avg_pool2d": say("The mean of the whole map: {value}.", **named),
        "add": say("Two maps are added, number by number: {value}.", **named),
        "matmul": say("A row times a column, number by number, and added up: {value}.", **named),
        "multiply": say("Two numbers are multiplied, one of them a gate for its map: {value}.", **named),
    }
    return said.get(one.node.op) or say("Worked out: {value}.", **named)


def named_stage(stage: NetStage) -> tuple[str, str]:
    """Return what a stage is in a few words: `4 residual blocks`, `pool, conv 3×3, 16`; and in still fewer."""
    makers = [place.maker for place in stage.places()]
    sums = [sum(place.maker.op == "add" for place in block.places) for block in stage.blocks]
    if max(sums) == 1:
        blocks = sum(block.repeats for block, count in zip(stage.blocks, sums, strict=True) if count)
        fewer = say_many("{count} block", "{count} blocks", blocks)
        return say_many("{count} residual block", "{count} residual blocks", blocks), fewer
    if max(sums) > 1:  # maps of several sizes are brought together
        count = sum(count * block.repeats for block, count in zip(stage.blocks, sums, strict=True))
        fewer = say_many("{count} sum", "{count} sums", count)
        return say_many("{count} sum of maps", "{count} sums of maps", count), fewer
    short = [say(SHORT.get(OPERATIONS[node.op].name, OPERATIONS[node.op].name)) for node in makers]
    kinds = Counter(short)
    fewer = ", ".join(name if count == 1 else f"{count} {name}" for name, count in kinds.items())
    sized = ", ".join(sized_name(node, name) for node, name in zip(makers, short, strict=True))
    return f"{sized}, {stage.shape[0]}" if len(makers) <= _FEW else fewer, fewer


def sized_name(node: Node, name: str) -> str:
    """Return a step's name, with the size of its kernel if it has one."""
    weight = node.arrays.get("weight")
    return f"{name} {'×'.join(map(str, weight.shape[2:]))}" if weight is not None and weight.ndim == 4 else name


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
