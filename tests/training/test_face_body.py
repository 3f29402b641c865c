"""A teacher begins with what a network that knows faces has learned, and answers as that one did.

Needs the extra `train`, which the environment of `scripts/test` lacks: it is 0.8 GB.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch, of the extra train, isn't in this environment")

from torch.nn import functional  # noqa: E402

from fer.checkpoint import CheckpointError, read, write  # noqa: E402
from fer.data import Faces  # noqa: E402
from fer.face_body import CHANNELS, DARK, STRIDING, begun, fit_heads, is_body, restored  # noqa: E402
from fer.graph_weights import graph_weights  # noqa: E402
from fer.recipe import Recipe  # noqa: E402
from fer.teachers import Beside, answering  # noqa: E402
from fer.trainer import Trainer  # noqa: E402

MEAN, STD = 128.0, 64.0
ABOUT = {"size": 48, "mean": MEAN, "std": STD}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph model of the right shape that has learned nothing, half its numbers kept in 16 bits."""
    folder, rng = tmp_path_factory.mktemp("graph"), np.random.default_rng(3)
    kept, about = [], []

    def keep(name: str, numbers: np.ndarray, *, short: bool = False) -> None:
        kept.append(numbers.astype("<f2" if short else "<f4").tobytes())
        entry: dict[str, object] = {"name": name, "shape": list(numbers.shape), "dtype": "float32"}
        if short:
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        about.append(entry)

    keep("conv1/convolution/merged_input", rng.normal(0, 0.005, (3, 3, 3, CHANNELS[0])))
    keep("conv1_bn/batchnorm_1/sub", rng.normal(0.2, 0.2, CHANNELS[0]))
    kept.append(np.arange(2, dtype="<i4").tobytes())
    about.append({"name": "axes", "shape": [2], "dtype": "int32"})
    for pair in range(1, len(CHANNELS)):
        before, after = CHANNELS[pair - 1 : pair + 1]
        keep(f"conv_dw_{pair}/depthwise_kernel", rng.normal(0, 0.5, (3, 3, before, 1)), short=True)
        keep(f"conv_dw_{pair}_bn/batchnorm_1/mul", rng.uniform(0.5, 1.5, (1, 1, before, 1)))
        keep(f"conv_dw_{pair}_bn/batchnorm_1/sub", rng.normal(0.1, 0.2, before))
        keep(
            f"conv_pw_{pair}/convolution/merged_input",
            rng.normal(0, (3 / before) ** 0.5, (1, 1, before, after)),
            short=True,
        )
        keep(f"conv_pw_{pair}_bn/batchnorm_1/sub", rng.normal(0.1, 0.2, after))
    (folder / "numbers.bin").write_bytes(b"".join(kept))
    path = folder / "graph.json"
    path.write_text(json.dumps({"weightsManifest": [{"paths": ["numbers.bin"], "weights": about}]}))
    return path


def faces(count: int = 16) -> torch.Tensor:
    """Normalised pictures of large, soft patches of light."""
    torch.manual_seed(1)
    return functional.interpolate(torch.randn(count, 1, 6, 6), (48, 48), mode="bilinear")


def by_the_graph(path: Path, x: torch.Tensor) -> torch.Tensor:
    """The last layer's means as the graph itself would tell them of grey shown in three colours."""
    held = graph_weights(path)
    x = (x * STD + MEAN - DARK).expand(-1, 3, -1, -1)

    def layer(x: torch.Tensor, name: str, kernel: torch.Tensor, scale: torch.Tensor, stride: int) -> torch.Tensor:
        around = kernel.shape[2] // 2
        x = functional.pad(x, (0, 1, 0, 1) if stride == 2 else (around,) * 4)
        x = functional.conv2d(x, kernel, stride=stride, groups=x.shape[1] // kernel.shape[1])
        shift = held[f"{name}_bn/batchnorm_1/sub"].flatten()
        return functional.relu6(x * scale.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1))

    kernel = held["conv1/convolution/merged_input"].permute(3, 2, 0, 1)
    x = layer(x, "conv1", kernel, torch.ones(len(kernel)), 2)
    for pair in range(1, len(CHANNELS)):
        name, stride = f"conv_dw_{pair}", 2 if pair in STRIDING else 1
        kernel = held[f"{name}/depthwise_kernel"].permute(2, 3, 0, 1)
        x = layer(x, name, kernel, held[f"{name}_bn/batchnorm_1/mul"].flatten(), stride)
        name = f"conv_pw_{pair}"
        kernel = held[f"{name}/convolution/merged_input"].permute(3, 2, 0, 1)
        x = layer(x, name, kernel, torch.ones(len(kernel)), 1)
    return x.mean((2, 3))


