"""Every operator that the toolchain has, in a simple form of opset 21, and newer ones that it refuses."""

import numpy
from later_cases import IMAGE, case, weight, whole


def simple(nodes, refused="", **values):
    return case(21, nodes, refused=refused, **values)


def of_one():
    for text in ("Relu", "Sigmoid", "Tanh", "LeakyRelu", "LeakyRelu <alpha = 0.1>", "Elu", "Elu <alpha = 2.0>",
                 "HardSwish", "Abs", "Neg", "Exp", "Erf", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos", "Tan", "Atan",
                 "Sinh", "Cosh", "Asinh", "Softplus", "Softsign", "Selu", "Selu <alpha = 2.0, gamma = 3.0>", "Celu",
                 "Celu <alpha = 2.0>", "HardSigmoid", "HardSigmoid <alpha = 0.5, beta = 0.6>", "Gelu", "Mish",
                 "ThresholdedRelu", "ThresholdedRelu <alpha = 0.5>", "Shrink", "Shrink <lambd = 0.3, bias = 0.3>",
                 "IsNaN", "IsInf", "Reciprocal", "Softmax", "Softmax <axis = 1>", "LogSoftmax <axis = -2>",
                 "Hardmax <axis = 1>", "LpNormalization", "LpNormalization <axis = 1, p = 1>", "ArgMax <axis = 1>",
                 "ArgMax <axis = 1, select_last_index = 1>", "ArgMin <axis = 2, keepdims = 0>", "Identity", "Dropout",
                 "Sqrt", "Log", "Flatten", "Transpose <perm = [0, 2, 1]>"):
        yield simple(f"y = {text} (x)", x=(2, 3, 4))
    for op in ("Asin", "Acos", "Atanh"):
        yield simple(f"t = Tanh (x)\n y = {op} (t)", x=(2, 3))
    yield simple("e = Exp (x)\n a = Add (e, one)\n y = Acosh (a)", x=(2, 3), one=1)
    for op in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool <p = 3>", "LRN <size = 3>", "Flatten",
               "SpaceToDepth <blocksize = 2>", "MeanVarianceNormalization", "MeanVarianceNormalization <axes = [2, 3]>",
               "MaxPool <kernel_shape = [2, 2]>", "AveragePool <kernel_shape = [2, 2]>",
               "LpPool <kernel_shape = [2, 2]>"):
        yield simple(f"y = {op} (x)", x=IMAGE)
    for mode in ("DCR", "CRD"):
        yield simple(f'y = DepthToSpace <blocksize = 2, mode = "{mode}"> (x)', x=(1, 8, 2, 3))


def of_two():
    for op in ("Add", "Sub", "Mul", "Div", "Max", "Min", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual",
               "Sum", "Mean", "PRelu", "Pow", "Mod <fmod = 1>"):
        yield simple(f"y = {op} (x, z)", x=(2, 3, 4), z=(2, 3, 4))
    for op in ("Add", "Sub", "Mul", "Div", "Max", "Min", "Greater", "LessOrEqual", "PRelu", "Mod <fmod = 1>"):
        yield simple(f"y = {op} (x, z)", x=(2, 3, 4), z=weight(3, 1))
    for op in ("Max", "Min", "Sum", "Mean"):
        yield simple(f"y = {op} (x, z, w)", x=(2, 3), z=(2, 3), w=weight(3))
        yield simple(f"y = {op} (x)", x=(2, 3))
    for op in ("And", "Or", "Xor", "Equal"):
        yield simple(f"a = Greater (x, o)\n d = Greater (z, o)\n y = {op} (a, d)", x=(2, 3), z=(2, 3), o=0)
    yield simple("t = Greater (x, o)\n y = Not (t)", x=(2, 3), o=0)
    yield simple("t = Greater (x, o)\n y = Where (t, x, z)", x=(2, 3), z=(2, 3), o=0)
    yield simple("a = Abs (x)\n y = Pow (a, e)", x=(2, 3), e=[0.5, 2.0, 3.0])
    yield simple("y = Pow (x, e)", x=(2, 3), e=[1, 2, 3])
    yield simple("i = Cast <to = 7> (x)\n m = Mod (i, k)\n y = Cast <to = 1> (m)", x=(3, 7), k=[3] * 7)


