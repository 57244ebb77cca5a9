import threading

import numpy as np
import pytest

import deep_compression as dc
from conftest import CLASSES, INPUTS, forward


@pytest.fixture(scope="module")
def session(quantized):
    return dc.encode(quantized, keep_names=True, progress=False).load()


def test_computes_what_the_network_says(session, quantized, clouds):
    x = clouds[2]
    outputs = session.run({"x": x})
    assert list(outputs) == ["y"] and outputs["y"].dtype == np.float32
    np.testing.assert_allclose(outputs["y"], forward(quantized, x), rtol=1e-4, atol=1e-4)


def test_every_way_to_hand_arrays_over(session, clouds):
    x = clouds[2][:5]
    expected = session.run({"x": x})["y"]
    same = [
        session.run(x)["y"],
        session.run([x])["y"],
        session(x),
        session(np.asfortranarray(x)),
        session(x.astype(">f4")),
        session(np.repeat(x, 2, axis=0)[::2]),
        session(x.astype(np.float64)),
        session(x.tolist()),
    ]
    for result in same:
        assert np.array_equal(result, expected)


def test_one_sample_goes_without_its_batch(session, clouds):
    x = clouds[2][0]
    assert session(x).shape == (1, CLASSES)
    assert np.array_equal(session(x), session(x[None]))


def test_inputs_are_not_written_and_outputs_are_new(session, clouds):
    x = clouds[2][:3].copy()
    x.flags.writeable = False
    first = session(x)
    second = session(x)
    assert not np.shares_memory(first, second)
    assert np.array_equal(x, clouds[2][:3])


def test_names_and_shapes(session):
    assert session.inputs == [dc.ValueInfo("x", (-1, INPUTS), "float32")]
    assert session.outputs == [dc.ValueInfo("y", (-1, CLASSES), "float32")]
    assert [layer.survivors for layer in session.plan] == [192, 48]  # half of 16 x 24 and 24 x 4


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"z": 0}, "give x"),
        ({}, "no array for x"),
        ([], "1 inputs|reads"),
        (np.zeros((2, 3)), "the model reads Nx16"),
        (np.zeros((0, INPUTS)), "the model reads"),
    ],
)
def test_inputs_that_do_not_fit(session, inputs, words):
    with pytest.raises(dc.Error, match=words):
        session.run(inputs)


def test_an_output_that_there_is_not(session, clouds):
    with pytest.raises(dc.UsageError, match="there are y"):
        session.run(clouds[2], outputs=["z"])


def test_a_file_without_names_takes_any(quantized, clouds):
    session = dc.encode(quantized, progress=False).load()
    x = clouds[2][:4]
    assert np.array_equal(session.run({"x": x})["output"], session.run({"pixels": x})["output"])
    assert session.inputs[0].name == "input"


def test_many_threads_at_once(session, clouds):
    parts = [clouds[2][i::8] for i in range(8)]
    expected = [session(part) for part in parts]
    wrong = []

    def work(i):
        for _ in range(50):
            if not np.array_equal(session(parts[i]), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_evaluates_as_it_classifies(session, clouds):
    _, _, x, y = clouds
    errors = np.mean(session(x).argmax(axis=1) != y)
    result = session.evaluate(clouds, progress=False)
    assert result.samples == len(y) and result.error_percent == pytest.approx(100 * errors)


def test_loads_paths_and_bytes(quantized, clouds, tmp_path):
    compressed = dc.encode(quantized, progress=False)
    compressed.save(tmp_path / "model.dcz")
    assert (tmp_path / "model.dcz").read_bytes() == compressed.data
    x = clouds[2][:2]
    assert np.array_equal(dc.load(tmp_path / "model.dcz")(x), dc.load(compressed.data)(x))
    assert np.allclose(dc.load(compressed.data, reference=True)(x), compressed.load()(x), atol=1e-4)


def test_inspect_and_report(quantized):
    compressed = dc.encode(quantized, progress=False)
    assert "Gemm" in dc.inspect(compressed.data)
    assert dc.inspect(compressed.data, hex=True) != dc.inspect(compressed.data)
    report = dc.report(compressed.data)
    assert report.file_bytes == len(compressed)
    # 16 x 24 + 24 x 4 weights and 24 + 4 biases of 4 bytes.
    assert report.baseline_bytes == 4 * (16 * 24 + 24 * 4 + 28)
    assert report.ratio == pytest.approx(report.baseline_bytes / len(compressed))
    assert sum(part["bytes"] for part in report["parts"]) == len(compressed)
    assert "fc1" in str(report) or "weight" in str(report)


WIDE = """
<ir_version: 7, opset_import: ["" : 13]>
wide (float[N, 600] x) => (float[N, 96] y) <float[96, 600] w, float[96] b> {
  y = Gemm <transB = 1> (x, w, b)
}
"""


def test_inputs_may_be_rounded_to_8_bits(tmp_path):
    (tmp_path / "wide.onnxtxt").write_text(WIDE)
    random = np.random.default_rng(3)
    x = random.standard_normal((64, 600)).astype(np.float32)
    y = random.integers(0, 96, 64)
    trained = dc.train(tmp_path / "wide.onnxtxt", (x, y, x, y), epochs=1, progress=False)
    pruned = dc.prune(trained, amounts={"*": 0.2}, progress=False)
    file = dc.encode(dc.quantize(pruned, bits=4, progress=False), progress=False).data
    exact = dc.load(file)(x[:1])
    # The plain loops round on every machine.
    rounded = dc.load(file, reference=True, int8_activations=True)(x[:1])
    error = np.linalg.norm(rounded - exact) / np.linalg.norm(exact)
    assert 1e-5 < error < 0.05
