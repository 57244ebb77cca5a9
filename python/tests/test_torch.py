"""The bridge to PyTorch: what pruning and quantization decided survives training, bit for bit."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: apt-get install python3-torch")

import deep_compression as dc
from conftest import CLASSES, HIDDEN, INPUTS

nn = torch.nn


class Clouds(nn.Module):
    """The network of conftest.py, with parameters of the names that the file has."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(INPUTS, HIDDEN)
        self.fc2 = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


NAMES = {f"{layer}_{kind}": f"{layer}.{kind}" for layer in ("fc1", "fc2") for kind in ("weight", "bias")}


def train(module, clouds, steps=60, rate=0.05, **options):
    optimizer = torch.optim.Adam(module.parameters(), lr=rate, **options)
    x, y = torch.from_numpy(clouds[0]), torch.from_numpy(clouds[1])
    for step in range(steps):
        batch = slice(step * 16 % 1000, step * 16 % 1000 + 64)
        optimizer.zero_grad()
        nn.functional.cross_entropy(module(x[batch]), y[batch]).backward()
        optimizer.step()


def bits_of(tensor):
    return np.ascontiguousarray(tensor.detach().numpy()).view(np.uint32)


@pytest.fixture(scope="module")
def pruned(trained):
    return dc.prune(trained, amounts={"fc": 0.5}, keep_dead_neurons=True, progress=False)


def test_a_constrained_module_computes_what_the_file_does(quantized, clouds):
    module = dc.torch.constrain(Clouds(), quantized, names=NAMES).eval()
    x = clouds[2]
    expected = dc.encode(quantized, progress=False).load()(x)
    np.testing.assert_allclose(module(torch.from_numpy(x)).detach(), expected, rtol=1e-4, atol=1e-4)


def test_zeros_survive_training_bit_for_bit(pruned, clouds):
    module = dc.torch.constrain(Clouds(), pruned, names=NAMES)
    before = bits_of(module.fc1.weight)
    train(module, clouds, weight_decay=0.01)
    after = bits_of(module.fc1.weight)
    assert np.array_equal(before == 0, after == 0)  # +0.0 alone has no bit set
    assert np.count_nonzero(after == 0) == INPUTS * HIDDEN // 2
    assert np.count_nonzero(before != after) > INPUTS * HIDDEN // 4


def test_codebooks_survive_training_bit_for_bit(quantized, clouds):
    module = dc.torch.constrain(Clouds(), quantized, names=NAMES)
    before = {w["name"]: w for w in quantized.weights()}
    train(module, clouds, rate=0.01)
    weight = bits_of(module.fc1.weight)
    codes = before["fc1_weight"]["codes"]
    for code in np.unique(codes):
        assert len(np.unique(weight[codes == code])) == 1
    assert np.all(weight[codes == 0] == 0)
    assert len(np.unique(weight)) == len(np.unique(codes))
    assert not np.array_equal(module.fc1.weight.detach(), before["fc1_weight"]["values"])


def test_the_gradient_of_a_shared_value_is_the_sum_over_its_members(quantized):
    module = dc.torch.constrain(Clouds(), quantized, names=NAMES)
    factors = torch.arange(float(INPUTS * HIDDEN)).reshape(HIDDEN, INPUTS)
    (module.fc1.weight * factors).sum().backward()
    codes = {w["name"]: w for w in quantized.weights()}["fc1_weight"]["codes"]
    expected = np.bincount(codes.ravel(), factors.numpy().ravel())[1:]  # without the zero
    assert np.allclose(module.fc1.parametrizations.weight.original.grad, expected)


@pytest.mark.parametrize("steps", [0, 40])
def test_export_gives_the_encoder_codes_and_codebooks(quantized, clouds, steps):
    module = dc.torch.constrain(Clouds(), quantized, names=NAMES)
    train(module, clouds, steps, rate=0.01)
    values = {name: bits_of(getattr(module, name).weight) for name in ("fc1", "fc2")}
    network = dc.torch.export(module, torch.zeros(1, INPUTS))
    for before, after in zip(quantized.weights(), network.weights()):
        layer = before["name"].split("_")[0]
        assert np.array_equal(after["values"].view(np.uint32), values[layer])
        assert after["bits"] == before["bits"] and after["policy"] == "kmeans"
        assert np.array_equal(after["codes"] == 0, before["codes"] == 0)
        assert len(after["codebook"]) == len(before["codebook"])
    encoded = dc.encode(network, progress=False)
    decoded = encoded.decode().weights()
    for layer, weight in zip(("fc1", "fc2"), decoded):
        assert np.array_equal(weight["values"].view(np.uint32), values[layer])
    x = clouds[2]
    expected = module.eval()(torch.from_numpy(x)).detach()
    np.testing.assert_allclose(encoded.load()(x), expected, rtol=1e-4, atol=1e-4)


