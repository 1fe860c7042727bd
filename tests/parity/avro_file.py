"""Reads Avro object container files far enough to list what is where: metadata, blocks, the sync marker."""


def _long(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at


def _bytes(data, at):
    length, at = _long(data, at)
    return data[at:at + length], at + length


def read(data):
    """A dict: metadata in file order, where the marker stands, and each block's offset, record count and size."""
    if data[:4] != b"Obj\x01":
        raise ValueError("not an Avro container file")
    metadata, at = [], 4
    while True:
        count, at = _long(data, at)
        if count == 0:
            break
        for _ in range(count):
            key, at = _bytes(data, at)
            value, at = _bytes(data, at)
            metadata.append([key.decode(), value.decode()])
    marker = data[at:at + 16]
    out = {"metadata": metadata, "sync_at": at, "header_length": at + 16, "blocks": []}
    at += 16
    while at < len(data):
        start = at
        records, at = _long(data, at)
        size, at = _long(data, at)
        if data[at + size:at + size + 16] != marker:
            raise ValueError(f"the block at {start} does not end in the marker")
        out["blocks"].append({"at": start, "records": records, "size": size})
        at += size + 16
    return out
