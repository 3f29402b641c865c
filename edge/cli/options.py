"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file; without it ./config.yaml, then /etc/moodroom/config.yaml."),
]
TableOption = Annotated[Path | None, typer.Option("--from", help="A CSV table of songs with valence and energy.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CsvFileOption = Annotated[
    str | None, typer.Option("--csv", metavar="FILE", help="Write CSV to this file; - is stdout.")
]
