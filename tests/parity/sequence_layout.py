"""Reads Hadoop SequenceFiles (version 6) far enough to list what is where: header fields, records, sync markers."""

import struct


def _vlong(data, at):
    first = struct.unpack_from("b", data, at)[0]
    if first >= -112:
        return first, at + 1
    negative = first < -120
    size = (-119 - first if negative else -111 - first) - 1
    value = int.from_bytes(data[at + 1:at + 1 + size], "big")
    return (~value if negative else value), at + 1 + size


def _text(data, at):
    length, at = _vlong(data, at)
    return data[at:at + length].decode(), at + length


def read(data):
    """A dict: the header's fields and `entries`, each a record, a compressed block or a sync marker with its offset."""
    if data[:4] != b"SEQ\x06":
        raise ValueError("not a SequenceFile of version 6")
    key_class, at = _text(data, 4)
    value_class, at = _text(data, at)
    compressed, block_compressed = bool(data[at]), bool(data[at + 1])
    at += 2
    codec = None
    if compressed:
        codec, at = _text(data, at)
    pairs = struct.unpack_from(">i", data, at)[0]
    at += 4
    metadata = {}
    for _ in range(pairs):
        name, at = _text(data, at)
        metadata[name], at = _text(data, at)
    sync_at, sync = at, data[at:at + 16]
    at += 16
    out = {"key_class": key_class, "value_class": value_class, "compressed": compressed, "block_compressed": block_compressed,
           "codec": codec, "metadata": metadata, "sync_at": sync_at, "header_length": at, "length": len(data), "entries": []}
    while at < len(data):
        length = struct.unpack_from(">i", data, at)[0]
        if length == -1:
            if data[at + 4:at + 20] != sync:
                raise ValueError(f"a sync marker at {at} does not match the header")
            out["entries"].append({"sync_at": at})
            at += 20
            if block_compressed:
                start = at - 20
                records, at = _vlong(data, at)
                sizes = []
                for _ in range(4):      # key lengths, keys, value lengths, values
                    size, at = _vlong(data, at)
                    sizes.append(size)
                    at += size
                out["entries"][-1] = {"block_at": start, "records": records, "buffer_sizes": sizes, "next": at}
            continue
        key_length = struct.unpack_from(">i", data, at + 4)[0]
        key = data[at + 8:at + 8 + key_length]
        value = data[at + 8 + key_length:at + 8 + length]
        out["entries"].append({"record_at": at, "record_length": length, "key_length": key_length,
                               "key": struct.unpack(">q", key)[0], "value": value})
        at += 8 + length
    return out


def body(value, value_class):
    """The event body inside a record's value."""
    if value_class.endswith("BytesWritable"):
        return value[4:4 + struct.unpack_from(">i", value)[0]]
    length, at = _vlong(value, 0)
    return value[at:at + length]
