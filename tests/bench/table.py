"""The bench's result: one line for each figure, keepalived beside lvs-rs."""

import os
import statistics

rows = []


def row(figure, unit, values, target="", digits=2):
    """`values`: measurements by program; their medians become one line of the table."""
    medians = {name: statistics.median(measured) for name, measured in values.items() if measured}
    ours = medians.pop("director", None)
    peer, theirs = next(iter(medians.items()), (None, None))
    note = "" if peer in (None, "keepalived") else f" ({peer})"
    line(
        figure,
        "-" if theirs is None else f"{theirs:.{digits}f} {unit}".strip() + note,
        "-" if ours is None else f"{ours:.{digits}f} {unit}".strip(),
        f"{ours / theirs:.2f}" if ours is not None and theirs else "-",
        target,
    )


def line(*cells):
    """A line as it stands: figure, keepalived, lvs-rs, ratio, target."""
    rows.append(list(cells))
    print("| " + " | ".join(cells) + " |", flush=True)


def finish():
    """The whole table, printed and kept beside the lab's other output."""
    lines = ["| figure | keepalived | lvs-rs | ratio | target |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(cells) + " |" for cells in rows]
    text = "\n".join(lines) + "\n"
    with open(os.path.join(os.environ["LAB_OUT"], "bench.md"), "a") as file:
        file.write(text + "\n")
    print("\n" + text)
