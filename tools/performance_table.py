#!/usr/bin/env python3
"""Prints the tables of docs/performance.md from the data of tools/performance.sh.

usage: tools/performance_table.py [FOLDER]        (results/performance)
       tools/performance_table.py --programs [FOLDER]    the table of tools/real_programs.sh (results/programs)
       tools/performance_table.py --programs-beside [FOLDER]    that of its part `beside` (FOLDER/beside)
       tools/performance_table.py --programs-always [FOLDER]    that of both with 'hakmem{HAKMEM_HUGE_PAGES=always}'
                                                                before hakmem in -a (FOLDER/always)
       tools/performance_table.py --close [FOLDER]    the table of its part `close` (results/performance)
       tools/performance_table.py [--programs|--programs-beside|--programs-always|--close] --into DOCUMENT [FOLDER]
                                                                replaces the part between its two marks
       tools/performance_table.py --behind [FOLDER]    what part `close` measures, and beside whom

One row a cell: hakmem's throughput, the best peer's by the ratio of the same rounds with its interval,
and memory beside the smallest peer's. Below them the geometric means of the ratios. The floor and the
A/A control are no peers. Estimates and intervals are those of the JSON documents, but for one: the
ratio over a peer that other rounds chose (see of_chosen_peer).
"""
import contextlib
import gzip
import io
import json
import math
import os
import statistics
import sys

import side_by_side

SUFFIX = ".json.gz"
GROWTH = "growth" + SUFFIX
FLOOR_MOST = 1.3  # time per operation beside the floor's
FREED_ABOVE_EMPTY_MIB = 2  # what a process may keep, where every peer keeps less
PROGRAM_LOSS = 0.01  # that a real program may be slower than under the fastest peer
NO_PEERS = ("floor", "A/A control")


def document(folder, name):
    with gzip.open(os.path.join(folder, name), "rt", encoding="utf-8") as file:
        return json.load(file)