def test_export_leaves_the_module_as_it_is(quantized):
    module = dc.torch.constrain(Clouds(), quantized, names=NAMES).train()
    dc.torch.export(module, torch.zeros(1, INPUTS))
    assert module.training and hasattr(module.fc1, "parametrizations")
    dc.torch.release(module)
    assert not hasattr(module.fc1, "parametrizations")
    assert np.array_equal(module.fc1.weight.detach(), quantized.weights()[0]["values"])


def test_quantizing_after_pruning_takes_the_place_of_the_mask(pruned, quantized, clouds):
    module = dc.torch.constrain(Clouds(), pruned, names=NAMES)
    dc.torch.constrain(module, quantized, names=NAMES)
    assert len(module.fc1.parametrizations.weight) == 1
    assert np.array_equal(module.fc1.weight.detach(), quantized.weights()[0]["values"])


def test_grids_stay_and_codes_follow(trained, clouds):
    network = dc.quantize(trained, policy="fixed_point", bits=4, progress=False)
    grid = network.weights()[0]["codebook"]
    module = dc.torch.constrain(Clouds(), network, names=NAMES)
    before = module.fc1.weight.detach().clone()
    assert np.array_equal(before, network.weights()[0]["values"])
    train(module, clouds, rate=0.05)
    after = module.fc1.weight.detach()
    assert not torch.equal(before, after) and set(after.numpy().ravel()) <= set(grid)
    exported = dc.torch.export(module, torch.zeros(1, INPUTS)).weights()[0]
    assert np.array_equal(exported["values"].view(np.uint32), bits_of(after))


def test_batch_norm_and_convolutions(clouds, tmp_path):
    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)
            self.norm = nn.BatchNorm2d(4)
            self.fc = nn.Linear(4 * 2 * 2, CLASSES)

        def forward(self, x):
            x = torch.relu(self.norm(self.conv(x.reshape(-1, 1, 4, 4))))
            return self.fc(x.flatten(1))

    torch.manual_seed(1)
    dense = Small()
    train(dense, clouds)
    path = tmp_path / "dense.onnx"
    torch.onnx.export(dense.eval(), torch.zeros(1, INPUTS), str(path), input_names=["x"],
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                      dynamic_axes={"x": {0: "N"}}, opset_version=13)  # fmt: skip
    pruned = dc.prune(path, amounts={"*": 0.6}, keep_dead_neurons=True, progress=False)
    quantized = dc.quantize(pruned, bits=4, progress=False)
    module = dc.torch.constrain(Small(), quantized)
    train(module, clouds, rate=0.005)
    network = dc.torch.export(module, torch.zeros(1, INPUTS))
    x = clouds[2]
    expected = module.eval()(torch.from_numpy(x)).detach()
    result = dc.encode(network, progress=False).load()(x)
    np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-3)
    by_name = {w["name"]: w for w in network.weights()}
    assert np.array_equal(by_name["conv.weight"]["values"], module.conv.weight.detach())


def test_what_does_not_fit_is_refused_before_anything_changes(quantized, trained, clouds):
    module = Clouds()
    before = module.fc1.weight.detach().clone()
    with pytest.raises(dc.BadInput, match="names"):
        dc.torch.constrain(module, quantized)
    with pytest.raises(dc.BadInput, match="has no parameter"):
        dc.torch.constrain(nn.Sequential(), quantized, names=NAMES)
    with pytest.raises(dc.Unsupported, match="float64"):
        dc.torch.constrain(Clouds().double(), quantized, names=NAMES)
    with pytest.raises(dc.UsageError, match="constrain first"):
        dc.torch.export(Clouds(), torch.zeros(1, INPUTS))
    activations = dc.quantize(trained, method="min-max", data=clouds, progress=False)
    with pytest.raises(dc.Unsupported, match="activations"):
        dc.torch.constrain(module, activations, names=NAMES)
    assert torch.equal(module.fc1.weight, before) and not hasattr(module.fc1, "parametrizations")
