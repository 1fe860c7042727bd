"""A configuration as large as one wants: flows of exec -> three interceptors -> file channel -> hdfs, 25 lines each.
benchmarks/large_configuration.py LINES prints it."""
import sys

LINES_OF_A_FLOW = 25


def large_configuration(lines):
    """At least so many lines, and no more than a flow above."""
    numbers = range(-(-lines // LINES_OF_A_FLOW))
    text = [f"a1.{group} = " + " ".join(f"{letter}{number}" for number in numbers)
            for group, letter in (("sources", "r"), ("channels", "c"), ("sinks", "k"))]
    for number in numbers:
        source, channel, sink = f"a1.sources.r{number}", f"a1.channels.c{number}", f"a1.sinks.k{number}"
        text += [
            f"# flow {number}",
            f"{source}.type = exec",
            f"{source}.command = tail -F /var/log/{number}",
            f"{source}.channels = c{number}",
            f"{source}.interceptors = i1 i2 i3",
            f"{source}.interceptors.i1.type = timestamp",
            f"{source}.interceptors.i2.type = static",
            f"{source}.interceptors.i2.key = flow",
            f"{source}.interceptors.i2.value = ${{env:HOME}}-{number}",
            f"{source}.interceptors.i3.type = regex_filter",
            f"{source}.interceptors.i3.regex = ^(DEBUG|TRACE) .*{number}$",
            f"{source}.interceptors.i3.excludeEvents = true",
            f"{channel}.type = file",
            f"{channel}.checkpointDir = /var/lib/flume/{number}/checkpoint",
            f"{channel}.dataDirs = /var/lib/flume/{number}/data",
            f"{channel}.capacity = 1000000",
            f"{channel}.transactionCapacity = 10000",
            f"{sink}.type = hdfs",
            f"{sink}.channel = c{number}",
            f"{sink}.hdfs.path = hdfs://namenode:8020/flume/{number}/%Y/%m/%d",
            f"{sink}.hdfs.fileType = DataStream",
            f"{sink}.hdfs.rollInterval = 3600",
            f"{sink}.hdfs.rollSize = 134217728",
            f"{sink}.hdfs.rollCount = 0",
            f"{sink}.hdfs.batchSize = 1000",
        ]
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    print(large_configuration(int(sys.argv[1])), end="")
