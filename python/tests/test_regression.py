"""Float y: numbers that a network is to give, in place of classes."""

import numpy as np
import pytest

import deep_compression as dc
from conftest import CLASSES, INPUTS, forward

MATRIX = np.random.default_rng(5).normal(size=(INPUTS, CLASSES)) / 4


def make_numbers(count, seed):
    x = np.random.default_rng(seed).normal(size=(count, INPUTS)).astype(np.float32)
    return x, np.tanh(x @ MATRIX) + np.arange(CLASSES)


@pytest.fixture(scope="module")
def numbers():
    return (*make_numbers(1200, 1), *make_numbers(300, 2))


@pytest.fixture(scope="module")
def fitted(model_text, numbers):
    return dc.train(
        model_text, numbers, epochs=30, learning_rate=0.05, threads=1, progress=False
    )


def errors(outputs, targets):
    """Mean squared error, and the unexplained variance in percent."""
    squares = (outputs - targets) ** 2
    return squares.mean(), 100 * squares.sum() / ((targets - targets.mean(axis=0)) ** 2).sum()


def test_the_error_is_the_unexplained_variance(fitted, numbers):
    x, y = numbers[2:]
    squared, percent = errors(forward(fitted, x), y)
    assert percent < 10
    result = dc.evaluate(fitted, numbers, progress=False)
    assert result.samples == 300
    assert result.error_percent == pytest.approx(percent, rel=1e-4)
    assert result.mean_squared_error == result.loss == pytest.approx(squared, rel=1e-4)
    assert result.top5_error_percent is None
    assert fitted.report.mean_squared_error == result.loss
    assert "unexplained variance" in str(fitted.report)


def test_the_runtime_makes_the_same_error(fitted, numbers):
    session = dc.encode(dc.quantize(fitted, bits=8, progress=False), progress=False).load()
    (outputs,) = session.run({session.inputs[0].name: numbers[2]}).values()
    squared, percent = errors(outputs.astype(np.float64), numbers[3])
    result = session.evaluate(numbers, progress=False)
    assert result.error_percent == pytest.approx(percent, rel=1e-4)
    assert result.mean_squared_error == result.loss == pytest.approx(squared, rel=1e-4)
    assert result.top5_error_percent is None


@pytest.mark.parametrize("dtype", ["float16", "float64", ">f4"])
def test_targets_of_any_float_dtype(fitted, numbers, dtype):
    x, y = numbers[2:]
    data = (*numbers[:2], x, np.asfortranarray(y.astype(dtype)))
    result = dc.evaluate(fitted, data, progress=False)
    _, percent = errors(forward(fitted, x), y.astype(dtype).astype(np.float64))
    assert result.error_percent == pytest.approx(percent, rel=1e-3)


def test_compress_takes_targets(fitted, numbers):
    x, y = numbers[:2]
    result = dc.compress(fitted, (x, y), settings={"quantize.bits": "6"}, progress=False)
    assert result.report.error_percent < 15
    assert result.report.mean_squared_error > 0


def test_what_does_not_fit_is_refused(fitted, numbers):
    x, y = numbers[:2]
    with pytest.raises(dc.BadInput, match="targets of 3 numbers"):
        dc.evaluate(fitted, (x, y[:, :3]), progress=False)
    with pytest.raises(dc.BadInput, match="all the same"):
        dc.evaluate(fitted, (x, np.ones_like(y)), progress=False)
    with pytest.raises(dc.BadInput, match="the same type"):
        dc.evaluate(fitted, (x, y, x, np.zeros(len(x), int)), progress=False)
    with pytest.raises(dc.UsageError, match="5 labels or targets for 1200 samples"):
        dc.evaluate(fitted, (x, y[:5]), progress=False)
    with pytest.raises(dc.UsageError, match="label_smoothing"):
        dc.train(fitted, numbers, label_smoothing=0.1, epochs=1, progress=False)
