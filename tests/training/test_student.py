"""The small student: a head free of shares, augmentation, views, its shape, and what the export makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch, of the extra train, is not in this environment")

from fer import views  # noqa: E402
from fer.checkpoint import CheckpointError, network, read  # noqa: E402
from fer.data import Faces  # noqa: E402
from fer.distil import Distiller, resized  # noqa: E402
from fer.network import FerNet  # noqa: E402
from fer.prior_figures import best_recall, by_power, right, summary  # noqa: E402
from fer.priors import draw_of, moved_to, prior_of  # noqa: E402
from fer.rooms import CHANGES, room  # noqa: E402
from fer.shrink import shrink  # noqa: E402
from fer.student_recipe import StudentRecipe  # noqa: E402

SMALL = StudentRecipe(
    minutes=60, epochs=2, batch=16, widths=(8, 12), blocks=(1, 1), stem=4, sizes=(24, 48), until=(0.5,)
)


@pytest.fixture
def faces() -> Faces:
    random = np.random.default_rng(1)
    count = 40
    votes = random.dirichlet(np.ones(7), count).astype(np.float32)
    return Faces(
        images=random.integers(0, 256, (count, 48, 48), dtype=np.uint8),
        labels=random.integers(0, 7, count),
        votes=votes,
        weight=np.ones(count, np.float32),
        top=votes.argmax(1),
        agreed=votes.max(1) > 0.5,
        twins=np.arange(count),
    )


def teacher(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    brightness = x.mean((1, 2, 3))[:, None]
    return brightness * torch.arange(7), -brightness * torch.arange(7)


@pytest.fixture
def seen(faces: Faces, tmp_path: Path) -> views.Views:
    views.make(faces, teacher, tmp_path / "views", 2, mean=128, std=64)
    return views.read(tmp_path / "views")


def test_the_first_view_is_the_picture_and_the_teacher_sees_each_view(faces: Faces, seen: views.Views) -> None:
    assert len(seen) == 2
    assert np.array_equal(seen.images[0].numpy(), faces.images)
    assert not np.array_equal(seen.images[1].numpy(), faces.images)
    fed = (seen.images[1].unsqueeze(1).float() - 128) / 64
    assert torch.allclose(teacher(fed)[0], seen.expression[1], atol=1e-5)


def test_rare_votes_are_drawn_more_often() -> None:
    votes = torch.eye(7).repeat_interleave(torch.tensor([1, 2, 4, 8, 16, 32, 64]), 0)
    assert prior_of(votes, draw_of(votes, 1.0)) == pytest.approx([1 / 7] * 7)
    assert prior_of(votes, draw_of(votes, 0.0)) == pytest.approx(prior_of(votes))
    assert draw_of(torch.cat([votes, torch.zeros(1, 7)]), 0.5)[-1] == 1


def test_a_teacher_is_moved_from_its_own_shares_to_others() -> None:
    own, wanted = torch.tensor([0.5, 0.5]), torch.tensor([0.8, 0.2])
    assert moved_to(torch.zeros(1, 2), own, wanted)[0] == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_keeps_the_shape_and_changes_something(change: object) -> None:
    x = torch.rand(7, 1, 32, 32)
    changed = change(x)  # type: ignore[operator]
    assert changed.shape == x.shape
    assert not torch.equal(changed, x)


def test_a_room_keeps_grey_within_its_range() -> None:
    x = torch.rand(64, 1, 48, 48)
    changed = room(x, 1.0)
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert torch.isfinite(changed).all()


def test_the_student_learns_saves_and_goes_on(faces: Faces, seen: views.Views, tmp_path: Path) -> None:
    student = Distiller(SMALL, faces, seen)
    assert np.isfinite(student.run_epoch())
    student.save(tmp_path / "last.pt")
    again = Distiller(SMALL, faces, seen)
    again.resume(tmp_path / "last.pt")
    assert (again.epoch, again.progress()) == (1, student.progress())
    assert student.size(0.0) == 24
    assert student.size(again.progress()) == 48
    kept = read(tmp_path / "last.pt")
    assert kept.shares == pytest.approx(prior_of(torch.from_numpy(faces.votes)).tolist())
    x = torch.rand(2, 1, 48, 48)
    for one, other in zip(network(kept.state)(x), student.averaged.float()(x), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_a_stem_that_strides_is_in_the_state() -> None:
    strided, plain = FerNet(((8, 1),), stem=4, stem_stride=2), FerNet(((8, 1),), stem=4)
    x = torch.rand(1, 1, 48, 48)
    assert strided.blocks(strided.stem(x)).shape == plain.blocks(plain.stem(x)).shape
    assert "stem_stride" in strided.state_dict()
    assert "stem_stride" not in plain.state_dict()


def test_a_network_that_loses_nothing_answers_as_before() -> None:
    torch.manual_seed(2)
    big, faces = FerNet(((8, 1), (12, 1)), stem=4, inner=(8, 12)), torch.randn(96, 1, 48, 48)
    big.train()(faces)
    big.eval()
    small = shrink(big, 4, (8, 12), faces)
    with torch.no_grad():
        for one, other in zip(big(faces[:8]), small.eval()(faces[:8]), strict=True):
            assert (one - other).std() < 0.1 * one.std()


def test_blocks_are_merged_and_thinned() -> None:
    torch.manual_seed(3)
    big = FerNet(((8, 2), (12, 2)), stem=6)
    small = shrink(big.eval(), 4, (4, 6), torch.randn(32, 1, 48, 48))
    assert len(small.blocks) == 2
    assert [block.conv1.out_channels for block in small.blocks] == [4, 6]
    assert len(small.stem[0].weight) == 4
    with pytest.raises(CheckpointError, match="names 1 blocks"):
        shrink(big, 4, (4,), torch.randn(8, 1, 48, 48))


def test_resized_is_the_mean_of_an_area() -> None:
    x = torch.rand(1, 1, 48, 48)
    assert resized(x, 24)[0, 0, 0, 0] == pytest.approx(float(x[0, 0, :2, :2].mean()))
    assert resized(x, 48) is x


def test_the_power_with_the_best_recall_that_keeps_the_accuracy(faces: Faces) -> None:
    shares = np.array([0.9, 0.1])
    logits = np.array([[0.0, 1.0]] * 4 + [[1.0, 0.0]] * 16)
    labels = np.array([1, 1, 0, 0] + [0] * 16)
    assert right(logits, labels) == (0.9, pytest.approx((16 / 18 + 1) / 2))
    assert best_recall(logits, shares, labels, 0.85) == (0.0, 0.9, pytest.approx((16 / 18 + 1) / 2))
    assert best_recall(logits, shares, labels, 0.95)[1] == 0.9
    some = replace(faces, top=np.arange(40) % 7, agreed=np.arange(40) % 2 == 0)
    logits = np.eye(7)[some.top]
    even = np.full(7, 1 / 7)
    assert by_power(logits, even, some)[-1] == {
        "power": 1.0, "majority": 1.0, "majority_recall": 1.0, "agreed": 1.0, "agreed_recall": 1.0
    }  # fmt: skip
    assert summary(logits, logits, even, some)["majority"] == 100
