"""Measures tempo, loudness and energy of an audio file with librosa, and guesses its valence."""

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
# Past the intro, and long enough for a tempo.
SKIP_S, LISTEN_S = 20.0, 60.0
LISTEN_MIN_S = 5
# How well each of the twelve notes fits a major and a minor key: Krumhansl and Kessler's probe-tone ratings (1982, doi
# 10.1037/0033-295X.89.4.334).
MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
log = logging.getLogger(__name__)


def require_librosa() -> None:
    """Raise ConfigError if librosa isn't installed."""
    try:
        import librosa  # noqa: F401
    except ImportError:
        raise ConfigError(
            "--audio: needs librosa; run `sudo scripts/install --with audio`, or pip install 'moodroom[audio]'"
        ) from None


def analyse(path: Path) -> Features | None:
    """Return a file's features, or None if it can't be decoded.

    The other features, such as danceability, stay unknown: they need trained models.
    """
    import librosa

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sound, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=True, offset=SKIP_S, duration=LISTEN_S)
            if len(sound) < LISTEN_MIN_S * SAMPLE_RATE_HZ:
                sound, _ = librosa.load(path, sr=SAMPLE_RATE_HZ, mono=True, duration=LISTEN_S)
            return measure(np.asarray(sound, np.float32))
    except Exception as error:
        log.info("library: %s can't be analysed (%s)", path, str(error) or type(error).__name__)
        return None


def measure(sound: NDArray[np.float32]) -> Features | None:
    """Return the features of (n,) samples, -1..1, at SAMPLE_RATE_HZ; None for silence."""
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
    # Energy: half from the loudness (-35..-8 dB), the rest from the brightness (500..4000 Hz) and the note onsets.
    energy = 0.5 * _ramp(loudness, -35, -8) + 0.25 * _ramp(brightness, 500, 4000) + 0.25 * _ramp(events, 0.2, 2.0)
    # Major and fast music sounds happier than minor and slow music, but only on average, so extremes are avoided.
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
    """Return -1..1: how much better the best major key fits than the best minor one."""
    if float(np.ptp(chroma)) < 1e-9:
        return 0.0
    major, minor = (
        max(float(np.corrcoef(np.roll(profile, n), chroma)[0, 1]) for n in range(12))
        for profile in (MAJOR_PROFILE, MINOR_PROFILE)
    )
    return float(np.clip(4 * (major - minor), -1, 1))


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))
