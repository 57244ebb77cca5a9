"""Takes .dcz files apart and puts them together again, with right checksums and lengths."""

MAGIC = b"\x89DCZ"
MANIFEST = 1
ZSTD_FLAG = 0x80

_TABLE = []
for _byte in range(256):
    _crc = _byte
    for _ in range(8):
        _crc = _crc >> 1 ^ (0x82F63B78 if _crc & 1 else 0)
    _TABLE.append(_crc)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    """The number and the place after it; ValueError where there is none."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("no varint")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


class File:
    """Version and sections: [tag, stored bytes, raw size where zstd-compressed]."""

    def __init__(self, data):
        if data[:4] != MAGIC or len(data) < 7:
            raise ValueError("no .dcz")
        self.version = data[4:6]
        at = 7
        sizes = []
        for _ in range(data[6]):
            tag = data[at]
            size, at = read_varint(data, at + 1)
            raw = 0
            if tag & ZSTD_FLAG:
                raw, at = read_varint(data, at)
            at += 4
            sizes.append((tag, size, raw))
        at += 4
        self.sections = []
        for tag, size, raw in sizes:
            self.sections.append([tag, bytearray(data[at : at + size]), raw])
            at += size

    def bytes(self):
        front = bytearray(MAGIC + self.version)
        front.append(len(self.sections) & 255)
        for tag, stored, raw in self.sections:
            front.append(tag)
            front += varint(len(stored))
            if tag & ZSTD_FLAG:
                front += varint(raw)
            front += crc32c(stored).to_bytes(4, "little")
        front += crc32c(front).to_bytes(4, "little")
        return bytes(front) + b"".join(bytes(stored) for _, stored, _ in self.sections)
