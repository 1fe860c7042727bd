#!/usr/bin/env python3
"""Writes random events: `YYYY/MM/DD HH:MM:SS<TAB>` and nine words of a dictionary per line.

    tools/gen_events.py [--rate LINES_PER_SECOND] [--count LINES] [--output FILE] [--seed NUMBER]

Whole lines only, each written at once. On SIGTERM, SIGINT or a closed pipe it ends and says on stderr how many lines
were written.
"""
import argparse
import os
import random
import signal
import sys
import time

DICTIONARY = "/usr/share/dict/words"
WORDS_PER_LINE = 9
GENERATED_WORDS = 5000
TICK_SECONDS = 0.02  # how often a limited rate is caught up with
LINES_PER_WRITE = 1000  # without a limit


def dictionary(path, seed):
    """The words of `path`, or as many that sound like words."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            words = [word for word in file.read().split() if word.isprintable()]
        if words:
            return words
    except OSError:
        pass
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]
    choose = random.Random(seed)
    return ["".join(choose.choices(syllables, k=choose.randint(2, 4))) for _ in range(GENERATED_WORDS)]


class Generator:
    def __init__(self, arguments):
        self.rate, self.count = arguments.rate, arguments.count
        self.output = os.open(arguments.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) if arguments.output else 1
        self.words = dictionary(arguments.words, arguments.seed)
        self.choose = random.Random(arguments.seed)
        self.written = 0
        self.stopped = False

    def stop(self, *_):
        self.stopped = True

    def write_lines(self, lines):
        """A signal comes between two blocks, never inside one: what is counted is what was written."""
        stamp = time.strftime("%Y/%m/%d %H:%M:%S")
        block = "".join(f"{stamp}\t{' '.join(self.choose.choices(self.words, k=WORDS_PER_LINE))}\n" for _ in range(lines)).encode()
        while block:
            block = block[os.write(self.output, block):]
        self.written += lines

    def lines_left(self):
        return sys.maxsize if self.count is None else self.count - self.written

    def run(self):
        started = time.monotonic()
        while not self.stopped and self.lines_left() > 0:
            if self.rate == 0:
                self.write_lines(min(LINES_PER_WRITE, self.lines_left()))
                continue
            due = int((time.monotonic() - started) * self.rate) + 1 - self.written
            for _ in range(min(due, self.lines_left())):
                self.write_lines(1)
                if self.stopped:
                    return
            time.sleep(max(TICK_SECONDS, 1 / self.rate) if due <= 0 else TICK_SECONDS)


def main():
    parser = argparse.ArgumentParser(description="Writes random events, one per line.")
    parser.add_argument("--rate", type=float, default=0, help="lines per second; 0: as fast as possible")
    parser.add_argument("--count", type=int, help="end after this many lines")
    parser.add_argument("--output", help="append to this file instead of writing to stdout")
    parser.add_argument("--seed", type=int, help="the same words each time")
    parser.add_argument("--words", default=DICTIONARY, help=f"dictionary ({DICTIONARY}, or a generated one)")
    arguments = parser.parse_args()
    if arguments.rate < 0 or (arguments.count is not None and arguments.count < 0):
        parser.error("--rate and --count are not negative")
    try:
        generator = Generator(arguments)
    except OSError as error:
        sys.exit(f"gen_events.py: {arguments.output}: {error.strerror}")
    signal.signal(signal.SIGTERM, generator.stop)
    signal.signal(signal.SIGINT, generator.stop)
    failure = None
    try:
        generator.run()
    except BrokenPipeError:
        pass
    except OSError as error:
        failure = f"gen_events.py: {arguments.output or 'stdout'}: {error.strerror}"
    print(f"{generator.written} lines written", file=sys.stderr)
    sys.exit(failure)


if __name__ == "__main__":
    main()