def of_weights():
    for more, count in (("", 4), (", group = 2, pads = [1, 1, 1, 1]", 2),
                        (", strides = [2, 2], dilations = [2, 2]", 4),
                        (', auto_pad = "SAME_UPPER", strides = [2, 2]', 4),
                        (', auto_pad = "SAME_LOWER", strides = [2, 3]', 4)):
        yield simple(f"y = Conv <kernel_shape = [3, 3]{more}> (x, w, b)", x=(2, 4, 7, 7), w=weight(4, count, 3, 3),
                     b=weight(4))
    yield simple("y = Conv (x, w)", x=(2, 3, 9), w=weight(4, 3, 3))
    yield simple("y = Conv (x, w)", x=(1, 2, 5, 5, 5), w=weight(3, 2, 3, 3, 3))
    for more in ("", ", pads = [1, 1, 1, 1], output_padding = [1, 1]", ", output_shape = [8, 8]",
                 ", dilations = [2, 2]", ', auto_pad = "SAME_UPPER"', ', auto_pad = "SAME_LOWER"'):
        yield simple(f"y = ConvTranspose <strides = [2, 2]{more}> (x, w, b)", x=(2, 4, 3, 3), w=weight(4, 2, 3, 3),
                     b=weight(2))
    yield simple("y = Gemm <alpha = 0.5, beta = 2.0, transB = 1> (x, w, b)", x=(2, 5), w=weight(3, 5), b=weight(3))
    yield simple("y = Gemm <transA = 1> (x, w)", x=(5, 2), w=weight(5, 3))
    yield simple("y = MatMul (x, w)", x=(2, 3, 5), w=weight(5, 4))
    yield simple("y = MatMul (x, z)", x=(2, 3, 5), z=(2, 5, 4))
    yield simple("y = MatMul (w, x)", x=(2, 5, 4), w=weight(3, 5))
    for shape in (IMAGE, (2, 3)):
        yield simple("y = BatchNormalization (x, s, b, m, v)", x=shape, s=weight(3), b=weight(3), m=weight(3),
                     v=numpy.abs(weight(3)))
    yield simple("y = InstanceNormalization (x, s, b)", x=IMAGE, s=weight(3), b=weight(3))
    yield simple("y = LayerNormalization (x, s, b)", x=(2, 3, 4), s=weight(4), b=weight(4))
    yield simple("y = LayerNormalization <axis = 1> (x, s)", x=(2, 3, 4), s=weight(3, 4))
    yield simple("y, m, i = LayerNormalization (x, s, b)", x=(2, 3, 4), s=weight(4), b=weight(4))
    for op, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
        for direction, count in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
            yield simple(f'y, h = {op} <hidden_size = 3, direction = "{direction}"> (x, w, r, b)', x=(4, 2, 5),
                         w=weight(count, 3 * gates, 5), r=weight(count, 3 * gates, 3), b=weight(count, 6 * gates))
    yield simple("y = GRU <hidden_size = 3, linear_before_reset = 1> (x, w, r)", x=(4, 2, 5), w=weight(1, 9, 5),
                 r=weight(1, 9, 3))


SIMPLE = [
    *of_one(),
    *of_two(),
    *of_weights(),
    simple("y = Clip (x, low, high)", x=(2, 3), low=-0.5, high=0.5),
    simple("y = Clip (x, , high)", x=(2, 3), high=0.5),
    simple("y = Clip (x)", x=(2, 3)),
    simple("y = Concat <axis = 1> (x, z)", x=(2, 3), z=(2, 4)),
    simple("y = Concat <axis = -1> (x, w)", x=(2, 3), w=weight(2, 4)),
    simple("y = CumSum (x, axis)", x=(2, 3, 4), axis=whole(1)),
    simple("y = CumSum <exclusive = 1, reverse = 1> (x, axis)", x=(2, 3, 4), axis=whole(-1)),
    simple("y = Slice (x, starts, ends)", x=(4, 6), starts=[0, 1], ends=[4, 5]),
    simple("y = Slice (x, starts, ends, axes, steps)", x=(4, 6, 5), starts=[-1, 1], ends=[-100, 100], axes=[1, 2],
           steps=[-1, 2]),
    simple("y = Gather <axis = 1> (x, i)", x=(2, 4), i=[0, -1, 2]),
    simple("y = Gather <axis = 1> (x, i)", x=(2, 4), i=whole(2)),
    simple("y = Gather <axis = 1> (x, i)", x=(2, 4, 3), i=whole([[0, 1], [2, 3]])),
    simple('y = Einsum <equation = "ij,jk->ik"> (x, w)', x=(2, 3), w=weight(3, 4)),
    simple('y = Einsum <equation = "abc,cde->abde"> (x, w)', x=(2, 3, 4), w=weight(4, 2, 5)),
    simple('y = Einsum <equation = "aecd,abcd->acbe"> (x, z)', x=(2, 3, 4, 5), z=(2, 6, 4, 5)),
    simple("y = Expand (x, shape)", x=(2, 1, 4), shape=[2, 3, 4]),
    simple("y = Expand (x, shape)", x=(2, 3), shape=[4, 2, 3]),
    simple("y = Tile (x, repeats)", x=(2, 3), repeats=[1, 2]),
    simple("y = Pad (x, pads)", x=(2, 3), pads=[0, 1, 0, 1]),
    simple("y = Resize (x, , scales)", x=(1, 1, 2, 2), scales=[1.0, 1.0, 2.0, 2.0]),
    simple("y = Reshape (x, shape)", x=(2, 6), shape=[2, 2, 3]),
    simple("y = Squeeze (x, axes)", x=(2, 1, 3), axes=[1]),
    simple("y = Unsqueeze (x, axes)", x=(2, 3), axes=[1]),
    simple("i = Cast <to = 7> (x)\n y = Cast <to = 1> (i)", x=(2, 3)),
    # Constants of every kind, computed at import.
    simple("t = Trilu <upper = 0> (k)\n y = Mul (x, t)", x=(3, 3), k=weight(3, 3)),
    simple("r = Range (s, e, d)\n y = Mul (x, r)", x=(2, 4), s=0, e=4, d=1),
    simple("o = OneHot (i, d, v)\n y = Mul (x, o)", x=(2, 3), i=[0, 2], d=whole(3), v=[0.0, 1.0]),
    simple("n = NonZero (k)\n f = Cast <to = 1> (n)\n y = Mul (x, f)", x=(2, 3), k=[[1, 0, 2], [0, 0, 3]]),
    simple("e = EyeLike (k)\n y = MatMul (x, e)", x=(2, 3), k=weight(3, 3)),
]