@pytest.mark.parametrize("still", [0, 1, 4])
def test_it_begins_with_what_the_graph_knows(graph: Path, still: int) -> None:
    x = faces()
    net = begun(graph, x, still=still, **ABOUT)
    with torch.no_grad():
        told = net.features(x)[:, -CHANNELS[-1] :]
    wanted = by_the_graph(graph, x)
    assert wanted.std(0).mean() > 0.01, "the graph tells these pictures apart"
    assert torch.allclose(told, wanted, rtol=1e-3, atol=1e-3)


def test_what_is_still_does_not_learn(graph: Path) -> None:
    x = faces()
    net = begun(graph, x, still=4, **ABOUT).train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimiser = torch.optim.SGD([weight for weight in net.parameters() if weight.requires_grad], lr=0.1)
    sum(head.square().mean() for head in net(x)).backward()
    optimiser.step()
    moved = {name.split(".")[0] for name, value in net.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"mid", "top", "expression", "fer2013"}
    assert len(net.frozen) == 7


def test_heads_fitted_tell_apart_what_they_were_fitted_to(graph: Path) -> None:
    x = faces(64)
    labels = torch.eye(7)[(x.mean((1, 2, 3)) > x.mean()).long()]
    net = begun(graph, x, still=4, **ABOUT)
    fit_heads(net, x, labels, labels)
    with torch.no_grad():
        for head in net(x):
            assert (head.argmax(1) == labels.argmax(1)).float().mean() > 0.9


def test_kept_and_read_again_it_teaches(graph: Path, tmp_path: Path) -> None:
    x, path = faces(), tmp_path / "body.pt"
    net = begun(graph, x, still=4, **ABOUT)
    write(path, net.state_dict(), mean=MEAN, std=STD)
    kept = read(path)
    assert is_body(kept.state)
    with torch.no_grad():
        wanted = torch.cat(net(x), 1)
        assert torch.equal(torch.cat(answering(kept)(x), 1), wanted)
    beside = Beside([path], MEAN / 255, STD / 255, torch.device("cpu"))
    with torch.no_grad():
        plain, mirrored = (head.softmax(1) for head in (net(x)[0], net(x.flip(3))[0]))
    assert any(torch.allclose(beside.answers(x)[0], one, atol=1e-5) for one in (plain, mirrored))


def test_a_training_with_a_body_goes_on_where_it_stopped(graph: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    labels = np.arange(14) % 7
    pictures = Faces(
        images=rng.integers(0, 256, (14, 48, 48), dtype=np.uint8),
        labels=labels,
        votes=np.eye(7, dtype=np.float32)[labels],
        weight=np.ones(14, np.float32),
        top=labels,
        agreed=np.ones(14, bool),
        twins=np.arange(14),
    )
    recipe = Recipe(body=str(graph), size=48, still=4, batch=7, rate=1e-3, epochs=2, warm=1.0, dropout=0.4)
    first = Trainer(recipe, pictures, torch.device("cpu"))
    before = {name: value.clone() for name, value in first.net.state_dict().items()}
    assert first.net.dropout.p == 0.4
    assert first.run_epoch() > 0
    first.save(tmp_path / "last.pt")
    learned = {name for name, value in first.net.state_dict().items() if not torch.equal(value, before[name])}
    assert {"mid.0.conv.weight", "top.0.conv.weight", "fer2013.weight"} <= learned
    assert not any(name.startswith("frozen.") for name in learned)
    second = Trainer(recipe, pictures, torch.device("cpu"))
    second.resume(tmp_path / "last.pt")
    assert second.epoch == 1
    assert torch.equal(second.net.state_dict()["mid.0.conv.weight"], first.net.state_dict()["mid.0.conv.weight"])
    assert is_body(read(tmp_path / "last.pt").state)


def test_what_is_no_graph_or_body_is_told_in_a_sentence(graph: Path, tmp_path: Path) -> None:
    x = faces(2)
    with pytest.raises(CheckpointError, match=r"nowhere\.json: isn't a TensorFlow\.js graph model"):
        begun(tmp_path / "nowhere.json", x, still=4, **ABOUT)
    (tmp_path / "numbers.bin").write_bytes((graph.parent / "numbers.bin").read_bytes()[:-4])
    cut = tmp_path / "cut.json"
    cut.write_text(graph.read_text())
    with pytest.raises(CheckpointError, match=r"cut\.json: isn't a TensorFlow\.js graph model"):
        begun(cut, x, still=4, **ABOUT)
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"weightsManifest": []}))
    with pytest.raises(CheckpointError, match=r"other\.json: isn't a MobileNet v1"):
        begun(other, x, still=4, **ABOUT)
    with pytest.raises(CheckpointError, match=r"fer/face_body\.py"):
        restored({"about": torch.tensor([48.0, MEAN, STD])})
