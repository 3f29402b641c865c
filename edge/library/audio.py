"""Audio features measured from a file with librosa. Valence is only estimated, and marked as a guess."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import ConfigError
from edge.songs import Features

SAMPLE_RATE_HZ = 22050
# The analysed part: past the intro, and long enough to measure the tempo.
OFFSET_S, DURATION_S = 20.0, 60.0
# The weight of each of the twelve notes in a major and a minor key: Krumhansl and Kessler's probe-tone ratings (1982,
# doi 10.1037/0033-295X.89.4.334).
MAJOR_KEY = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_KEY = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
log = logging.getLogger(__name__)


def need_librosa() -> None:
    """Raise ConfigError if librosa isn't installed."""
    try:
        import librosa  # noqa: F401
    except ImportError:
        raise ConfigError("--audio: needs librosa; pip install 'moodroom[audio]'") from None


def analyse(path: Path) -> Features | None:
    """Return tempo, loudness, energy and a guess at the valence of one file; None if it can't be decoded.

    Danceability, acousticness and the others stay unknown: they come from trained models and can't be measured.
    """
    import librosa

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sound, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=True, offset=OFFSET_S, duration=DURATION_S)
            if len(sound) < 5 * SAMPLE_RATE_HZ:
                sound, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=True, duration=DURATION_S)
            return measure(np.asarray(sound, np.float32))
    except Exception as error:
        log.info("library: %s can't be analysed (%s)", path, str(error) or type(error).__name__)
        return None


def measure(sound: NDArray[np.float32]) -> Features | None:
    """Return the features of (n,) samples at SAMPLE_RATE_HZ, -1..1; None for silence."""
    import librosa

    rms = float(np.sqrt(np.mean(np.square(sound), dtype=np.float64))) if len(sound) else 0.0
    if rms < 1e-5:
        return None
    loudness = 20 * np.log10(rms)
    onset: Any = librosa.onset.onset_strength(y=sound, sr=SAMPLE_RATE_HZ)
    tempo = float(np.atleast_1d(librosa.feature.tempo(onset_envelope=onset, sr=SAMPLE_RATE_HZ))[0])
    brightness = float(np.mean(librosa.feature.spectral_centroid(y=sound, sr=SAMPLE_RATE_HZ)))
    events = float(np.mean(onset))
    mode = _mode(np.asarray(librosa.feature.chroma_stft(y=sound, sr=SAMPLE_RATE_HZ)).mean(1))
    # Energy: half loudness (-35..-8 dB), a quarter brightness (500..4000 Hz), a quarter density of onsets.
    energy = 0.5 * _ramp(loudness, -35, -8) + 0.25 * _ramp(brightness, 500, 4000) + 0.25 * _ramp(events, 0.2, 2.0)
    # On average major and fast sounds happier than minor and slow; the estimate is weak, so it stays near the middle.
    valence = 0.5 + 0.2 * mode + 0.1 * (2 * _ramp(tempo, 60, 160) - 1)
    return Features(
        valence=round(float(np.clip(valence, 0.2, 0.8)), 4),
        energy=round(float(energy), 4),
        tempo=round(tempo, 2),
        loudness=round(float(np.clip(loudness, -100, 0)), 2),
        source="audio",
        guessed=True,
    )


def _mode(chroma: NDArray[np.float64]) -> float:
    """Return how much better the best major key fits than the best minor one, -1..1."""
    if float(np.ptp(chroma)) < 1e-9:
        return 0.0
    major, minor = (
        max(float(np.corrcoef(np.roll(key, n), chroma)[0, 1]) for n in range(12)) for key in (MAJOR_KEY, MINOR_KEY)
    )
    return float(np.clip(4 * (major - minor), -1, 1))


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))
