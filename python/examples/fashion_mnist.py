"""Fashion-MNIST as NumPy arrays, from Debian's package dataset-fashion-mnist."""

import gzip
import os

import numpy as np

FOLDER = "/usr/share/datasets/fashion-mnist"


def _read(name, header):
    with gzip.open(os.path.join(FOLDER, name + ".gz")) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load_images():
    """(x, y), (x_test, y_test): uint8, N x 1 x 28 x 28, and class numbers."""
    parts = []
    for part in ("train", "t10k"):
        labels = _read(f"{part}-labels-idx1-ubyte", 8)
        images = _read(f"{part}-images-idx3-ubyte", 16).reshape(len(labels), 1, 28, 28)
        parts.append((images, labels))
    return parts[0], parts[1]
