"""Reads Avro object container files: what is where (metadata, blocks, the sync marker), and Flume's events in them."""
import zlib


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


def records(data):
    """What does not depend on how the file was cut into blocks: how many records there are, and their bytes, uncompressed."""
    layout = read(data)
    codec = dict(layout["metadata"]).get("avro.codec", "null")
    unpack = {"null": bytes, "deflate": lambda block: zlib.decompress(block, -15)}[codec]
    joined = b""
    for block in layout["blocks"]:
        _, at = _long(data, block["at"])
        _, at = _long(data, at)
        joined += unpack(data[at:at + block["size"]])
    return sum(block["records"] for block in layout["blocks"]), joined


def events(joined):
    """[(headers, body)] of records {map headers, bytes body}."""
    found, at = [], 0
    while at < len(joined):
        headers = {}
        while True:
            count, at = _long(joined, at)
            if count == 0:
                break
            for _ in range(count):
                key, at = _bytes(joined, at)
                headers[key], at = _bytes(joined, at)
        body, at = _bytes(joined, at)
        found.append((headers, body))
    return found
