"""Mutations: of bytes, and of the fields of protobuf messages whatever their meaning.

The wire format needs no schema to be taken apart: a run of (field, value), where bytes may be a
message again. Lengths are right afterwards, so that what is reached lies behind the parser.
"""

import dcz

# Numbers at the edges of types and limits.
EDGES = [0, 1, 2, 3, 7, 8, 9, 127, 128, 255, 256, 4095, 4096, 16384, 65535, 65536, 1 << 20, 1 << 22]
EDGES += [1 << 24, (1 << 28) - 1, 1 << 28, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32]
EDGES += [1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
FLOATS = [b"\0\0\0\0", b"\0\0\0\x80", b"\0\0\x80\x7f", b"\0\0\x80\xff", b"\0\0\xc0\x7f"]
FLOATS += [b"\xff\xff\x7f\x7f", b"\1\0\0\0", b"\0\0\x80\x3f"]


def mutate_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 8])):
        kind = rng.randrange(6)
        at = rng.randrange(len(data) + 1)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1 and data:
            data[at % len(data)] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
        elif kind == 2:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice([1, 2, 4, 16])))
        elif kind == 3:
            del data[at : at + rng.choice([1, 2, 4, 16, len(data)])]
        elif kind == 4 and data:
            begin = rng.randrange(len(data))
            data[at:at] = data[begin : begin + rng.choice([1, 4, 16, 64])]
        elif data:
            data[at:] = b""
    return bytes(data)


def parse(data):
    """[field, wire type, value]; ValueError where the bytes are no message."""
    fields, at = [], 0
    while at < len(data):
        key, at = dcz.read_varint(data, at)
        field, wire = key >> 3, key & 7
        if field == 0 or field > 1 << 20:
            raise ValueError("no field")
        if wire == 0:
            value, at = dcz.read_varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            value, at = bytes(data[at : at + size]), at + size
        elif wire == 2:
            size, at = dcz.read_varint(data, at)
            value, at = bytes(data[at : at + size]), at + size
        else:
            raise ValueError("no wire type")
        if at > len(data):
            raise ValueError("cut short")
        fields.append([field, wire, value])
    return fields


def serialize(fields):
    out = bytearray()
    for field, wire, value in fields:
        out += dcz.varint(field << 3 | wire)
        if wire == 0:
            out += dcz.varint(value & (1 << 64) - 1)
        elif wire == 2:
            out += dcz.varint(len(value)) + value
        else:
            out += value
    return bytes(out)


def _numbers(rng, data):
    """A packed run of varints, one of them changed; None where the bytes are no such run."""
    numbers, at = [], 0
    try:
        while at < len(data):
            number, at = dcz.read_varint(data, at)
            numbers.append(number)
    except ValueError:
        return None
    place = rng.randrange(len(numbers) + 1)
    kind = rng.randrange(4)
    if kind == 0 or place == len(numbers):
        numbers.insert(place, rng.choice(EDGES))
    elif kind == 1:
        del numbers[place]
    else:
        numbers[place] = rng.choice(EDGES + [numbers[place] + 1, max(numbers[place] - 1, 0)])
    return b"".join(dcz.varint(n) for n in numbers)


def mutate_message(rng, data, depth=0):
    """The message with one field changed, doubled, moved or dropped, at any depth."""
    fields = parse(data)
    if not fields:
        return mutate_bytes(rng, data)
    at = rng.randrange(len(fields))
    field, wire, value = fields[at]
    kind = rng.randrange(10)
    if kind == 0:
        fields[at:at] = [list(fields[at]) for _ in range(rng.choice([1, 1, 2, 30]))]
    elif kind == 1:
        del fields[at]
    elif kind == 2:
        other = rng.randrange(len(fields))
        fields[at], fields[other] = fields[other], fields[at]
    elif kind == 3:
        fields[at][0] = rng.choice([field + 1, max(field - 1, 1), rng.randrange(1, 40)])
    elif wire == 0:
        fields[at][2] = rng.choice(EDGES + [value + 1, max(value - 1, 0), value * 2])
    elif wire in (1, 5):
        fields[at][2] = rng.choice(FLOATS) if wire == 5 else mutate_bytes(rng, value)[:8].ljust(8)
    else:
        inner = None
        if depth < 8 and len(value) > 1 and rng.randrange(4):
            try:
                inner = mutate_message(rng, value, depth + 1)
            except ValueError:
                inner = None
        if inner is None and rng.randrange(2):
            inner = _numbers(rng, value)
        fields[at][2] = mutate_bytes(rng, value) if inner is None else inner
    return serialize(fields)


def mutate_dcz(rng, data):
    """A .dcz with changed contents and right checksums."""
    file = dcz.File(data)
    for _ in range(rng.choice([1, 1, 1, 2])):
        if not file.sections:
            break
        section = rng.choice(file.sections)
        kind = rng.randrange(12)
        if kind == 0:
            section[0] ^= 1 << rng.randrange(8)
        elif kind == 1:
            file.sections.remove(section)
        elif kind == 2:
            file.sections.insert(rng.randrange(len(file.sections) + 1), list(section))
        elif kind == 3:
            section[2] = rng.choice(EDGES)
        elif section[0] == dcz.MANIFEST and kind < 11:
            try:
                section[1] = bytearray(mutate_message(rng, section[1]))
            except ValueError:
                section[1] = bytearray(mutate_bytes(rng, section[1]))
        else:
            section[1] = bytearray(mutate_bytes(rng, section[1]))
    return file.bytes()


def mutate_onnx(rng, data):
    for _ in range(rng.choice([1, 1, 2])):
        try:
            data = mutate_message(rng, data)
        except ValueError:
            data = mutate_bytes(rng, data)
    return data
