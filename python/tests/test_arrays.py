import numpy as np
import pytest

import deep_compression as dc
from deep_compression._arrays import as_float32, open_data


def test_float32_is_read_where_it_lies():
    x = np.ones((3, 4), np.float32)
    assert as_float32(x, "x") is x


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f4", ">f8", "i1", "u1", "i4", "i8", "?"])
def test_numbers_keep_their_value(dtype):
    x = np.array([[0, 1, 1], [1, 0, 1]]).astype(dtype)
    result = as_float32(x, "x")
    assert result.dtype == np.float32 and result.flags.c_contiguous
    assert np.array_equal(result, [[0, 1, 1], [1, 0, 1]])


def test_strides_do_not_matter():
    x = np.arange(24, dtype=np.float32).reshape(4, 6)
    for view in (x.T, x[::-1], x[:, ::2], np.asfortranarray(x), np.broadcast_to(x[:1], (5, 6))):
        result = as_float32(view, "x")
        assert np.array_equal(result, view) and result.flags.c_contiguous


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.array([1j]), "complex"),
        (np.array(["1"]), "<U1"),
        (np.array([None]), "object"),
        (np.array(["2020-01-01"], "M8[D]"), "datetime64"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "masked"),
        (np.array([2**24 + 1]), "float32 cannot hold"),
        (np.array([2**63 + 1], np.uint64), "float32 cannot hold"),
        (np.array([1e300]), "beyond the range"),
        ([[1, 2], [3]], "no array"),
    ],
)
def test_what_would_mean_something_else_is_refused(value, words):
    with pytest.raises(dc.UsageError, match=words):
        as_float32(value, "x")


def test_an_array_that_is_not_aligned_is_copied():
    buffer = bytearray(1 + 4 * 6)
    x = np.frombuffer(buffer, np.float32, offset=1)
    assert not x.flags.aligned and as_float32(x, "x").flags.aligned


def test_one_number_stays_one_number():
    assert as_float32(3, "x").shape == ()


def test_infinity_stays_and_large_exact_integers_pass():
    assert np.isinf(as_float32(np.array([np.inf]), "x"))[0]
    assert as_float32(np.array([2**40]), "x")[0] == 2.0**40


def test_floats_for_an_input_of_integers_are_refused():
    int64 = 7
    with pytest.raises(dc.UsageError, match="astype"):
        as_float32(np.array([1.0]), "x", int64)
    assert as_float32(np.array([5]), "x", int64)[0] == 5


def test_a_tenth_of_one_pair_is_the_test_set(clouds):
    x, y, _, _ = clouds
    data = open_data((x, y), seed=3)
    assert (data.train_count, data.test_count, data.classes) == (1080, 120, 4)


def test_pairs_and_four_arrays_are_the_same(clouds):
    x, y, x_test, y_test = clouds
    for data in (clouds, ((x, y), (x_test, y_test))):
        opened = open_data(data)
        assert (opened.train_count, opened.test_count, opened.name) == (1200, 300, "arrays")


def test_labels_of_any_integer_dtype_and_order(clouds):
    x, y, x_test, y_test = clouds
    data = (np.asfortranarray(x), y.astype(np.uint8), x_test[::-1], y_test[::-1].astype(">i4"))
    assert open_data(data).classes == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x, y[:-1]), "one label"),
        (lambda x, y: (x, y, x), "3 parts"),
        (lambda x, y: (x, np.eye(4, dtype=int)[y]), "list of integers"),
        (lambda x, y: (x.astype(np.int32), y), "uint8"),
        (lambda x, y: (x, -y), "label"),
        (lambda x, y: "nonsense", "unknown data"),
        (lambda x, y: 5, "type int"),
    ],
)
def test_data_that_cannot_be_meant(clouds, change, words):
    with pytest.raises(dc.Error, match=words):
        open_data(change(clouds[0], clouds[1]))
