"""Files for the deserializers of Apache Flume: lines in all shapes, blobs, and Avro container files that the driver writes."""

import base64
import json


def _file(kind, content, **configuration):
    return {"type": kind, "configuration": configuration, "file": base64.b64encode(content).decode()}


def _lines():
    line = lambda content, **keys: _file("LINE", content, **keys)  # noqa: E731
    yield line(b"")
    yield line(b"\n")
    yield line(b"one\ntwo\n")
    yield line(b"one\n\n\nlast without an end")
    yield line(b"dos\r\nlines\r\n")
    yield line(b"mac\rline\n")
    yield line("Gr\u00fc\u00dfe\n\u20ac\n\U0001f600!\n".encode())
    yield line("Gr\u00fc\u00dfe \u20ac\n".encode(), outputCharset="ISO-8859-1")
    yield line("Gr\u00fc\u00dfe \u20ac\n".encode(), outputCharset="UTF-16BE")
    yield line("Gr\u00fc\u00dfe\n".encode(), outputCharset="latin1")
    yield line(b"0123456789abcdef\nx\n", maxLineLength="10")
    yield line(b"0123456789abcdef0123456789\n", maxLineLength="8")
    yield line(b"0123456789\nnext\n", maxLineLength="10")
    yield line(b"0123456789", maxLineLength="10")
    yield line(b"01234567890123456789\nnext\n", maxLineLength="10")
    yield line("\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\n".encode(), maxLineLength="4")
    yield line("a\U0001f600\U0001f600b\n".encode(), maxLineLength="3")
    yield line("a\U0001f600b\n".encode(), maxLineLength="2")
    yield line(b"x" * 5000 + b"\n")
    yield _file("org.apache.flume.serialization.LineDeserializer$Builder", b"one\ntwo\n")


def _blobs():
    blob = lambda content, **keys: _file("org.apache.flume.sink.solr.morphline.BlobDeserializer$Builder", content, **keys)  # noqa: E731
    yield blob(b"")
    yield blob(b"all\nof\0it")
    yield blob(b"0123456789", maxBlobLength="4")
    yield blob(b"01234567", maxBlobLength="4")
    yield blob(b"0123", maxBlobLength="0")


EVENT = {"type": "record", "name": "Event", "namespace": "a.b", "doc": "what happened", "fields": [
    {"name": "host", "type": "string"},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}, "default": "A"},
    {"name": "more", "type": ["null", {"type": "map", "values": "double"}], "default": None},
    {"name": "list", "type": {"type": "array", "items": ["null", "int", "Kind"]}},
    {"name": "flags", "type": {"type": "fixed", "name": "Flags", "size": 2}},
    {"name": "next", "type": ["null", "Event"]}]}


def _event(i, depth=0):
    return {"host": f"host-{i % 7}", "at": 1700000000000 + i, "kind": "AB"[i % 2],
            "more": None if i % 3 else {"map": {"load": i / 4, "temp": -1.5}},
            "list": [None, {"int": i - 5}, {"a.b.Kind": "B"}][: i % 4], "flags": "\x01\xff",
            "next": {"a.b.Event": _event(i + 1, depth + 1)} if i % 5 == 0 and depth < 3 else None}


def _avro():
    def case(schema, records, codec="null", interval=64, **configuration):
        return {"type": "AVRO", "configuration": configuration, "schema": json.dumps(schema), "records": records, "codec": codec,
                "interval": interval}
    for codec in ("null", "deflate", "snappy", "bzip2", "xz"):
        yield case(EVENT, [_event(i) for i in range(12)], codec, 128)
    yield case(EVENT, [_event(i) for i in range(3)], interval=100000, schemaType="LITERAL")
    yield case(EVENT, [_event(1)], schemaType="literal")
    yield case(EVENT, [])
    yield case({"type": "record", "name": "R", "fields": [{"name": "text", "type": {"type": "string", "avro.java.string": "String"}},
                                                          {"name": "flag", "type": "boolean"}, {"name": "f", "type": "float"},
                                                          {"name": "bytes", "type": "bytes"}]},
               [{"text": "x", "flag": True, "f": 1.5, "bytes": "\x00\x80"}])
    yield _file("AVRO", b"")
    yield _file("AVRO", b"no Avro file at all")


def cases():
    return [*_lines(), *_blobs(), *_avro()]