def refused(opset, nodes, **values):
    """Of operators that the toolchain does not have."""
    last = nodes.split("\n")[0].split("=")[1].split("(")[0].split("<")[0].strip()
    return case(opset, nodes, refused=f"cannot hold operator {last}", **values)


REFUSED = [
    refused(18, "y = BitwiseNot (i)\n i = Cast <to = 7> (x)", x=(2, 3)),
    refused(18, "y = BitwiseAnd (i, i)\n i = Cast <to = 7> (x)", x=(2, 3)),
    refused(18, 'y = ScatterND <reduction = "add"> (x, i, u)', x=(4, 3), i=whole([[1]]), u=weight(1, 3)),
    refused(18, 'y = ScatterElements <reduction = "max"> (x, i, u)', x=(4, 3), i=whole([[1]]), u=weight(1, 1)),
    refused(18, "y = Col2Im (x, shape, block)", x=(1, 5, 5), shape=[5, 5], block=[1, 5]),
    refused(18, "y = OptionalHasElement (x)", x=(2, 3)),
    refused(18, "y = OptionalGetElement (x)", x=(2, 3)),
    refused(19, "y = DeformConv <kernel_shape = [2, 2]> (x, w, o)", x=(1, 1, 3, 3), w=weight(1, 1, 2, 2),
            o=weight(1, 8, 2, 2)),
    refused(20, "y = GridSample (x, g)", x=(1, 1, 4, 4), g=weight(1, 6, 6, 2)),
    refused(20, "y = AffineGrid (x, size)", x=(1, 2, 3), size=[1, 3, 5, 6]),
    refused(20, "y = DFT (x, , axis)", x=(1, 10, 1), axis=whole(1)),
    refused(21, "v, i = TopK (x, k)", x=(2, 5), k=[2]),
    refused(21, "y = Trilu (x)", x=(2, 3, 3)),
    refused(21, 'y = Einsum <equation = "ii->i"> (x)', x=(3, 3)),
    simple("y = BatchNormalization <training_mode = 1> (x, s, b, m, v)", x=(2, 3, 4), s=weight(3), b=weight(3),
           m=weight(3), v=numpy.abs(weight(3)), refused="training_mode"),
    simple("y, h, c = LSTM <hidden_size = 3> (x, w, r)", x=(4, 2, 5), w=weight(1, 12, 5), r=weight(1, 12, 3),
           refused="second output"),
    case(20, "s = StringConcat (a, b)\n y = Neg (x)", x=(2, 3), a=numpy.array(["a"], object),
         b=numpy.array(["b"], object), refused="element type STRING"),
    case(19, "y = Loop <body = b (int64 i, bool c, float[2] v) => (bool d, float[2] w) { d = Identity (c)\n "
         "w = Add (v, v) }> (n, t, x)", x=(2,), n=whole(2), t=numpy.array(True), refused="a node with a subgraph"),
    case(21, "y = Scan <num_scan_inputs = 1, body = b (float[2] s, float[2] v) => (float[2] t, float[2] w) "
         "{ t = Add (s, v)\n w = Identity (t) }> (i, x)", x=(3, 2), i=[0.0, 0.0], refused="a node with a subgraph"),
]
