import os
import signal

import numpy as np
import pytest

import deep_compression as dc
from conftest import forward


def values(network):
    return {w["name"]: w["values"] for w in network.weights()}


def test_training_learns(trained, clouds):
    assert trained.report["stages"][0]["name"] == "train"
    error = 100 * np.mean(forward(trained, clouds[2]).argmax(axis=1) != clouds[3])
    assert error < 10
    assert dc.evaluate(trained, clouds, progress=False).error_percent == pytest.approx(error)


def test_the_same_seed_gives_the_same_network(model_text, clouds):
    run = dict(epochs=1, progress=False)
    first, second = (dc.train(model_text, clouds, threads=t, **run) for t in (1, 2))
    other = dc.train(model_text, clouds, seed=2, **run)
    assert np.array_equal(values(first)["fc1_weight"], values(second)["fc1_weight"])
    assert not np.array_equal(values(first)["fc1_weight"], values(other)["fc1_weight"])


def test_pruning_keeps_the_largest(trained):
    amounts = {"fc1_weight": 0.25}
    pruned = values(dc.prune(trained, amounts=amounts, keep_dead_neurons=True, progress=False))
    before = values(trained)
    kept = np.sort(np.abs(before["fc1_weight"]).ravel())[-96:]  # a quarter of 16 x 24
    assert np.array_equal(np.sort(np.abs(pruned["fc1_weight"][pruned["fc1_weight"] != 0])), kept)
    assert np.array_equal(pruned["fc2_weight"], before["fc2_weight"])


def test_quantizing_leaves_few_values(quantized):
    for weight in quantized.weights():
        assert len(np.unique(weight["values"])) <= 2**3
        assert weight["codebook"][0] == 0 and weight["bits"] == 3 and weight["policy"] == "kmeans"
        assert np.array_equal(weight["codebook"][weight["codes"]], weight["values"])
        assert np.count_nonzero(weight["values"]) == weight["values"].size // 2


def test_decoding_gives_back_what_was_encoded(quantized):
    decoded = dc.encode(quantized, keep_names=True, progress=False).decode()
    for before, after in zip(quantized.weights(), decoded.weights()):
        assert np.array_equal(before["codes"], after["codes"])
        assert np.array_equal(before["codebook"], after["codebook"])


def test_fine_tuning_keeps_codes(quantized, clouds):
    tuned = dc.train(quantized, clouds, epochs=1, learning_rate=0.001, progress=False)
    for before, after in zip(quantized.weights(), tuned.weights()):
        assert np.array_equal(before["values"] == 0, after["values"] == 0)
        assert not np.array_equal(before["codebook"], after["codebook"])
        assert len(after["codebook"]) == len(before["codebook"])


def test_calibration_needs_no_labels(trained, clouds):
    network = dc.calibrate(trained, clouds[0][:200], density=0.5, bits=4, progress=False)
    kept = sum(np.count_nonzero(v) for v in values(network).values())
    assert kept <= (16 * 24 + 24 * 4) / 2
    difference = forward(network, clouds[2]).argmax(1) != forward(trained, clouds[2]).argmax(1)
    assert np.mean(difference) < 0.05


def test_models_in_every_shape(trained, tmp_path):
    trained.save(tmp_path / "model.onnx")
    contents = (tmp_path / "model.onnx").read_bytes()

    class Proto:  # as onnx.ModelProto
        def SerializeToString(self):
            return contents

    for model in (tmp_path / "model.onnx", str(tmp_path / "model.onnx"), contents,
                  bytearray(contents), Proto(), trained):  # fmt: skip
        assert np.array_equal(values(dc.load_network(model))["fc1_weight"],
                              values(trained)["fc1_weight"])  # fmt: skip
    assert trained.SerializeToString() == contents


def test_what_a_network_says_of_itself(trained):
    assert trained.inputs == [dc.ValueInfo("x", (-1, 16), "float32")]
    scaled = trained.with_input(scale=0.5, mean=[0.25])
    assert scaled.metadata["dc.input.scale"] == "0.5"
    assert "dc.input.scale" not in trained.metadata
    with pytest.raises(dc.Error):
        trained.with_input(scale=0)
    with pytest.raises(dc.UsageError):
        trained.with_input(layout="hwc")


def test_settings_are_the_keyword_arguments():
    names = {info.name for info in dc.settings("quantize")}
    assert {"bits", "policy", "epochs", "learning_rate", "lambda"} <= names
    assert "bits: per layer" in dc.quantize.__doc__
    with pytest.raises(dc.UsageError):
        dc.settings("cook")
    assert "bnn" in {method.name for method in dc.methods()}


def test_progress_is_told_in_order(model_text, clouds):
    events = []
    dc.train(model_text, clouds, epochs=2, progress=events.append)
    kinds = [event.kind for event in events if event.kind != "note"]
    assert kinds[0] == "begin" and kinds[-1] == "end"
    assert any(event.name == "train" for event in events)
    for event in events:
        assert 0 <= event.done <= event.total or event.kind == "note"


def test_an_exception_of_the_listener_ends_the_work(model_text, clouds):
    class Enough(Exception):
        pass

    def stop(event):
        raise Enough

    with pytest.raises(Enough):
        dc.train(model_text, clouds, epochs=100000, progress=stop)


@pytest.fixture
def interruptible():
    """Python's own reaction to SIGINT, which is ignored where tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_the_work_and_leaves_no_half_file(model_text, clouds, tmp_path):
    recipe = tmp_path / "recipe.textproto"
    recipe.write_text(f'model: "{model_text}" train {{ epochs: 100000 }} quantize {{ bits: "4" }}')

    def interrupt(event):
        if event.kind == "advance":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        dc.compress(recipe, clouds, directory=tmp_path / "out", progress=interrupt)
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left <= {"train.csv", "trained.onnx.checkpoint", "trained.onnx.checkpoint.of"}
