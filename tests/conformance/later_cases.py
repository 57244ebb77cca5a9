"""Small models of opsets 18 to 21, written from ONNX's definitions: what those operator sets changed, every operator
that the toolchain has in a simple form, and what it refuses."""

import dataclasses
import itertools

import numpy
import onnx

LAST_OPSET = 21
IMAGE = (2, 3, 6, 6)


@dataclasses.dataclass
class Case:
    """`nodes` is ONNX text; what no node reads is an output of the graph. `values` are, by name, its inputs (a tuple
    is the shape of random float32) and constants. `opsets` are those that the nodes mean the same in. `refused` is a
    part of the tools' reason where they are to refuse the model."""

    opsets: tuple
    nodes: str
    values: dict
    refused: str = ""


def case(opset, nodes, last=LAST_OPSET, refused="", **values):
    """A list is a constant of int64 or float32, a number a scalar of float32, anything else what it is."""
    for name, value in values.items():
        if isinstance(value, list):
            array = numpy.array(value)
            values[name] = array.astype(numpy.float32 if array.size and array.dtype == numpy.float64 else numpy.int64)
        elif isinstance(value, (int, float)):
            values[name] = numpy.array(value, numpy.float32)
    return Case((opset, last), nodes, values, refused)


def weight(*shape):
    return numpy.random.default_rng(sum(shape)).standard_normal(shape).astype(numpy.float32)


def whole(value):
    return numpy.array(value, numpy.int64)


def codes(values, kind):
    return numpy.array(values, kind)


def int4(*pairs):
    """A row of int4, packed two to a byte as ONNX does, the low half first."""
    raw = bytes((low & 15) | (high & 15) << 4 for low, high in pairs)
    return onnx.TensorProto(data_type=22, dims=[1, 2 * len(pairs)], raw_data=raw)


def body(*nodes):
    return "\n".join(nodes)


def reductions():
    """Axes are an input since opset 18, of ReduceSum since 13."""
    for name in ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"):
        for attributes, axes in (("keepdims = 1", [1]), ("keepdims = 0", [-2]), ("keepdims = 0", [2, 1]),
                                 ("keepdims = 1", None), ("keepdims = 0", None), ("keepdims = 1", []),
                                 ("noop_with_empty_axes = 1", [1])):
            inputs, values = ("p", {}) if axes is None else ("p, axes", {"axes": axes})
            # Positive, for logarithms.
            yield case(18, f"p = Exp (x)\n y = Reduce{name} <{attributes}> ({inputs})", x=(3, 2, 2), **values)
    for name in ("Sum", "Mean", "LogSumExp"):
        yield case(18, f"y = Reduce{name} <noop_with_empty_axes = 1> (x, axes)", x=(2, 3), axes=[])
    # Versions of ONNX disagree on whether they then do nothing.
    for name in ("L1", "L2", "LogSum", "SumSquare"):
        yield case(18, f"y = Reduce{name} <noop_with_empty_axes = 1> (x, axes)", x=(2, 3), axes=[],
                   refused=f"cannot hold operator Reduce{name}")
    for name in ("Max", "Min"):
        yield case(20, f"t = Greater (x, zero)\n y = Reduce{name} (t, axes)", x=(4, 2), zero=0, axes=[1])


