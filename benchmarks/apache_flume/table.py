"""The rows of run.py as a page shows them."""
import statistics

from measure import AGENTS, JAVA, OURS


def number(value):
    """Three digits that count."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:.3g}{unit}" if value < 999.5 * limit else f"{value / limit:.0f}{unit}"
    return f"{value:.3g}"


def seconds(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def summary(rows):
    return {"best": max(row["events_per_s"] for row in rows), "median": statistics.median(row["events_per_s"] for row in rows),
            "cpu": min(row["cpu_us"] for row in rows), "cpu_whole": min(row["cpu_us_whole"] for row in rows),
            "peak": max(row["peak_mib"] for row in rows), "is_short": any(row["is_short"] for row in rows)}


def cells(workload, agent, part):
    short = " (short)" if part["is_short"] else ""
    return f"| {workload} | {agent} | {number(part['best'])} ({number(part['median'])}){short} | {seconds(part['cpu'])} ({seconds(part['cpu_whole'])}) | {part['peak']} |"


def table(rows):
    """Markdown; `rows` as they were printed, of one group."""
    lines = ["| workload | agent | events/s: best (median) | CPU s per M events: steady (whole process) | peak RSS MiB |", "| --- | --- | --- | --- | --- |"]
    for name in dict.fromkeys(row["workload"] for row in rows if "agent" in row):
        parts = {agent: summary(mine) for agent in AGENTS if (mine := [row for row in rows if row.get("workload") == name and row.get("agent") == agent])}
        lines += [cells(name, agent, part) for agent, part in parts.items()]
        if len(parts) == 2:
            java, ours = parts[AGENTS[JAVA]], parts[AGENTS[OURS]]
            cpu = f"{java['cpu'] / ours['cpu']:.1f} x less" if ours["cpu"] else "below the clock's tick"
            lines.append(f"| {name} | ratio | {ours['best'] / java['best']:.1f} x ({ours['median'] / java['median']:.1f} x) | {cpu} | {java['peak'] / max(ours['peak'], 1):.1f} x less |")
    lines += [f"| {row['workload']} | not measured: {row['skipped']} | | | |" for row in rows if "skipped" in row]
    return "\n".join(lines)


def notes(rows):
    """What is to be known beside the table."""
    return [f"One after the other the disk does {row['syncs_per_s']:.0f} overwrites of 4 KiB with fdatasync a second (median {row['median_us']:.0f} us)."
            for row in rows if "syncs_per_s" in row]
