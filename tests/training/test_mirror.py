"""A network held alike to its mirror image gives one answer for a face and for its mirror image.

Needs the extra `train`, which the environment of `scripts/test` lacks: it is 0.8 GB.
"""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch, of the extra train, isn't in this environment")

from torch.nn import functional  # noqa: E402

from fer.checkpoint import is_even, network, read, write  # noqa: E402
from fer.mirror import groups, hold, matched, mirrored, pair, same, widened  # noqa: E402
from fer.network import FerNet  # noqa: E402

WIDTHS = ((8, 2), (12, 1), (16, 2))


def net(*, even: bool) -> FerNet:
    """A small network whose normalisations have seen something."""
    torch.manual_seed(1)
    small = FerNet(WIDTHS, stem=6, inner=(4, 6, 8, 10, 12), even=even)
    small.train()
    with torch.no_grad():
        for _ in range(3):
            small(faces())
    return small.eval()


def faces() -> torch.Tensor:
    """Sixteen pictures of large, soft patches of light."""
    return 3 * functional.interpolate(torch.randn(16, 1, 6, 6), (48, 48), mode="bilinear")


def answers(small: FerNet, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return torch.cat(small(x), 1)


def test_held_and_even_it_answers_alike_to_both() -> None:
    small, x = net(even=True), faces()
    assert (answers(small, x) - answers(small, x.flip(3))).abs().max() > 0.001
    hold(small, pair(small, x))
    assert torch.allclose(answers(small, x), answers(small, x.flip(3)), atol=1e-5)
    assert answers(small, x).std(0).min() > 0.001, "it still tells faces apart"


def test_the_mirrored_network_does_to_the_mirrored_picture_what_the_other_does_to_the_picture() -> None:
    small, x = net(even=True), faces()
    other = network(mirrored(small.state_dict(), pair(small, x)))
    assert torch.allclose(answers(other, x.flip(3)), answers(small, x), atol=1e-5)


def test_striding_unevenly_the_edges_differ() -> None:
    small, x = net(even=False), faces()
    hold(small, pair(small, x))
    assert (answers(small, x) - answers(small, x.flip(3))).abs().max() > 0.001


def test_holding_again_changes_nothing() -> None:
    small = net(even=True)
    pairs = pair(small, faces())
    hold(small, pairs)
    before = {name: value.clone() for name, value in small.state_dict().items()}
    hold(small, pairs)
    assert all(torch.allclose(before[name], value) for name, value in small.state_dict().items())


def test_partners_are_each_others_and_the_likeliest() -> None:
    alike = torch.tensor([[0.1, 0.9, 0.0], [0.8, 0.2, 0.1], [0.0, 0.1, 0.7]])
    assert matched(alike).tolist() == [1, 0, 2]
    assert matched(torch.eye(4)).tolist() == [0, 1, 2, 3]


def test_blocks_of_one_width_share_their_channels() -> None:
    inside, reads, gives = zip(*groups(net(even=False).state_dict()), strict=True)
    assert inside == ("inside0", "inside1", "inside2", "inside3", "inside4")
    assert reads == ("stem", "from0", "from0", "from2", "from3")
    assert gives == ("from0", "from0", "from2", "from3", "from3")


def test_the_mean_of_two_keeps_their_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import average_checkpoints

    small = net(even=True)
    pairs = pair(small, faces())
    hold(small, pairs)
    for name, given in (("one", pairs), ("two", pairs), ("none", None)):
        write(tmp_path / name, small.state_dict(), mean=129.0, std=64.0, pairs=given)
    for others, kept in ((["two"], True), (["two", "none"], False)):
        paths = [str(tmp_path / name) for name in ["one", *others]]
        monkeypatch.setattr("sys.argv", ["average", *paths, "--out", str(tmp_path / "mean")])
        average_checkpoints.main()
        assert same(read(tmp_path / "mean").pairs, pairs) is kept


def test_an_even_network_stays_even_when_pruned() -> None:
    from prune_checkpoint import prune

    thin = prune(net(even=True), (4, 4, 4, 4, 4), faces())
    assert is_even(thin.state_dict()) and network(thin.state_dict()).blocks[2].conv1.weight.shape == (4, 8, 3, 4)


def test_widened_it_is_an_even_network_with_the_same_mean_kernel(tmp_path: Path) -> None:
    old = net(even=False).state_dict()
    new = widened(old)
    assert is_even(new) and not is_even(old)
    assert network(new).blocks[1].conv1.kernel_size == (3, 3)
    assert torch.allclose(new["blocks.0.conv1.weight"].sum(3), old["blocks.0.conv1.weight"].sum(3), atol=1e-6)
    assert all(torch.equal(value, new[name]) for name, value in widened(new).items())
    pairs = {"stem": torch.arange(6)}
    write(tmp_path / "even.pt", new, mean=129.0, std=64.0, pairs=pairs)
    again = read(tmp_path / "even.pt")
    assert is_even(again.state) and again.pairs is not None and torch.equal(again.pairs["stem"], pairs["stem"])
