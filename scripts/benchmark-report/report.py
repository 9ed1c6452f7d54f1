"""From the figures that scripts/benchmark has collected to tables (Markdown) and a chart (SVG).

usage: report.py FIGURES_DIR OUTPUT_DIR
"""

import collections
import pathlib
import statistics
import sys

import chart

NAMES = {"ours": "ours", "torch": "PyTorch", "onnxruntime": "ONNX Runtime"}
ROWS = {
    "train": "training, images/s",
    "inference batch-250": "inference in batches of 250, images/s",
    "inference single": "one digit, µs",
}
LOWER_IS_BETTER = {"inference single"}


def read(path):
    """Facts of the machine; {(who, network, threads, figure): [value of each round]}; runs of the recipe quick."""
    facts, figures, runs = {}, collections.defaultdict(list), []
    for line in path.read_text().splitlines():
        if line.startswith("# "):
            key, _, value = line[2:].partition(": ")
            facts[key] = value
            continue
        words = line.split()[1:]
        if words[1] == "recipe":
            runs.append((float(words[4]), float(words[7]), float(words[10])))
        else:  # ours reference threads 1 inference single 45.1 us median
            end = next(i for i in range(4, len(words)) if words[i].replace(".", "", 1).isdigit())
            figures[words[0], words[1], int(words[3]), " ".join(words[4:end])].append(float(words[end]))
    return facts, figures, runs


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def spread(values, text=number):
    """Median and range."""
    median = text(statistics.median(values))
    return median if len(values) == 1 else f"**{median}** ({text(min(values))} to {text(max(values))})"


def ratios(ours, theirs, figure):
    """How many times better ours is, round by round."""
    return [b / a if figure in LOWER_IS_BETTER else a / b for a, b in zip(ours, theirs, strict=True)]


def comparison(figures):
    lines = [
        "| network, threads | | ours | PyTorch | ONNX Runtime | times PyTorch | times ONNX Runtime |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for network in ("reference", "quick"):
        for threads in (1, 2):
            for figure, title in ROWS.items():
                values = {who: figures.get((who, network, threads, figure)) for who in NAMES}
                if not values["ours"]:
                    continue
                cells = [spread(values[who]) if values[who] else "" for who in NAMES]
                for who in ("torch", "onnxruntime"):
                    cells.append(
                        spread(ratios(values["ours"], values[who], figure), lambda v: f"{v:.1f}")
                        if values[who] else "")
                lines.append(f"| {network}, {threads} | {title} | {' | '.join(cells)} |")
    return lines


def two_threads(figures):
    for network in ("reference", "quick"):
        one, two = (figures.get(("ours", network, threads, "train")) for threads in (1, 2))
        if one and two:
            scaling = [b / a for a, b in zip(one, two, strict=True)]
            yield f"- {network}: two threads train {spread(scaling, lambda v: f'{v:.2f}')} times as fast as one."
    memory = [value for key, values in figures.items() if key[3] == "peak memory" for value in values]
    yield f"- Peak memory of training, the data included: {max(memory):.0f} MB."


def recipe(runs):
    wall, training, accuracy = zip(*runs)
    return (
        f"- `train --recipe quick --validation 0 --threads 2`, seeds 1 to {len(runs)}: "
        f"{spread(wall, lambda v: f'{v:.2f}')} s from process start to saved checkpoint, "
        f"{spread(training, lambda v: f'{v:.1f}')} s of them training; accuracy on the test digits "
        f"{spread(accuracy, lambda v: f'{100 * v:.2f} %')}.")


def panels(figures):
    """What the chart shows: a title, whether short bars are good, and a bar for each."""
    shown = [
        ("Training, 1 thread", "reference", 1, "train"),
        ("Training, 2 threads", "reference", 2, "train"),
        ("Training, network quick, 2 threads", "quick", 2, "train"),
        ("Inference in batches of 250, 1 thread", "reference", 1, "inference batch-250"),
        ("One digit by itself, 1 thread", "reference", 1, "inference single"),
    ]
    for title, network, threads, figure in shown:
        unit = "µs, shorter is better" if figure in LOWER_IS_BETTER else "images/s"
        bars = []
        for who, name in NAMES.items():
            if values := figures.get((who, network, threads, figure)):
                median = statistics.median(values)
                bars.append((name, median, number(median)))
        if bars:
            yield f"{title}, {unit}", bars


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    facts, figures, runs = read(source / "benchmark.txt")
    machine = [facts["processor"], facts["cores"] + " cores", facts["system"], "Swift " + facts["swift"]]
    if "python" in facts:
        machine.append("Python " + facts["python"])
    lines = [
        f"Measured by `scripts/benchmark` on {facts['date']}: {'; '.join(machine)}; ours {facts['ours']}. "
        f"Median (range) of alternating runs, {facts['runs']}; a ratio is taken within a round.",
        "", *comparison(figures), "", *two_threads(figures)]
    if runs:
        lines.append(recipe(runs))
    for network in ("reference", "quick"):
        table = (source / f"layers-{network}.md").read_text().strip()
        lines += ["", f"Where one image's time goes in a training step, network `{network}`:", "", table]
    (output / "benchmark.md").write_text("\n".join(lines) + "\n")
    (output / "benchmark.svg").write_text(
        chart.svg(list(panels(figures)), f"{facts['processor']}, {facts['cores']} cores"))


main()
