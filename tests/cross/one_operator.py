"""Writes a .dcz of one operator over three values, by hand, and its checksums as well.

usage: one_operator.py NUMBER FILE   NUMBER: the operator's, as docs/format.md lists them
"""

import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return (crc ^ 0xFFFFFFFF).to_bytes(4, "little")


def message(field, data):
    return bytes([field << 3 | 2, len(data)]) + data


def one_operator(number):
    node = bytes([1 << 3, number])
    shape = message(1, bytes([0, 3]))  # any batch
    manifest = message(2, node) + message(3, shape) + message(4, b"")
    front = b"\x89DCZ\x01\x00\x01" + bytes([1, len(manifest)]) + crc32c(manifest)
    return front + crc32c(front) + manifest


if __name__ == "__main__":
    with open(sys.argv[2], "wb") as file:
        file.write(one_operator(int(sys.argv[1])))
