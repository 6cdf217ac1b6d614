"""`inspect net`: a network's outline as a tree, and its arrays."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import click
import numpy as np

from cnn_core.arrays import Array
from cnn_core.errors import CnnreelError, InputError
from cnn_core.outline import Depth, NetBlock, NetPlace, NetStage
from cnn_core.reading.tensor_files import write_bytes
from cnnreel.cli.options import build, options_of
from cnnreel.cli.program import ExampleCommand
from cnnreel.cli.table import array_block, shape_text
from cnnreel.film.record import inspected, record_text
from scenes.net import NetSpec

__all__ = ["inspect_net"]


def inspect_net(json: click.Option) -> click.Command:
    """Return the command; `json` is the option that all inspections have."""
    values = click.Option(["--values", "_values"], metavar="NODE", help="Print what a node gives, instead.")
    save = click.Option(
        ["--save", "_save"],
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.npz",
        help="Write what every node gives, by its name.",
    )
    return ExampleCommand(
        NetSpec.name,
        params=[*options_of(NetSpec), values, save, json],
        callback=_run,
        help="Print a network's stages as a tree: shapes, parameters, repeats; and what it makes of x.",
        example=f"{NetSpec.example} --values linear",
    )


def _run(_values: str | None, _save: Path | None, _json: bool, **given: Any) -> None:
    spec = cast("NetSpec", build(NetSpec, given))
    wanted = None if _values is None else _array(spec, _values)
    if _save is not None:
        _write(spec, _save)
    if _values is not None and wanted is not None:
        click.echo("\n".join(array_block(_values, wanted)))
    elif _json:
        click.echo(record_text(inspected(spec)))
    else:
        click.echo("\n".join(tree(spec)))


def _array(spec: NetSpec, node: str) -> Array:
    if node != spec.graph.input and node not in spec.graph.by_name:
        near = ", ".join(list(spec.graph.by_name)[:8])
        raise InputError(f"--values must name a node, such as {near}, but it names {node!r}.")
    return spec.reading.output_of(node)


def _write(spec: NetSpec, path: Path) -> None:
    if path.suffix.lower() != ".npz":
        raise InputError(f"--save must be a file that ends with .npz, but it is {path}.")
    saved = BytesIO()
    np.savez(saved, **{name: spec.reading.output_of(name) for name in (spec.graph.input, *spec.graph.by_name)})  # type: ignore[arg-type]
    try:
        write_bytes(path, saved.getvalue())
    except CnnreelError as error:
        raise InputError(f"--save must be a file that can be written, but {error}") from None


def tree(spec: NetSpec) -> Iterator[str]:
    """Give the lines of a network's outline, and the likeliest classes where there is an input."""
    graph = spec.graph
    shapes = spec.outline.shapes
    yield (
        f"{spec.network.name}: {len(graph.nodes)} nodes, {graph.parameters():,} parameters, "
        f"{shape_text_of(shapes[graph.input])} in, {shape_text_of(shapes[graph.output])} out"
    )
    if len(graph.outputs) > 1:
        yield f"outputs: {', '.join(graph.outputs)}; shown here: {graph.output_name}"
    for number, stage in enumerate(spec.outline.stages, start=1):
        yield from _stage_lines(number, stage, spec.depth)
    if spec.has_input:
        yield from _told(spec)


def _stage_lines(number: int, stage: NetStage, depth: Depth | None) -> Iterator[str]:
    bridges = f", bridge from stage {', '.join(str(one + 1) for one in stage.bridges)}" if stage.bridges else ""
    yield f"{number}  {shape_text_of(stage.shape)}{_learned(stage.parameters())}{bridges}"
    if depth != "stages":
        for block in stage.blocks:
            yield from _block_lines(block, depth)


def _block_lines(block: NetBlock, depth: Depth | None) -> Iterator[str]:
    if len(block.places) == 1 and block.repeats == 1:
        yield _place_line(block.places[0], 3)
        return
    times = f"{block.repeats} × " if block.repeats > 1 else ""
    yield f"   {times}block  {shape_text_of(block.shape)}{_learned(block.parameters())}"
    if depth != "blocks":
        for place in block.places:
            yield _place_line(place, 6)


def _place_line(place: NetPlace, indent: int) -> str:
    learned = _learned(place.parameters())
    return f"{' ' * indent}{place.title}  {shape_text_of(place.shape)}{learned}  {place.nodes[0].name}"


def _learned(count: int) -> str:
    return f", {count:,} parameters" if count else ""


def shape_text_of(shape: tuple[int, ...]) -> str:
    return shape_text(np.empty(shape, dtype=np.bool_))


def _told(spec: NetSpec) -> Iterator[str]:
    x, output = spec.reading.entered, spec.reading.output
    low, high = x.x.min(), x.x.max()
    yield f"{x.origin}: from {low:.3g} to {high:.3g} enters, from {output.min():.3g} to {output.max():.3g} comes out"
    found = spec.reading.probabilities
    if found is not None:
        for k in spec.reading.top:
            yield f"   {found.output[0, k]:.3f}  {spec.reading.called(k)}"
