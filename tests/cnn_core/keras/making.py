"""Writes the `.keras` files of these tests, with what Keras makes of an image; needs Keras 3.

KERAS_BACKEND=torch python -m tests.cnn_core.keras.making
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

HERE = Path(__file__).parent


def classifier(keras: Any) -> Any:
    """Return layers in a row; the maps are higher than wide, so that a wrong order is seen."""
    of = keras.layers
    return keras.Sequential(
        [
            *(of.Input((9, 6, 2)), of.Rescaling(1 / 255), of.Conv2D(3, 3, strides=2, padding="same")),
            *(of.BatchNormalization(), of.ReLU(), of.MaxPooling2D(2, padding="same"), of.Flatten(), of.Dropout(0.3)),
            *(of.Dense(4, activation="relu"), of.BatchNormalization(), of.Dense(3, activation="softmax")),
        ]
    )


def backbone(keras: Any) -> Any:
    of = keras.layers
    x = image = of.Input((8, 8, 3))
    x = of.ZeroPadding2D(((0, 1), (1, 0)))(x)
    x = of.DepthwiseConv2D(3, strides=2, use_bias=False)(x)
    x = of.BatchNormalization(scale=False)(x)
    x = of.ReLU(6.0)(x)
    return keras.Model(image, of.SeparableConv2D(4, 3, padding="same", depth_multiplier=2)(x), name="backbone")


def branched(keras: Any) -> Any:
    """Return a model in a model, with branches, sums with numbers, and maps that become larger."""
    of = keras.layers
    image = of.Input((8, 8, 3))
    x = backbone(keras)(image)
    x = of.LeakyReLU()(of.Add()([x, of.Conv2D(4, 1, groups=2)(x)])) + 1.5
    x = of.Concatenate()([x, of.AveragePooling2D(2)(of.Conv2D(2, 1)(image))])
    x = of.Conv2DTranspose(3, 3, strides=2, padding="same", activation="gelu")(x)
    x = of.UpSampling2D(2, interpolation="bilinear")(of.LayerNormalization()(x))
    x = of.Multiply()([x, of.GlobalAveragePooling2D(keepdims=True)(x)])
    x = of.Conv2D(2, 3, dilation_rate=2)(x)
    flat = of.Concatenate()([of.Flatten()(x), of.GlobalMaxPooling2D()(x)])
    x = of.Reshape((2, 3, 2))(of.Dense(12)(flat))
    return keras.Model(image, of.Activation("tanh")(x))


def make(keras: Any, name: str, model: Any) -> None:
    chance = np.random.default_rng(0)
    given = model.get_weights()
    model.set_weights(
        [chance.normal(0, 0.2, w.shape) if w.ndim > 1 else chance.uniform(0.1, 0.9, w.shape) for w in given]
    )
    x = chance.uniform(0, 255 if name == "classifier" else 1, (1, *model.input_shape[1:]))
    saved = Path(f"/tmp/{name}.keras")
    model.save(saved)
    expected = io.BytesIO()
    np.savez_compressed(expected, x=x, output=model(x.astype("float32"), training=False).detach().cpu().numpy())
    with ZipFile(saved) as old, ZipFile(HERE / f"{name}.keras", "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
    (HERE / f"{name}.npz").write_bytes(expected.getvalue())


if __name__ == "__main__":
    import keras

    make(keras, "classifier", classifier(keras))
    make(keras, "branched", branched(keras))
