"""Small networks in torch, of the kinds that are filmed most, and how exporters write them."""

from __future__ import annotations

import torch
from torch import nn

from tests.cnn_core.onnx.writing import Exported


def settled(net: nn.Module) -> nn.Module:
    """Return a net as if it were trained: its batch norms have seen something."""
    generator = torch.Generator().manual_seed(1)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.3, 0.3, generator=generator)
            module.running_var.uniform_(0.5, 2.0, generator=generator)
    return net.eval()


def lenet() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 3, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(3, 4, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Flatten(), nn.Linear(100, 12), nn.Tanh(), nn.Linear(12, 10)),
    )


def norm(c_in: int, c_out: int, side: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(c_in, c_out, side, stride, side // 2, groups=groups, bias=False),
        nn.BatchNorm2d(c_out),
    ]


class Residual(nn.Module):
    """ResNet's basic block."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*norm(c_in, c_out, 3, stride), nn.ReLU(), *norm(c_out, c_out, 3))
        self.skip = nn.Sequential(*norm(c_in, c_out, 1, stride)) if stride > 1 else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + (x if self.skip is None else self.skip(x)))

    def write(self, file: Exported, name: str, x: str) -> str:
        body = file.module(f"{name}.body", self.body, x)
        skip = x if self.skip is None else file.module(f"{name}.skip", self.skip, x)
        return file.op("Relu", file.op("Add", body, skip))


class Inverted(nn.Module):
    """MobileNetV2's block: wider, depthwise, narrower."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        wide = 4 * c_in
        self.adds = stride == 1 and c_in == c_out
        self.body = nn.Sequential(
            *(*norm(c_in, wide, 1), nn.ReLU6()),
            *(*norm(wide, wide, 3, stride, groups=wide), nn.ReLU6()),
            *norm(wide, c_out, 1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x) if self.adds else self.body(x)

    def write(self, file: Exported, name: str, x: str) -> str:
        body = file.module(f"{name}.body", self.body, x)
        return file.op("Add", x, body) if self.adds else body


class Classifier(nn.Module):
    """A stem, blocks, and a linear layer on the means of the last maps."""

    def __init__(self, stem: list[nn.Module], blocks: list[Residual] | list[Inverted], c_out: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(*stem)
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c_out, 7))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

    def write(self, file: Exported) -> str:
        x = file.module("stem", self.stem, "x")
        for k, block in enumerate(self.blocks):
            x = block.write(file, f"blocks.{k}", x)  # type: ignore[operator]
        return file.module("head", self.head, x)


def resnet() -> Classifier:
    stem = [*norm(3, 4, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    return Classifier(stem, [Residual(4, 4, 1), Residual(4, 4, 1), Residual(4, 8, 2), Residual(8, 8, 1)], 8)


def mobilenet() -> Classifier:
    return Classifier([*norm(3, 4, 3, 2), nn.ReLU6()], [Inverted(4, 4, 1), Inverted(4, 6, 2), Inverted(6, 6, 1)], 6)


class UNet(nn.Module):
    """Two levels down, two up, a bridge on each."""

    def __init__(self) -> None:
        super().__init__()
        self.down1 = nn.Sequential(*norm(1, 3, 3), nn.ReLU())
        self.down2 = nn.Sequential(nn.MaxPool2d(2), *norm(3, 4, 3), nn.ReLU())
        self.bottom = nn.Sequential(nn.MaxPool2d(2), *norm(4, 6, 3), nn.ReLU(), nn.ConvTranspose2d(6, 4, 2, 2))
        self.up2 = nn.Sequential(*norm(8, 4, 3), nn.ReLU(), nn.ConvTranspose2d(4, 3, 2, 2))
        self.up1 = nn.Sequential(*norm(6, 3, 3), nn.ReLU(), nn.Conv2d(3, 1, 1), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = self.down1(x)
        second = self.down2(first)
        up = self.up2(torch.cat([second, self.bottom(second)], 1))
        return self.up1(torch.cat([first, up], 1))

    def write(self, file: Exported) -> str:
        first = file.module("down1", self.down1, "x")
        second = file.module("down2", self.down2, first)
        up = file.op("Concat", second, file.module("bottom", self.bottom, second), axis=1)
        up = file.op("Concat", first, file.module("up2", self.up2, up), axis=1)
        return file.module("up1", self.up1, up)


def exported(net: nn.Module, shape: tuple[int, ...]) -> bytes:
    """Return an ONNX file of a net."""
    file = Exported()
    output = file.module("net", net, "x") if isinstance(net, nn.Sequential) else net.write(file)  # type: ignore[operator]
    return file.file(output, (1, *shape))
