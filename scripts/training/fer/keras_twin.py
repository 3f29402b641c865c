"""The trained network in Keras, with batch normalisation folded in, and its conversion to TFLite."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# TensorFlow logs to stderr on import, and oneDNN's sums depend on the machine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

from fer.tflite_run import SIZE

HEADS = ("expression", "fer2013")
State = Mapping[str, Any]


@dataclass(frozen=True)
class Convolution:
    """One convolution with its normalisation folded in. kernel: (high, wide, in, out) float32; bias: (out,) float32."""

    kernel: np.ndarray
    bias: np.ndarray


def fold(state: State, convolution: str, norm: str) -> Convolution:
    """`norm(convolution(x))` as one convolution with a bias; both are names in the checkpoint's state."""
    weight = _array(state, f"{convolution}.weight")
    # 1e-5 is PyTorch's default, which the network uses.
    factor = _array(state, f"{norm}.weight") / np.sqrt(_array(state, f"{norm}.running_var") + 1e-5)
    bias = _array(state, f"{norm}.bias") - _array(state, f"{norm}.running_mean") * factor
    kernel = (weight * factor[:, None, None, None]).transpose(2, 3, 1, 0)
    return Convolution(kernel.astype(np.float32), bias.astype(np.float32))


def twin(state: State) -> keras.Model:
    """A Keras model, (1, 48, 48, 1) normalised grey -> `expression` and `fer2013` logits, with the state's weights."""
    grey = keras.Input(batch_shape=(1, SIZE, SIZE, 1), name="face")
    stem_stride = int(state.get("stem_stride", 1))
    x = _convolve(grey, fold(state, "stem.0", "stem.1"), "stem", stride=stem_stride, relu=True)
    for index in range(block_count(state)):
        at = f"blocks.{index}"
        # The first block of each width halves the resolution, unless the stem did; only its short cut has weights.
        widens = f"{at}.short.0.weight" in state
        stride = 2 if widens and (index or stem_stride == 1) else 1
        y = _convolve(x, fold(state, f"{at}.conv1", f"{at}.norm1"), f"block{index}_a", stride=stride, relu=True)
        y = _convolve(y, fold(state, f"{at}.conv2", f"{at}.norm2"), f"block{index}_b")
        if widens:
            x = _convolve(x, fold(state, f"{at}.short.0", f"{at}.short.1"), f"block{index}_short", stride=stride)
        x = keras.layers.ReLU(name=f"block{index}")(keras.layers.Add(name=f"block{index}_sum")([y, x]))
    x = keras.layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(grey, [_head(x, state, name) for name in HEADS], name="fer")


def block_count(state: State) -> int:
    """Return the number of residual blocks in the state."""
    return 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))


def multiply_adds(model: keras.Model) -> int:
    """Multiply-adds of one forward pass, convolutions and dense layers."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            _, high, wide, _ = layer.output.shape
            total += high * wide * int(np.prod(layer.kernel.shape))
        elif isinstance(layer, keras.layers.Dense):
            total += int(np.prod(layer.kernel.shape))
    return total


def to_float(model: keras.Model) -> bytes:
    """Return the model as float32 TFLite."""
    return _convert(tf.lite.TFLiteConverter.from_keras_model(model))


def to_int8(model: keras.Model, examples: np.ndarray) -> bytes:
    """Return the model as int8 TFLite, inputs and outputs included, with a scale for each channel of the convolutions.

    examples: (n, 48, 48, 1) float32, normalised, on which the activation ranges are measured.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = _one_by_one(examples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    # tflite-runtime 2.14 does not support dense layers with a scale for each channel.
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return _convert(converter)


def _convert(converter: Any) -> bytes:
    """Suppress the converter's output on both streams."""
    saved, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bytes(converter.convert())
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nothing)


def _one_by_one(examples: np.ndarray) -> Callable[[], Iterator[list[np.ndarray]]]:
    def give() -> Iterator[list[np.ndarray]]:
        for example in examples:
            yield [example[None]]

    return give


def _convolve(x: Any, folded: Convolution, name: str, *, stride: int = 1, relu: bool = False) -> Any:
    *sides, _, outputs = folded.kernel.shape
    # TensorFlow's SAME pads a strided convolution at the end only, PyTorch on both sides.
    if stride > 1 and max(sides) > 1:
        x = keras.layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    padding = "same" if stride == 1 else "valid"
    activation = "relu" if relu else None
    layer = keras.layers.Conv2D(outputs, sides, stride, padding, activation=activation, name=name)
    y = layer(x)
    layer.set_weights([folded.kernel, folded.bias])
    return y


def _head(x: Any, state: State, name: str) -> Any:
    layer = keras.layers.Dense(len(_array(state, f"{name}.bias")), name=name)
    y = layer(x)
    layer.set_weights([_array(state, f"{name}.weight").T, _array(state, f"{name}.bias")])
    return y


def _array(state: State, name: str) -> np.ndarray:
    return np.asarray(state[name].cpu().numpy(), np.float64)