def resizes():
    def resize(opset, attributes, inputs, refused="", x=(1, 2, 4, 5), **values):
        return case(opset, f"y = Resize <{attributes}> ({inputs})", refused=refused, x=x, **values)

    modes, scales, sizes = ("nearest", "linear", "cubic"), "x, , scales", "x, , , sizes"
    for mode, coordinates in itertools.product(modes, ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                                                       "asymmetric", "align_corners")):
        words = f'mode = "{mode}", coordinate_transformation_mode = "{coordinates}"'
        for two in ([2.0, 3.0], [0.6, 0.6], [2.3, 2.94]) if coordinates != "align_corners" else ([2.0, 3.0],):
            yield resize(19, words, scales, scales=[1.0, 1.0, *two])
        for two in ([7, 8], [3, 2], [1, 9]):
            yield resize(19, words, sizes, sizes=[1, 2, *two])
    for coordinates, rounding in itertools.product(("half_pixel", "align_corners", "asymmetric"),
                                                   ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")):
        yield resize(18, f'coordinate_transformation_mode = "{coordinates}", nearest_mode = "{rounding}"', sizes,
                     sizes=[1, 2, 8, 7])
    for axes in ("[2, 3]", "[3, 2]"):
        yield resize(18, f"axes = {axes}", scales, scales=[2.0, 3.0])
        yield resize(18, f'axes = {axes}, mode = "linear"', sizes, sizes=[7, 8])
        crop = f'mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", axes = {axes}'
        yield resize(18, crop, "x, roi, , sizes", roi=[0.4, 0.6, 0.6, 0.8], sizes=[3, 3])
        yield resize(18, crop + ", extrapolation_value = 10.0", "x, roi, , sizes", roi=[0.6, 0.4, 1.7, 1.2],
                     sizes=[3, 3])
    for mode, policy, two in itertools.product(modes, ("stretch", "not_larger", "not_smaller"), ([7, 8], [1, 3])):
        yield resize(18, f'mode = "{mode}", keep_aspect_ratio_policy = "{policy}", axes = [2, 3]', sizes,
                     x=(1, 1, 2, 4), sizes=two)
    yield resize(18, 'mode = "cubic", exclude_outside = 1, cubic_coeff_a = -0.5', scales, scales=[1.0, 1.0, 2.0, 0.8])
    yield resize(18, 'mode = "linear"', scales, x=(1, 2, 4), scales=[1.0, 1.0, 2.5])
    yield resize(18, 'mode = "linear", antialias = 1', scales, scales=[1.0, 1.0, 0.6, 0.6], refused="antialias")
    yield resize(18, 'mode = "linear", coordinate_transformation_mode = "align_corners"', scales,
                 scales=[1.0, 1.0, 0.6, 0.6], refused="leaves a fraction of an element")


def pools():
    """Where ONNX Runtime 1.20 is a judge: it keeps windows that begin after the image, counts what ceil_mode adds as
    padding, and takes auto_pad for that of a window without dilations."""
    for pool, more in itertools.product(("AveragePool", "MaxPool"), (
            "", ", strides = [2, 2]", ", dilations = [2, 2]", ", dilations = [2, 3], ceil_mode = 1",
            ", strides = [2, 2], ceil_mode = 1", ", pads = [1, 1, 1, 1]", ', auto_pad = "SAME_UPPER", strides = [2, 2]',
            ', auto_pad = "SAME_LOWER", strides = [3, 2]', ', auto_pad = "VALID", strides = [2, 2]',
            ", pads = [2, 2, 2, 2], dilations = [2, 2], strides = [2, 2]")):
        yield case(19, f"y = {pool} <kernel_shape = [3, 3]{more}> (x)", x=(1, 2, 8, 9))
    for more in ("pads = [1, 1, 1, 1]", "pads = [1, 0, 1, 2], strides = [2, 2]",
                 "pads = [1, 1, 1, 1], dilations = [2, 2]",
                 'auto_pad = "SAME_UPPER", strides = [2, 2]'):
        yield case(19, f"y = AveragePool <kernel_shape = [3, 3], count_include_pad = 1, {more}> (x)", x=(1, 2, 8, 9))
    yield case(19, "y = AveragePool <kernel_shape = [2, 2, 2], dilations = [2, 2, 2], ceil_mode = 1> (x)",
               x=(1, 1, 4, 4, 4))
    yield case(19, "y = AveragePool <kernel_shape = [3], dilations = [2], pads = [1, 1]> (x)", x=(2, 3, 12))
    for more in ("", ", p = 3", ", dilations = [2, 2]", ", strides = [2, 2], ceil_mode = 1", ", pads = [1, 1, 1, 1]",
                 ', auto_pad = "SAME_UPPER"', ', auto_pad = "SAME_LOWER"'):
        yield case(18, f"y = LpPool <kernel_shape = [2, 2]{more}> (x)", x=(1, 2, 8, 9))
    yield case(18, "y, i = MaxPool <kernel_shape = [2, 2]> (x)", x=(1, 2, 4, 4), refused="second output")


CHANGED = [
    case(18, "a, b, c = Split <num_outputs = 3> (x)", x=(6,)),
    case(18, "a, b, c, d = Split <num_outputs = 4> (x)", x=(7,)),
    case(18, "a, b, c = Split <axis = 1, num_outputs = 3> (x)", x=(2, 8)),
    case(18, "a, b, c = Split <axis = -1, num_outputs = 3> (x)", x=(2, 7)),
    case(18, "a, b = Split <axis = 1> (x, split)", x=(2, 6), split=[2, 4]),
    *[case(18, f'y = Pad <mode = "{mode}"> (x, pads)', x=(1, 3, 4, 5), pads=[0, 0, 1, 2, 0, 0, 2, 1])
      for mode in ("constant", "reflect", "edge")],
    case(18, "y = Pad (x, pads, value, axes)", x=(1, 3, 4, 5), pads=[0, 3, 0, 4], value=1.2, axes=[1, 3]),
    case(18, "y = Pad (x, pads, value, axes)", x=(1, 3, 4, 5), pads=[0, 3, 0, 4], value=1.2, axes=[-3, -1]),
    case(18, 'y = Pad <mode = "reflect"> (x, pads, , axes)', x=(1, 3, 4, 5), pads=[3, 1, 2, 1], axes=[3, 2]),
    case(18, "y = Pad (x, pads)", x=(1, 3, 4, 5), pads=[0, 0, -1, 2, 0, 0, 2, -1]),
    case(19, 'y = Pad <mode = "wrap"> (x, pads)', x=(1, 3, 4, 5), pads=[0, 0, 1, 2, 0, 0, 2, 1]),
    case(19, 'y = Pad <mode = "wrap"> (x, pads)', x=(1, 3, 4, 5), pads=[0, 0, -1, 2, 0, 0, 2, -1]),
    case(19, 'y = Pad <mode = "wrap"> (x, pads)', x=(1, 2, 3), pads=[0, 0, 4, 0, 0, 5], refused="a Pad of 4 and 5"),
    # Scale and bias are those of a group, since opset 21 those of a channel.
    *[case(opset, f"y = GroupNormalization <num_groups = 2, epsilon = {epsilon}> (x, s, b)", last=last,
           x=(3, 4, 2, 2), s=weight(count), b=weight(count))
      for opset, last, count in ((18, 20, 2), (21, 21, 4)) for epsilon in (1e-5, 0.5)],
    case(18, "y = CenterCropPad (x, shape)", x=(20, 10, 3), shape=[10, 7, 3]),
    case(18, "y = CenterCropPad (x, shape)", x=(20, 8, 3), shape=[11, 11, 3]),
    case(18, "y = CenterCropPad <axes = [-2, -1]> (x, shape)", x=(3, 20, 8), shape=[10, 9]),
    case(20, 'y = Gelu <approximate = "tanh"> (x)', x=(2, 3, 4)),
    *[case(19, f"y = Cast <to = {to}> (x)", x=(2, 3)) for to in (1, 6, 7, 9)],
    case(19, "i = Cast <to = 7> (x)\n y = Cast <to = 1> (i)", x=(2, 3)),
    *[case(19, f"b = Cast <to = {to}, saturate = 0> (x)\n y = Cast <to = 1> (b)", x=(2, 3),
           refused=f"a conversion to ONNX's type number {to}") for to in (16, 17, 20)],
    case(19, "c = CastLike (x, like)\n y = Cast <to = 1> (c)", x=(2, 3), like=[1]),
    case(19, "y = CastLike (x, like)", x=(2, 3), like=1.0),
    case(19, "s = Shape (x)\n l = CastLike (x, s)\n y = CastLike (l, x)", x=(2, 3)),
    case(19, "y = Reshape <allowzero = 0> (x, shape)", x=(2, 3, 4), shape=[0, -1]),
    case(19, "y = Reshape <allowzero = 1> (x, shape)", x=(2, 3, 4), shape=[2, -1]),
    case(19, "s = Shape (x)\n y = Reshape (z, s)", x=(2, 3, 4), z=(2, 12)),
    case(19, "s = Shape <start = -2> (x)\n n = Size (x)\n f = Cast <to = 1> (n)\n e = Expand (f, s)\n y = Mul (x, e)",
         x=(2, 3, 4)),
    case(19, "y = If (c) <then_branch = t () => (float[2, 3] a) { a = Neg (x) }, "
         "else_branch = e () => (float[2, 3] b) { b = Abs (x) }>", x=(2, 3), c=numpy.array(True)),
    case(20, "z = Mul (x, zero)\n q = Div (z, zero)\n y = IsNaN (q)", x=(2, 3), zero=0),
    case(20, "r = Div (x, zero)\n y = IsInf (r)\n p = IsInf <detect_negative = 0> (r)\n "
         "n = IsInf <detect_positive = 0> (r)", x=(2, 3), zero=0),
    case(20, "c = ConstantOfShape <value = float[1] {2.5}> (shape)\n y = Add (x, c)", x=(2, 3), shape=[2, 3]),
    case(21, "y = Squeeze (x)", x=(2, 1, 4, 1)),
    case(21, "y = Squeeze (x, axes)", x=(2, 1, 4, 1), axes=[1, -1]),
    case(21, "y = Unsqueeze (x, axes)", x=(2, 4), axes=[3, 1]),
    *[case(21, f"y = Flatten <axis = {axis}> (x)", x=(2, 3, 4, 5)) for axis in (0, 1, 2, 4, -1)],
    case(21, "y = Transpose (x)", x=(2, 3, 4)),
    *[case(21, f"c = Constant <{value}> ()\n y = Mul (x, c)", x=(2, 3))
      for value in ("value = float[3] {1, 2, 3}", "value_floats = [1.0, 2.0, 3.0]", "value_float = 0.5")],
]

ROWS = numpy.array([[0.05, 0.1], [0.02, 0.03]], numpy.float32)


def there_and_back(opset, inputs, to="", back="", refused="", x=(2, 3, 4), **values):
    return case(opset, f"q = QuantizeLinear {to} (x, {inputs})\n y = DequantizeLinear {back} (q, {inputs})",
                refused=refused, x=x, **values)


QUANTIZED = [
    there_and_back(19, "s", s=0.05),
    *[there_and_back(19, "s, z", s=0.05, z=z) for z in (codes(3, numpy.int8), codes(130, numpy.uint8))],
    *[there_and_back(opset, "s, z", "<axis = -2>", "<axis = -2>", s=[0.05, 0.1, 0.02], z=codes([1, 2, 3], kind))
      for opset, kind in ((19, numpy.uint8), (21, numpy.int16), (21, numpy.uint16))],
    # uint8, int8, uint4, int4
    *[there_and_back(21, "s", f"<output_dtype = {kind}>", s=scale)
      for kind, scale in ((2, 0.05), (3, 0.05), (21, 0.5), (22, 0.5))],
    there_and_back(21, "s, z", "<axis = 1, block_size = 2>", "<axis = 1, block_size = 2>", x=(2, 4), s=ROWS,
                   z=codes([[1, 2], [3, 4]], numpy.uint8), refused="scales by block of a value that is computed"),
    case(21, "w = DequantizeLinear <axis = 0, block_size = 2> (q, s, z)\n y = MatMul (x, w)", x=(2, 4),
         q=codes([[1, -2], [3, 4], [5, 6], [7, 8]], numpy.int8), s=ROWS, z=codes([[1, 2], [3, 4]], numpy.int8)),
    case(21, "w = DequantizeLinear <axis = 1, block_size = 2> (q, s)\n y = Gemm <transB = 1> (x, w)", x=(3, 4),
         q=codes([[1, -2, 3, 4], [5, 6, 7, 8]], numpy.int8), s=ROWS),
    *[case(21, "w = DequantizeLinear <axis = 1> (q, s)\n y = MatMul (x, w)", x=(2, 2), s=[0.1, 0.2, 0.3],
           q=codes([[1, 2, 3], [40, 50, 60]], kind)) for kind in (numpy.uint16, numpy.int16, numpy.int32)],
    case(21, "w = DequantizeLinear (q, s)\n y = MatMul (x, w)", x=(2, 1), q=int4((1, -8), (7, 3)), s=0.1),
    case(21, "a = QuantizeLinear (x, sx, zx)\n q = QLinearMatMul (a, sx, zx, w, sw, zw, sy, zy)\n "
         "y = DequantizeLinear (q, sy, zy)", x=(2, 2), sx=0.02, zx=codes(128, numpy.uint8),
         w=codes([[1, 2, 3], [9, 8, 7]], numpy.uint8), sw=0.05, zw=codes(6, numpy.uint8), sy=0.04,
         zy=codes(120, numpy.uint8)),
    case(20, "q, s, z = DynamicQuantizeLinear (x)\n y = DequantizeLinear (q, s, z)", x=(3, 4)),
]

# Bodies of functions as ONNX writes them since opset 18: constants in the type of a value.
BODIES = [
    case(18, body("a = Constant <value_float = 2.0> ()", "alpha = CastLike (a, x)",
                  "z = Constant <value = float {0}> ()", "zero = CastLike (z, x)",
                  "o = Constant <value_float = 1.0> ()", "one = CastLike (o, x)", "less = Less (x, zero)",
                  "e = Exp (x)", "rest = Sub (e, one)", "m = Mul (alpha, rest)", "y = Where (less, m, x)"),
         x=(3, 4, 5)),
    case(18, body("axes = Constant <value_ints = [-1]> ()", "m = ReduceMax <keepdims = 1> (x, axes)", "s = Sub (x, m)",
                  "e = Exp (s)", "r = ReduceSum <keepdims = 1> (e, axes)", "y = Div (e, r)"), x=(3, 4, 5)),
    case(18, body("d = Cast <to = 11> (x)", "e = Exp (d)", "s = ReduceSum <keepdims = 0> (e, axes)", "l = Log (s)",
                  "y = CastLike (l, x)"), x=(3, 4, 5), axes=[1]),
    case(18, body("two = Constant <value_int = 2> ()", "axes = Constant <value_ints = [1, 2]> ()", "all = Shape (x)",
                  "have = Gather (all, axes)", "larger = Max (have, want)", "more = Sub (larger, have)",
                  "left = Div (more, two)", "right = Sub (more, left)", "pads = Concat <axis = 0> (left, right)",
                  "p = Pad (x, pads, , axes)", "shape = Shape (p)", "now = Gather (shape, axes)",
                  "rest = Sub (now, want)", "start = Div (rest, two)", "end = Add (start, want)",
                  "y = Slice (p, start, end, axes)"), x=(3, 20, 8), want=[10, 9]),
    case(20, body("h = Constant <value_float = 0.5> ()", "half = CastLike (h, x)",
                  "k = Constant <value_float = 0.7> ()", "root = CastLike (k, x)",
                  "c = Constant <value_float = 3.0> ()", "three = CastLike (c, x)",
                  "p = Pow (x, three)", "a = Add (x, p)", "b = Mul (root, a)", "t = Tanh (b)", "u = Add (half, t)",
                  "y = Mul (x, u)"), x=(3, 4)),
    case(21, body("f = Constant <value = float {0.01}> ()", "epsilon = Cast <to = 1> (f)",
                  "groups = Constant <value_ints = [0, 2, -1]> ()", "r = Reshape (x, groups)",
                  "last = Constant <value = int64[1] {2}> ()", "mean = ReduceMean (r, last)", "square = Mul (r, r)",
                  "n = ReduceMean (square, last)", "m = Mul (mean, mean)", "v = Sub (n, m)", "w = Add (v, epsilon)",
                  "deviation = Sqrt (w)", "d = Sub (r, mean)", "normal = Div (d, deviation)",
                  "c = Shape <start = 1, end = 2> (x)", "minus = Constant <value_ints = [-1]> ()",
                  "zero = Constant <value_ints = [0]> ()", "channels = Concat <axis = 0> (zero, c, minus)",
                  "apart = Reshape (normal, channels)", "ends = Constant <value_ints = [0, 2]> ()",
                  "s = Unsqueeze (scale, ends)", "b = Unsqueeze (bias, ends)", "z = Mul (apart, s)", "o = Add (z, b)",
                  "shape = Shape (x)", "y = Reshape (o, shape)"), x=(3, 4, 2, 2), scale=weight(4), bias=weight(4)),
]
