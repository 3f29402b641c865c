"""A teacher whose body has seen far more faces than FER2013 holds: MobileNet v1 that learned to tell people apart.

Howard et al. 2017 (arXiv:1704.04861); what such a body knows of faces serves for expressions as well (Savchenko 2021,
arXiv:2103.17107). It only teaches: it is too slow for the device, which gets none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fer.checkpoint import CheckpointError
from fer.graph_weights import graph_weights
from fer.norms import pass_on, take_over

# Channels after the first convolution and after each of the thirteen pairs, and which of the pairs stride.
CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDING = frozenset((2, 4, 6, 12))
# The pairs up to here answer at a sixteenth of the picture's size; the heads read these answers and the last ones.
MIDDLE = 11
# The mean grey level that the body's own training took away from its pictures.
DARK = 114.8


class Layer(nn.Module):
    """A convolution, its normalisation, and ReLU6. settled: the normalisation is part of the convolution already."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int, groups: int = 1, *, settled: bool) -> None:
        super().__init__()
        self.stride = stride
        around = size // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, size, stride, around, groups=groups, bias=settled)
        # So slow, as the body's layers have settled long ago.
        self.norm = nn.Identity() if settled else nn.BatchNorm2d(outputs, momentum=0.02)

    def forward(self, x: Tensor) -> Tensor:
        # TensorFlow puts what a stride lacks at the right and below.
        x = self.conv(F.pad(x, (0, 1, 0, 1)) if self.stride == 2 else x)
        return F.relu6(self.norm(x), inplace=isinstance(self.norm, nn.Identity))


class FaceBody(nn.Module):
    """(n, 1, 48, 48) normalised grey -> two times (n, 7) logits: `expression` and `fer2013`.

    size: pixels that the picture is enlarged to. still: how many layers stay as they are: the first convolution, and a
    pair for each one more. mean, std: of the grey levels 0..255 that were normalised.
    """

    def __init__(self, *, size: int, still: int, mean: float, std: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("about", torch.tensor([float(size), mean, std]))
        layers = [Layer(1, CHANNELS[0], 3, 2, settled=still > 0)]
        for pair in range(1, len(CHANNELS)):
            before, after = CHANNELS[pair - 1 : pair + 1]
            stride, settled = 2 if pair in STRIDING else 1, pair < still
            layers.append(Layer(before, before, 3, stride, before, settled=settled))
            layers.append(Layer(before, after, 1, 1, settled=settled))
        first, middle = max(0, 2 * still - 1), 1 + 2 * MIDDLE
        self.frozen = nn.Sequential(*layers[:first]).requires_grad_(False)
        self.mid = nn.Sequential(*layers[first:middle])
        self.top = nn.Sequential(*layers[middle:])
        self.dropout = nn.Dropout(dropout)
        seen = CHANNELS[MIDDLE] + CHANNELS[-1]
        self.expression, self.fer2013 = nn.Linear(seen, 7), nn.Linear(seen, 7)

    def features(self, x: Tensor) -> Tensor:
        """(n, 1, 48, 48) normalised grey -> (n, 1536) means of two layers."""
        assert isinstance(self.about, Tensor)
        size, mean, std = self.about.tolist()
        with torch.no_grad():
            x = F.interpolate(x, size=(int(size), int(size)), mode="bilinear", align_corners=False)
            x = self.frozen(x * std + (mean - DARK))
        middle = self.mid(x)
        return torch.cat([middle.mean((2, 3)), self.top(middle).mean((2, 3))], 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.dropout(self.features(x))
        return self.expression(features), self.fer2013(features)


@torch.no_grad()
def begun(
    path: Path, faces: Tensor, *, size: int, still: int, mean: float, std: float, dropout: float = 0.0
) -> FaceBody:
    """A body with the weights in `path`, a TensorFlow.js graph model, and heads that know nothing yet.

    faces: (n, 1, 48, 48) normalised grey; the normalisations are set from what they see of these, and the body answers
    as it did before. Raises CheckpointError.
    """
    net = FaceBody(size=size, still=still, mean=mean, std=std, dropout=dropout).eval()
    held = graph_weights(path)
    layers = [layer for layer in net.modules() if isinstance(layer, Layer)]
    names = ["conv1", *(f"conv_{kind}_{pair}" for pair in range(1, len(CHANNELS)) for kind in ("dw", "pw"))]
    try:
        for layer, name in zip(layers, names, strict=True):
            _fill(layer, held, name)
    except (KeyError, RuntimeError):
        raise CheckpointError(f"{path}: isn't a MobileNet v1 that the body can begin with") from None
    take_over(net, [(layer.conv, layer.norm) for layer in layers if isinstance(layer.norm, nn.BatchNorm2d)], faces)
    return net


def fit_heads(net: FaceBody, x: Tensor, votes: Tensor, labels: Tensor) -> None:
    """Fit both heads, by themselves, to (n, 7) targets of (n, 1, 48, 48) normalised faces.

    A body that learns at once from heads that know nothing forgets what it knew (Kumar et al. 2022, arXiv:2202.10054).
    """
    net.eval()
    with torch.no_grad():
        features = torch.cat([net.features(part) for part in x.split(128)])
    for head, wanted in ((net.expression, votes), (net.fer2013, labels)):
        optimiser = torch.optim.LBFGS(head.parameters(), max_iter=60)

        def loss(head: nn.Linear = head, wanted: Tensor = wanted, by: torch.optim.LBFGS = optimiser) -> Tensor:
            by.zero_grad()
            told = -(wanted * F.log_softmax(head(features), 1)).sum(1).mean() + 0.01 * (head.weight**2).sum()
            told.backward()
            return told

        optimiser.step(loss)


def is_body(state: Mapping[str, Tensor]) -> bool:
    """Whether the weights are those of a `FaceBody`."""
    return "about" in state


def restored(state: Mapping[str, Tensor]) -> FaceBody:
    """The body with these weights, ready to be asked; raises CheckpointError."""
    frozen = sum(name.startswith("frozen.") and name.endswith("conv.weight") for name in state)
    try:
        size, mean, std = state["about"].tolist()
        net = FaceBody(size=int(size), still=(frozen + 1) // 2, mean=mean, std=std)
        net.load_state_dict(dict(state))
    except (KeyError, ValueError, RuntimeError):
        raise CheckpointError("the checkpoint's weights aren't those of the network in fer/face_body.py") from None
    return net.eval()


def _fill(layer: Layer, held: Mapping[str, Tensor], name: str) -> None:
    """Give a layer what the graph holds for it; its normalisation does nothing but scale and shift at first."""
    if f"{name}/depthwise_kernel" in held:
        kernel = held[f"{name}/depthwise_kernel"].permute(2, 3, 0, 1)
        scale = held[f"{name}_bn/batchnorm_1/mul"].flatten()
    else:
        # Its scale is in the kernel already; and grey is the same in all three colours.
        kernel = held[f"{name}/convolution/merged_input"].permute(3, 2, 0, 1)
        kernel = kernel.sum(1, keepdim=True) if kernel.shape[1] == 3 else kernel
        scale = torch.ones(len(kernel))
    shift = held[f"{name}_bn/batchnorm_1/sub"].flatten()
    norm = layer.norm
    if not isinstance(norm, nn.BatchNorm2d):
        assert layer.conv.bias is not None
        layer.conv.weight.copy_(kernel * scale.view(-1, 1, 1, 1))
        layer.conv.bias.copy_(shift)
        return
    layer.conv.weight.copy_(kernel)
    pass_on(norm, scale, shift)
