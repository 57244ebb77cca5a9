import pytest

import deep_compression as dc


def test_an_error_says_what_where_and_what_to_do():
    error = dc.BadInput("a hole", "model.onnx", "fill it")
    assert (error.what, error.where, error.advice) == ("a hole", "model.onnx", "fill it")
    assert str(error) == "a hole (model.onnx): fill it"
    assert str(dc.Error("alone")) == "alone"


def test_options_of_the_tools_are_keyword_arguments():
    error = dc.UsageError("--max-error-increase is no number", "--bits", "give --data, not a--b")
    assert str(error) == "max_error_increase is no number (bits): give data, not a--b"


@pytest.mark.parametrize(
    ("kind", "also"),
    [
        (dc.UsageError, ValueError),
        (dc.BadInput, ValueError),
        (dc.Unsupported, ValueError),
        (dc.IoError, OSError),
        (dc.NoMemory, MemoryError),
        (dc.InternalError, RuntimeError),
        (dc.GoalNotMet, Exception),
        (dc.Cancelled, Exception),
    ],
)
def test_classes(kind, also):
    assert issubclass(kind, dc.Error) and issubclass(kind, also)
    assert str(kind("what", "where", "do")) == "what (where): do"


def test_kinds_of_the_library(tmp_path, trained):
    with pytest.raises(dc.IoError, match="nowhere.onnx"):
        dc.load_network(tmp_path / "nowhere.onnx")
    with pytest.raises(dc.BadInput, match="the model"):
        dc.load_network(b"no model at all")
    with pytest.raises(dc.BadInput):
        dc.load(b"no dcz")
    with pytest.raises(dc.UsageError, match="bits") as caught:
        dc.quantize(trained, bits=17, progress=False)
    assert "--" not in str(caught.value)
    with pytest.raises(dc.NoMemory):
        dc.load(dc.encode(trained, progress=False).data, memory_limit=16)


def test_arguments_of_the_wrong_kind(trained):
    with pytest.raises(dc.UsageError, match="type int"):
        dc.load_network(3)
    with pytest.raises(dc.UsageError, match="type dict"):
        dc.load({})
    with pytest.raises(dc.UsageError, match="it has .*amounts"):
        dc.prune(trained, amount=0.5)
    with pytest.raises(dc.UsageError, match="how much"):
        dc.prune(trained)


def test_a_damaged_file_is_described_as_far_as_it_goes(trained):
    data = bytearray(dc.encode(trained, progress=False).data)
    data[-1] ^= 1
    with pytest.raises(dc.BadInput) as caught:
        dc.inspect(bytes(data))
    assert "fc1" in caught.value.text or "Gemm" in caught.value.text
    assert caught.value.what and caught.value.where
