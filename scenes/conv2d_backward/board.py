"""Which grids stand where in the film of a convolution's gradients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scenes.mobjects.arrangement import Column, Part, Row
from scenes.mobjects.sheets import Sheet, plan, sheet_of

__all__ = [
    "back_arrangements",
    "flip_arrangements",
    "flip_sheets",
    "forth_and_back",
    "gradient_sheet",
    "in_pairs",
    "step_sheets",
]

_TAGS = {"grad_weight": ("dL/dw", "kernel"), "grad_input": ("dL/dx", "input"), "grad_output": ("dL/dy", "output")}


def gradient_sheet(trace: Any, name: str, of: str = "", *, filled: bool = True) -> Sheet:
    """Return the grid of a gradient of a trace whose addresses begin with `of`."""
    tag, role = _TAGS[name]
    return sheet_of(trace, name, tag, role, of, is_gradient=True, filled=filled)


def forth_and_back(trace: Any) -> dict[str, Sheet]:
    """Return image, kernel and output, and a gradient for each."""
    return {
        "x": sheet_of(trace, "x", "x", "input"),
        "weight": sheet_of(trace, "weight", "w", "kernel"),
        "output": sheet_of(trace, "output", "y", "output"),
        "grad_output": replace(gradient_sheet(trace, "grad_output"), place="output"),
        "grad_weight": gradient_sheet(trace, "grad_weight", filled=False),
        "grad_input": gradient_sheet(trace, "grad_input", filled=False),
    }


def back_arrangements(sheets: dict[str, Sheet]) -> list[Part]:
    """Arrange the image and its gradient with the kernels between them; asked and output share a place."""
    x, w, y, dw, dx = (plan(key, sheets[key]) for key in ("x", "weight", "output", "grad_weight", "grad_input"))
    return [
        Row([x, Column([w, dw], 0.25), dx, y], 0.5),
        Column([Row([x, w], 0.5), Row([dx, Column([dw, y], 0.25)], 0.5)], 0.3),
        Column([Row([x, Column([w, dw], 0.25)], 0.5), Row([dx, y], 0.5)], 0.3),
    ]


def flip_sheets(trace: Any) -> dict[str, Sheet]:
    """Return the kernel, the same after half a turn, what is asked of the output with room around it, and dL/dx."""
    weight, (kH, kW) = trace.forward.weight, trace.forward.kernel_size

    def turned(row: int, column: int) -> str:
        return f"weight[0,0,{kH - 1 - row},{kW - 1 - column}]"

    def within(row: int, column: int) -> str:
        return f"grad_output[0,0,{row - kH + 1},{column - kW + 1}]"

    asked = np.pad(trace.grad_output[0, 0], ((kH - 1, kH - 1), (kW - 1, kW - 1)), constant_values=np.nan)
    return {
        "weight": sheet_of(trace, "weight", "w", "kernel"),
        "turned": Sheet("turned", weight[0, 0, ::-1, ::-1], turned, "kernel", trace.decimals("weight")),
        "grad_output": Sheet("dL/dy", asked, within, "output", trace.decimals("grad_output"), is_gradient=True),
        "grad_input": gradient_sheet(trace, "grad_input"),
    }


def flip_arrangements(sheets: dict[str, Sheet]) -> list[Part]:
    """Arrange both kernels above each other, or beside each other above the rest."""
    w, turned, dy, dx = (plan(key, sheets[key]) for key in ("weight", "turned", "grad_output", "grad_input"))
    return [Row([Column([w, turned], 0.25), dy, dx], 0.5), Column([Row([w, turned], 0.5), Row([dy, dx], 0.5)], 0.3)]


def step_sheets(trace: Any, stepped: Any) -> dict[str, Sheet]:
    """Return kernel and output before the step, their gradients, and both after it."""
    return {
        "weight": sheet_of(trace, "weight", "w", "kernel"),
        "grad_weight": gradient_sheet(trace, "grad_weight"),
        "new_weight": sheet_of(stepped, "weight", "new w", "kernel", "stepped."),
        "output": sheet_of(trace, "output", "y", "output"),
        "grad_output": gradient_sheet(trace, "grad_output"),
        "new_output": sheet_of(stepped, "output", "new y", "output", "stepped."),
    }


def in_pairs(sheets: dict[str, Sheet]) -> list[Part]:
    """Arrange before, gradient and after beside each other, the kernel above the output."""
    plans = [plan(key, sheet) for key, sheet in sheets.items()]
    columns = [Column([upper, lower], 0.25) for upper, lower in zip(plans[:3], plans[3:], strict=True)]
    rows = [Row(plans[:3], 0.5), Row(plans[3:], 0.5)]
    return [Row(columns, 0.8), Column(rows, 0.3), Row(plans, 0.4)]