def documents(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(SUFFIX) and name != GROWTH:
            yield name[: -len(SUFFIX)], document(folder, name)


def cells_of(measured):
    """Rows of a document by (workload, threads), in order; each maps allocator to cell."""
    rows = {}
    for cell in measured["cells"]:
        rows.setdefault((cell["workload"], cell["threads"]), {})[cell["allocator"]] = cell
    return rows


def peers_of(row):
    return {name: cell for name, cell in row.items()
            if name != "hakmem" and name not in NO_PEERS and cell["ops_per_second"]}


def mebibytes(cell, field):
    figure = cell.get(field)
    return None if not figure or figure.get("median") is None else figure["median"] / 2**20


def hodges_lehmann(values):
    """Median of the means of all pairs, each value with itself included; see docs/method.md."""
    return statistics.median(side_by_side.walsh(values))


def of_chosen_peer(own, peers, speed):
    """hakmem's speed over the best peer's, where the rounds that choose do not compare.

    own: hakmem's cell; peers: cells by name; speed: of a sample, None where it has none.

    The fastest of several figures is too fast on average, by more the noisier they are. So for each
    round the peer is that which is best in all other rounds, and the ratio is that of this round
    (leave one out: M. Stone, J. R. Statist. Soc. B 36(2), 1974, 111-147); the estimate over the
    rounds is that of every ratio here. A peer so chosen is at most as fast as the best one: this
    errs to the other side. None where a round or two are all there is.
    """
    def by_round(cell):
        return {sample["round"]: speed(sample) for sample in cell["samples"] if speed(sample)}

    own, peers = by_round(own), {peer: by_round(cell) for peer, cell in peers.items()}
    rounds = sorted(set(own).intersection(*peers.values()))
    if len(rounds) < 3:
        return None
    logs = {peer: [math.log(own[i] / of_round[i]) for i in rounds]
            for peer, of_round in peers.items()}
    compared = []
    for i in range(len(rounds)):
        best = min(logs, key=lambda peer: hodges_lehmann(logs[peer][:i] + logs[peer][i + 1:]))
        compared.append(logs[best][i])
    return math.exp(hodges_lehmann(compared))


def smallest(peers, field):
    figures = [(mebibytes(cell, field), name) for name, cell in peers.items()]
    figures = [figure for figure in figures if figure[0] is not None]
    return min(figures) if figures else (None, "n/a")


def number(value, places):
    return "n/a" if value is None else f"{value:.{places}f}"


def best_of(peers):
    """The name of the fastest by the ratio of the same rounds."""
    return max(peers, key=lambda peer: peers[peer]["ratio_to_first"]["estimate"])


def given_as(measured, peer):
    """The peer as it was named to compare, for -a."""
    given = measured["command"][measured["command"].index("-a") + 1].split(",")
    return next(name for name in given if name.split("=")[0] == peer)


def speed_over(cell):
    """hakmem's speed over that of a peer's or the floor's cell, with its interval, as text."""
    ratio = cell["ratio_to_first"]
    return f"{1 / ratio['estimate']:.2f} [{1 / ratio['high']:.2f}, {1 / ratio['low']:.2f}]"


def part_folder(folder, part, source):
    folder = os.path.join(folder, part)
    if not os.path.isdir(folder):
        sys.exit(f"performance_table.py: there is no folder {folder}; '{source} {part}' makes it")
    return folder


def rows_of(folder):
    """Every cell: its label, threads, row and document; labels as in the table."""
    for name, measured in documents(folder):
        rows = cells_of(measured)
        several = len({workload for workload, _ in rows}) > 1
        for (workload, threads), row in rows.items():
            yield workload if several else name, threads, row, measured


def of_floor(row):
    """hakmem's time per operation over the floor's; None where it has none."""
    own = row["hakmem"]
    return own["ns_per_op"] / own["floor_ns_per_op"] if own.get("ns_per_op") and own.get("floor_ns_per_op") else None


def comparison_row(name, threads, row):
    """The row's text, the ratio of hakmem over the best peer, its upper end, and the ratio of the peaks."""
    peers = peers_of(row)
    own = row["hakmem"]
    best = best_of(peers)
    ratio = peers[best]["ratio_to_first"]
    peak, peak_peer = mebibytes(own, "peak_rss_bytes"), smallest(peers, "peak_rss_bytes")
    freed, freed_peer = mebibytes(own, "end_rss_bytes"), smallest(peers, "end_rss_bytes")
    low = 1 / ratio["high"] if ratio.get("high") else None
    high = 1 / ratio["low"] if ratio.get("low") else None
    text = (f"| {name} | {threads} | {own['ops_per_second']['median'] / 1e6:.3g} | {best} | "
            f"{1 / ratio['estimate']:.2f} [{number(low, 2)}, {number(high, 2)}] | "
            f"{number(peak, 1)} | {number(peak_peer[0], 1)} {peak_peer[1]} | "
            f"{number(freed, 1)} | {number(freed_peer[0], 1)} {freed_peer[1]} |")
    return text, 1 / ratio["estimate"], high, peak / peak_peer[0]


def keeps_more(row):
    """Whether hakmem, after everything was freed, has more than the smallest peer and than an empty process and 2 MiB."""
    own, peer = mebibytes(row["hakmem"], "end_rss_bytes"), smallest(peers_of(row), "end_rss_bytes")[0]
    empty = mebibytes(row["hakmem"], "empty_rss_bytes")
    return None not in (own, peer, empty) and own > max(peer, empty + FREED_ABOVE_EMPTY_MIB)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def comparison(folder):
    ratios, chosen, peaks, floors, by_peer = [], [], [], [], {}
    behind, clearly, slow, large, kept = [], [], [], [], []
    print("| cell | threads | hakmem, M ops/s | best peer | hakmem / best | peak MiB | smallest peer's | "
          "freed MiB | smallest peer's |")
    print("|---|---|---|---|---|---|---|---|---|")
    for label, threads, row, _ in rows_of(folder):
        text, ratio, high, peak = comparison_row(label, threads, row)
        print(text)
        ratios.append(ratio)
        chosen.append(of_chosen_peer(row["hakmem"], peers_of(row),
                                     lambda sample: sample["ops_per_second"]))
        peaks.append(peak)
        for peer, cell in peers_of(row).items():
            by_peer.setdefault(peer, []).append(1 / cell["ratio_to_first"]["estimate"])
        floor = of_floor(row)
        if floor is not None:
            floors.append(floor)
        if floor is not None and floor > FLOOR_MOST:
            slow.append(f"{label} {threads}: {floor:.2f}")
        if ratio < 1:
            behind.append(f"{label} {threads}: {ratio:.2f}")
        if high is not None and high < 1:
            clearly.append(f"{label} {threads}")
        if peak > 1.10:
            large.append(f"{label} {threads}: {peak:.2f}")
        if keeps_more(row):
            kept.append(f"{label} {threads}")
    print()
    print(f"Geometric mean of hakmem / best peer over {len(ratios)} cells: {geometric_mean(ratios):.3f}; "
          f"of the peaks over the smallest peer's: {geometric_mean(peaks):.3f}.")
    print()
    if None not in chosen:
        print("With the best peer of each round chosen by the other rounds: "
              f"{geometric_mean(chosen):.3f}.")
        print()
    print("Against each peer alone, geometric mean over the cells it has: "
          + ", ".join(f"{peer} {geometric_mean(values):.2f} ({len(values)})"
                      for peer, values in sorted(by_peer.items(), key=lambda item: geometric_mean(item[1]))) + ".")
    print()
    print(f"Behind the best peer in {len(behind)}: {', '.join(behind) or 'none'}. "
          f"With an interval below 1 in {len(clearly)}: {', '.join(clearly) or 'none'}.")
    print()
    print(f"Peak above 1.10 of the smallest peer's in {len(large)}: {', '.join(large) or 'none'}. Freed above the "
          f"smallest peer's and {FREED_ABOVE_EMPTY_MIB} MiB over an empty process in {len(kept)}: "
          f"{', '.join(kept) or 'none'}.")
    if floors:
        print()
        print(f"Time per operation beside the floor's, over {len(floors)} cells: geometric mean "
              f"{geometric_mean(floors):.2f}, at most {max(floors):.2f}; less in {sum(f < 1 for f in floors)}. "
              f"Above {FLOOR_MOST} in {len(slow)}: {', '.join(slow) or 'none'}.")


def growth(folder):
    throughput = {}
    for (workload, threads), row in cells_of(document(folder, GROWTH)).items():
        for name, cell in row.items():
            if name not in NO_PEERS and cell["ops_per_second"]:
                throughput[workload, name, threads] = cell["ops_per_second"]["median"] / 1e6
    counts = sorted({key[2] for key in throughput})
    few, many = counts[0], counts[-1]
    print()
    print(f"| workload | allocator | {few} threads, M ops/s | {many} threads | {few} / {many} |")
    print("|---|---|---|---|---|")
    for (workload, name, threads), value in throughput.items():
        other = throughput.get((workload, name, many))
        if threads == few and other:
            print(f"| {workload} | {name} | {value:.3g} | {other:.3g} | {value / other:.2f} |")


def behind(folder):
    """A line a cell in which a peer is ahead, or the floor by too much: its name, the fastest peer for -a, and
    arguments that measure it again."""
    for label, threads, row, measured in rows_of(folder):
        peer = best_of(peers_of(row))
        ratio = 1 / row[peer]["ratio_to_first"]["estimate"]
        if ratio >= 1 and (of_floor(row) or 0) <= FLOOR_MOST:
            continue
        own = row["hakmem"]
        arguments = [own["workload"], "-t", str(threads)]
        for key, value in own["parameters"].items():
            arguments += ["-s", f"{key}={value}"]
        if own["duration_seconds"]:
            arguments += ["--duration", f"{own['duration_seconds']:g}"]
        print(f"{label}-{threads}", given_as(measured, peer), *arguments)


def close(folder):
    """Cells that were measured again beside one peer, which the main table chose, so that no choice favours it."""
    print("| cell | threads | peer | above | beside it alone | beside the floor | rounds |")
    print("|---|---|---|---|---|---|---|")
    main_rows = {f"{label}-{threads}": row for label, threads, row, _ in rows_of(folder)}
    ratios, clearly = [], []
    for name, measured in documents(part_folder(folder, "close", "tools/performance.sh")):
        ((_, threads), row), = cells_of(measured).items()
        (peer, cell), = peers_of(row).items()
        label = name.rsplit("-", 1)[0]
        before = main_rows[name][peer]["ratio_to_first"]["estimate"]
        ratios.append(1 / cell["ratio_to_first"]["estimate"])
        if cell["ratio_to_first"]["low"] > 1:
            clearly.append(f"{label} {threads}")
        print(f"| {label} | {threads} | {peer} | {1 / before:.2f} | {speed_over(cell)} | "
              f"{speed_over(row['floor'])} | {measured['rounds_done']} |")
    print()
    print(f"Geometric mean of hakmem over these peers: {geometric_mean(ratios):.3f}; "
          f"ahead in {sum(ratio > 1 for ratio in ratios)} of {len(ratios)}, with an interval below 1 in "
          f"{len(clearly)}: {', '.join(clearly) or 'none'}.")


PROGRAMS = ("redis", "sqlite", "python", "python-malloc", "gcc", "git")


def program_cells(folder, name):
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        return {cell["allocator"]: cell for cell in json.load(file)["cells"]}


def program_peers(cells):
    return {peer: cell for peer, cell in cells.items()
            if peer != "hakmem" and peer not in NO_PEERS and cell["wall_seconds"]}


def programs(folder):
    print("| program | fastest peer | speed beside it | chosen by other rounds | peak MiB | smallest peer's | ratio |")
    print("|---|---|---|---|---|---|---|")
    for name in PROGRAMS:
        cells = program_cells(folder, name)
        peers = program_peers(cells)
        best = best_of(peers)
        peak, (peer_peak, peer) = mebibytes(cells["hakmem"], "peak_rss_bytes"), smallest(peers, "peak_rss_bytes")
        chosen = of_chosen_peer(cells["hakmem"], peers,
                                lambda sample: sample["wall_seconds"] and 1 / sample["wall_seconds"])
        print(f"| {name} | {best} | {speed_over(peers[best])} | "
              f"{number(chosen, 2)} | {peak:.1f} | {peer_peak:.1f} {peer} | {peak / peer_peak:.2f} |")


def with_intervals(estimates):
    return " | ".join(f"{cell['estimate']:.3f} [{cell['low']:.3f}, {cell['high']:.3f}]" for cell in estimates)


def programs_beside(folder):
    """Each program's speed beside every peer, and whether it is slower than the fastest by more than is tolerated."""
    folder = part_folder(folder, "beside", "tools/real_programs.sh")
    found = {"yes": [], "no": [], "undecided": []}
    worst = []
    for name in PROGRAMS:
        measured = side_by_side.load(os.path.join(folder, name + ".json"))
        peers = side_by_side.peers_of(measured)
        speed = {peer: side_by_side.estimate(side_by_side.ratios(measured, peer, "wall_seconds")) for peer in peers}
        if name == PROGRAMS[0]:
            print(f"| program | {' | '.join(peers)} | rounds |")
            print("|---" * (len(peers) + 2) + "|")
        print(f"| {name} | {with_intervals(speed.values())} | {measured['rounds']} |")
        fastest = min((peer for peer in peers if peer not in NO_PEERS), key=lambda peer: speed[peer]["estimate"])
        cell = speed[fastest]
        answer = "yes" if cell["high"] < 1 - PROGRAM_LOSS else "no" if cell["low"] >= 1 - PROGRAM_LOSS else "undecided"
        found[answer].append(f"{name} ({fastest} {cell['estimate']:.3f})")
        worst.append(cell["estimate"])
    print()
    print(f"Slower than the fastest peer by more than {PROGRAM_LOSS:.0%}: "
          + "; ".join(f"{answer}: {', '.join(names) or 'none'}" for answer, names in found.items())
          + f". Geometric mean over the fastest peers: {geometric_mean(worst):.3f}.")


def programs_always(folder):
    """Each program's speed beside every other allocator, and the peaks of all of them."""
    folder = part_folder(folder, "always", "tools/real_programs.sh -o")
    for name in PROGRAMS:
        measured = side_by_side.load(os.path.join(folder, "beside", name + ".json"))
        first, others = measured["allocators"][0]["name"], side_by_side.peers_of(measured)
        cells = program_cells(folder, name)
        if name == PROGRAMS[0]:
            print(f"Speed of {first} beside each:\n")
            print(f"| program | {' | '.join(others)} | peak MiB | {' | '.join(f'of {other}' for other in others[:-1])} |")
            print("|---" * (2 * len(others) + 1) + "|")
        speed = [side_by_side.estimate(side_by_side.ratios(measured, other, "wall_seconds")) for other in others]
        peaks = [mebibytes(cells[allocator], "peak_rss_bytes") for allocator in [first] + others[:-1]]
        print(f"| {name} | {with_intervals(speed)} | {' | '.join(f'{peak:.1f}' for peak in peaks)} |")


PARTS = {"close": close, "behind": behind, "programs": programs, "programs-beside": programs_beside,
         "programs-always": programs_always}


def into(name, part, text):
    marks = (f"<!-- {part}: begin -->\n", f"<!-- {part}: end -->\n")
    with open(name, encoding="utf-8") as file:
        document_text = file.read()
    if any(document_text.count(mark) != 1 for mark in marks):
        sys.exit(f"performance_table.py: {name} does not have the two marks {' and '.join(marks)}")
    before, rest = document_text.split(marks[0])
    after = rest.split(marks[1])[1]
    with open(name, "w", encoding="utf-8") as file:
        file.write(before + marks[0] + text + marks[1] + after)


def main():
    arguments = sys.argv[1:]
    name, part, folder, source = None, "tables", "results/performance", "tools/performance.sh"
    if arguments[:1] and arguments[0].startswith("--") and arguments[0][2:] in PARTS:
        part = arguments.pop(0)[2:]
    if part.startswith("programs"):
        folder, source = "results/programs", "tools/real_programs.sh"
    if arguments[:1] == ["--into"] and len(arguments) > 1:
        name = arguments[1]
        arguments = arguments[2:]
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        sys.exit(__doc__)
    folder = arguments[0] if arguments else folder
    if not os.path.isdir(folder):
        sys.exit(f"performance_table.py: there is no folder {folder}; {source} makes it")
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        if part in PARTS:
            PARTS[part](folder)
        else:
            comparison(folder)
            if os.path.exists(os.path.join(folder, GROWTH)):
                growth(folder)
    if name is None:
        print(text.getvalue(), end="")
    else:
        into(name, part, text.getvalue())


if __name__ == "__main__":
    main()
