"""`moodroom evaluate`: evaluates the model on a labelled set; prints a table or JSON, and draws a picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Column, Table

from edge.analysis.dataset import FACE_SIZE_PX
from edge.analysis.evaluation import evaluate_all
from edge.analysis.metrics import Evaluation
from edge.commands.output import progress_bar, table_console
from edge.config import Config
from edge.errors import DataError, ModelError
from edge.values import EXPRESSIONS, Grey
from edge.vision.classifier import Classifier
from edge.vision.pipeline import BASE, find_model


def evaluate_model(config: Config, data: Path, *, split: str, json_text: bool, png: Path | None) -> None:
    """Print the figures; raises DataError for the set, ModelError for the model. png: where to draw the picture."""
    path = find_model(config.vision.model, BASE)
    model = Classifier(path)
    if model.size != FACE_SIZE_PX:
        raise ModelError(
            f"{path}: takes faces of {model.size} pixels, but a labelled set has {FACE_SIZE_PX}; name another model"
        )

    def classify(face: Grey) -> dict[str, NDArray[np.float64]]:
        # A labelled set has the shares of the training set.
        return {head: np.asarray(values) for head, values in model.as_in_training(face).items()}

    with progress_bar() as progress:
        bar = progress.add_task("reading faces", total=None)
        figures = evaluate_all(
            data, classify, split=split, step=lambda done, count: progress.update(bar, completed=done, total=count)
        )
    if json_text:
        print(json.dumps({name: figure.as_dict(EXPRESSIONS) for name, figure in figures.items()}, indent=1))
    else:
        _print(figures)
    if png is not None:
        _draw(figures, png)


def _print(figures: dict[str, Evaluation]) -> None:
    table = Table(
        Column("figure", no_wrap=True),
        "faces",
        "accuracy",
        "macro recall",
        "worst recall",
        "calibration error",
        box=None,
    )
    for name, figure in figures.items():
        shares = (figure.accuracy, figure.macro_recall, figure.worst_recall)
        cells = [f"{share:.2%}" for share in shares]
        table.add_row(name, str(figure.count), *cells, f"{figure.calibration_error:.4f}")
    # Without lines between the columns, 80 characters are enough.
    classes = Table(Column("recall", no_wrap=True), *EXPRESSIONS, box=None)
    for name, figure in figures.items():
        classes.add_row(name, *("-" if np.isnan(share) else f"{share:.1%}" for share in figure.recall))
    console = table_console()
    console.print(table)
    console.print(classes)
    for name, figure in figures.items():
        console.print(f"\n{name}, faces: rows are labels, columns predictions")
        console.print(_confusions(figure))


def _confusions(figure: Evaluation) -> Table:
    """The confusion matrix in plain columns, narrow enough for 80 characters."""
    table = Table(
        Column("", no_wrap=True), *(Column(name, justify="right", no_wrap=True) for name in EXPRESSIONS), box=None
    )
    for name, counts in zip(EXPRESSIONS, figure.matrix, strict=True):
        table.add_row(name, *map(str, counts))
    return table


def _draw(figures: dict[str, Evaluation], png: Path) -> None:
    from edge.commands.charts.confusion import confusion_png

    name = next((name for name in ("expression_majority", "expression", "fer2013") if name in figures), None)
    if name is None:
        return
    try:
        png.write_bytes(confusion_png(figures[name].matrix, EXPRESSIONS, name))
    except OSError as error:
        raise DataError(f"{png}: can't be written: {error.strerror}") from None
