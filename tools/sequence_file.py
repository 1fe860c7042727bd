"""Reads SequenceFiles as Flume's hdfs sink writes them by default: version 6, uncompressed, LongWritable -> BytesWritable
(or Text). Independent of the program under test, so that the demo and the tests can count what it wrote.

    tools/sequence_file.py FILE...      prints each value as a line
"""
import struct
import sys

MAGIC = b"SEQ"
SYNC_ESCAPE = -1
SYNC_SIZE = 16
LONGEST_RECORD = 1 << 30
KEY_CLASS = "org.apache.hadoop.io.LongWritable"
BYTES_CLASS = "org.apache.hadoop.io.BytesWritable"
TEXT_CLASS = "org.apache.hadoop.io.Text"


class SequenceFileError(Exception):
    """The file is not whole, or not of the kind that is read here."""


class _Reader:
    def __init__(self, data, name):
        self.data, self.name, self.at = data, name, 0

    def fail(self, what):
        raise SequenceFileError(f"{self.name}: {what} at byte {self.at}")

    def take(self, count):
        if count < 0 or count > len(self.data) - self.at:
            self.fail(f"{count} bytes wanted, {len(self.data) - self.at} left")
        self.at += count
        return self.data[self.at - count:self.at]

    def int32(self):
        return struct.unpack(">i", self.take(4))[0]

    def variable_int(self):
        """Hadoop's variable-length number: one byte for -112..127, else a length byte and the bytes."""
        first = struct.unpack("b", self.take(1))[0]
        if first >= -112:
            return first
        negative = first < -120
        size = -(first + 120) if negative else -(first + 112)
        value = int.from_bytes(self.take(size), "big")
        return ~value if negative else value

    def text(self):
        return self.take(self.variable_int())


def read_records(path):
    """List of (key, value): milliseconds and bytes. Raises SequenceFileError for anything that is cut short."""
    with open(path, "rb") as file:
        reader = _Reader(file.read(), path)
    if reader.take(3) != MAGIC:
        reader.fail("no SequenceFile")
    version = reader.take(1)[0]
    if version != 6:
        reader.fail(f"version {version}, only 6 is read")
    key_class, value_class = reader.text().decode(), reader.text().decode()
    if key_class != KEY_CLASS or value_class not in (BYTES_CLASS, TEXT_CLASS):
        reader.fail(f"{key_class} -> {value_class} is not read")
    if reader.take(1) != b"\0" or reader.take(1) != b"\0":
        reader.fail("compressed")
    for _ in range(reader.int32()):
        reader.text(), reader.text()
    sync = reader.take(SYNC_SIZE)

    records = []
    while reader.at < len(reader.data):
        length = reader.int32()
        if length == SYNC_ESCAPE:
            if reader.take(SYNC_SIZE) != sync:
                reader.fail("wrong sync marker")
            continue
        if not 0 <= length <= LONGEST_RECORD:
            reader.fail(f"record of {length} bytes")
        key_length = reader.int32()
        if key_length != 8 or length < key_length:
            reader.fail(f"key of {key_length} bytes in a record of {length}")
        key = struct.unpack(">q", reader.take(8))[0]
        end = reader.at + length - key_length
        if value_class == TEXT_CLASS:
            value = reader.text()
        else:
            value = reader.take(reader.int32())
        if reader.at != end:
            reader.fail("value length and record length differ")
        records.append((key, value))
    return records


def main():
    for path in sys.argv[1:]:
        for _, value in read_records(path):
            sys.stdout.buffer.write(value + b"\n")


if __name__ == "__main__":
    try:
        main()
    except (SequenceFileError, OSError) as error:
        sys.exit(f"sequence_file.py: {error}")
