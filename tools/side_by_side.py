#!/usr/bin/env python3
"""Compares allocators under a real program by running two at once, and then again with their PUs exchanged.

usage: tools/side_by_side.py [-a ALLOCATORS] [-r ROUNDS] [--pus A,B] [--json FILE] [--input FILE] [--setup COMMAND]
                             -- PROGRAM [ARGUMENT...]
       tools/side_by_side.py --table FILE...      the table of documents that --json wrote

  -a ALLOCATORS  as of compare, NAME[=/path/to/lib.so][{VARIABLE=VALUE;...}]; the first is run beside each of the
                 others and beside itself. hakmem and what is installed without it
  -r ROUNDS      10 without it; at least 6
  --pus A,B      two PUs by their number of the system; two of different cores without it
  --input FILE   what the program reads as stdin
  --setup COMMAND    run by sh -c before every run, not measured

Two runs at a time must not meet in files: in arguments, --input and --setup {side} is 0 or 1.

The machine is fast and slow by turns, and on a shared host no run is like the next. Two runs at the same time
share those turns, though not their PUs: one may be a third faster than the other for minutes. So every pair is
run twice, and the logarithms of both ratios are averaged, in which what belongs to the PU cancels (a crossover
design: B. Jones, M. G. Kenward, Design and Analysis of Cross-Over Trials, 3rd ed., 2014). docs/method.md says
what it is for and what it hides. Memory is for './compare run'.
"""
import argparse
import hashlib
import json
import math
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import typing

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
ITSELF = "A/A control"
ROUNDS_FEWEST = 6  # of fewer no 95 % interval can be formed


def fail(text, status=2):
    print(f"side_by_side.py: {text}", file=sys.stderr)
    sys.exit(status)


# ------------------------------------------------------------------ statistics


def walsh(values):
    """Means of all pairs, each value with itself included, sorted."""
    return sorted((values[i] + values[j]) / 2 for i in range(len(values)) for j in range(i, len(values)))


def signed_rank_ways(count):
    """In how many of the 2^count signs the signed-rank statistic of so many values is 0, 1, 2 and so on
    (F. Wilcoxon, Biometrics Bulletin 1(6), 1945, 80-83)."""
    ways = [1]
    for rank in range(1, count + 1):
        longer = ways + [0] * rank
        for total, number in enumerate(ways):
            longer[total + rank] += number
        ways = longer
    return ways


def interval_place(count, level=0.95):
    """How many Walsh averages lie outside on each side: the largest c with 2 P(W+ < c) <= 1 - level, where W+
    is the signed-rank statistic of `count` values. 0 where even the outermost averages give less."""
    ways, below, place = signed_rank_ways(count), 0, 0
    while 2 * (below + ways[place]) <= (1 - level) * 2**count:
        below += ways[place]
        place += 1
    return place


def estimate(logs):
    """Ratio with its interval from logarithms: Hodges-Lehmann and exact Wilcoxon, as in compare."""
    averages, place = walsh(logs), interval_place(len(logs))
    return {"estimate": math.exp(statistics.median(averages)),
            "low": math.exp(averages[place - 1]), "high": math.exp(averages[-place])}


# ------------------------------------------------------------------ the machine


def number_list(text):
    """'0-1,4' as a list."""
    numbers = []
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def siblings(pu):
    try:
        with open(f"/sys/devices/system/cpu/cpu{pu}/topology/thread_siblings_list", encoding="ascii") as file:
            return number_list(file.read())
    except OSError:
        return [pu]


def pus_choose(wanted):
    allowed = sorted(os.sched_getaffinity(0))
    if wanted is not None:
        if not re.fullmatch(r"\d+,\d+", wanted):
            fail(f"cannot use '{wanted}' for --pus: write two numbers, as in 0,1")
        pus = [int(word) for word in wanted.split(",")]
        if pus[0] == pus[1] or not set(pus) <= set(allowed):
            fail(f"cannot use '{wanted}' for --pus: allowed are two different ones of "
                 f"{','.join(map(str, allowed))}")
        return pus
    apart = [pu for pu in allowed[1:] if pu not in siblings(allowed[0])]
    if not apart:
        fail("two runs at once need two cores, and this process may use one; compare with './compare run', "
             "or name two threads of the core with --pus", 1)
    return [allowed[0], apart[0]]


class Allocator(typing.NamedTuple):
    name: str  # as it was typed
    library: str | None  # None: the C library's own
    version: str
    settings: dict  # of the environment
    environment: dict  # of its runs


def pad(environments):
    """Gives all as many strings and bytes, which move the stack."""
    def size(environment):
        return sum(len(name) + len(value) for name, value in environment.items())

    most = max(map(len, environments))
    for environment in environments:
        for number in range(most - len(environment)):
            environment[f"PADDING_{number}"] = ""
    most = max(map(size, environments))
    for environment in environments:
        environment["PADDING"] = "x" * (most - size(environment))


def settings_of(word, text):
    settings = {}
    for setting in text.split(";"):
        name, given, value = setting.partition("=")
        if not given or not re.fullmatch(r"[A-Za-z_]\w*", name) or name.startswith("LD_"):
            fail(f"allocator '{word}': '{setting}' is no setting; write NAME{{VARIABLE=VALUE;...}}; LD_* belong to "
                 f"the tool")
        settings[name] = value
    return settings


def allocators_choose(text):
    """A list of Allocator."""
    listed = subprocess.run([os.path.join(ROOT, "compare"), "list", "allocators"], capture_output=True, text=True,
                            check=False)
    if listed.returncode != 0:
        fail(f"'./compare list allocators' failed: {listed.stderr.strip()}; run ninja first", 1)
    known = {}
    for line in listed.stdout.splitlines()[1:]:
        words = line.split(maxsplit=2)
        if line.startswith("Any other:"):
            break
        if len(words) == 3 and words[1] != "n/a":
            known[words[0]] = (words[2] if words[2].startswith("/") else None, words[1])
    chosen = []
    for word in (re.findall(r"(?:\{[^}]*\}|[^,])+", text) if text else known):
        library, braced, inside = word.partition("{")
        if braced and not inside.endswith("}"):
            fail(f"allocator '{word}': its settings must end with '}}'; write NAME{{VARIABLE=VALUE;...}}")
        settings = settings_of(word, inside[:-1]) if braced else {}
        name, given, path = library.partition("=")
        if given and not os.path.isfile(path):
            fail(f"allocator '{name}': there is no file {path}")
        if not given and name not in known:
            fail(f"there is no allocator '{name}'; known are {', '.join(known)}, and NAME=/path/to/lib.so")
        library, version = (os.path.abspath(path), "n/a") if given else known[name]
        name += braced + inside
        if name == ITSELF or name in [other.name for other in chosen]:
            fail(f"allocator '{name}' is named twice")
        chosen.append(Allocator(name, library, version, settings,
                                dict(os.environ, **settings, LD_PRELOAD=library or "")))
    pad([allocator.environment for allocator in chosen])
    return chosen


# ------------------------------------------------------------------ runs


class Side:
    """What one of two runs at the same time needs: its PU, its command and its input."""

    def __init__(self, options, pu, side):
        def own(text):
            return text.replace("{side}", str(side))

        self.pu = pu
        self.command = [own(word) for word in options.program]
        self.input = own(options.input) if options.input else os.devnull
        self.setup = own(options.setup) if options.setup else None

    def prepare(self):
        if self.setup and subprocess.run(["sh", "-c", self.setup], check=False, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL).returncode != 0:
            fail(f"--setup '{self.setup}' failed", 1)
        if self.input != os.devnull and not os.path.isfile(self.input):
            fail(f"cannot read --input '{self.input}'")

    def run(self, allocator, gate=None, proof=None):
        """One run; what it took, or a message. gate: waited for before the start. proof: the dynamic linker
        logs there."""
        environment = dict(allocator.environment)
        if proof:
            environment.update(LD_DEBUG="bindings", LD_DEBUG_OUTPUT=proof)
        if gate:  # before all that can fail: the other side waits as well
            gate.wait()
        with open(self.input, "rb") as source, tempfile.TemporaryFile() as output, \
                tempfile.TemporaryFile() as errors:
            began = time.perf_counter()
            # taskset instead of preexec_fn, which is not safe beside another thread
            process = subprocess.Popen(["taskset", "-c", str(self.pu)] + self.command, stdin=source,
                                       stdout=output, stderr=errors, env=environment)
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            if process.returncode != 0:
                words = errors.read(2000).decode(errors="replace").strip().splitlines()
                return f"'{' '.join(self.command)}' ended with {process.returncode}: {words[0] if words else ''}"
            return {"pu": self.pu, "wall_seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime,
                    "output_sha256": hashlib.sha256(output.read()).hexdigest()}


def prove(side, allocator):
    """Ends the program where its malloc is not the library's."""
    name, library = allocator.name, allocator.library
    with tempfile.TemporaryDirectory() as folder:
        side.prepare()
        result = side.run(allocator, proof=os.path.join(folder, "linker"))
        if isinstance(result, str):
            fail(f"{name}: {result}", 1)
        bound = 0
        target = r" to " + re.escape(library) if library else r"/libc\.so\.6"
        for log in os.listdir(folder):
            with open(os.path.join(folder, log), encoding="utf-8", errors="replace") as file:
                bound += len(re.findall(target + r" \[0\]: normal symbol `malloc'", file.read()))
    if bound == 0:
        fail(f"{name}: no malloc of the program is bound to {library or 'the C library'}", 1)
    return result["output_sha256"]


def pair(sides, allocators, expected):
    """Two runs at the same time, allocators[i] on sides[i]."""
    results = [None, None]
    gate = threading.Barrier(2)

    def one(i):
        results[i] = sides[i].run(allocators[i], gate)

    for side in sides:
        side.prepare()
    threads = [threading.Thread(target=one, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for allocator, result in zip(allocators, results):
        if not isinstance(result, dict):
            fail(f"{allocator.name}: {result or 'it could not be started'}", 1)
        if result.pop("output_sha256") != expected:
            fail(f"{allocator.name}: the program's output is another than that of the first run", 1)
    return results


def measure(options):
    allocators = allocators_choose(options.allocators)
    pus = pus_choose(options.pus)
    sides = [Side(options, pu, i) for i, pu in enumerate(pus)]
    first, *peers = allocators
    peers.append(first._replace(name=ITSELF))
    expected = None
    for allocator in allocators:
        for side in sides:
            output = prove(side, allocator)
            expected = expected or output
            if output != expected:
                fail(f"{allocator.name}: the program's output is another than under {first.name}", 1)
    document = {"program": options.program, "started": options.started, "kernel": platform.release(),
                "processor": processor(), "pus": pus, "rounds": 0,
                "allocators": [{"name": name, "library": os.path.relpath(library, os.getcwd())
                                if library and library.startswith(os.path.realpath(ROOT)) else library,
                                "version": version, "settings": settings}
                               for name, library, version, settings, _ in allocators],
                "results": []}
    for number in range(options.rounds):
        pairs = []
        random.shuffle(peers)
        for peer in peers:
            if sys.stderr.isatty():
                print(f"\r\033[Kround {number + 1}/{options.rounds}, {peer.name}", end="", file=sys.stderr,
                      flush=True)
            straight = pair(sides, [first, peer], expected)
            exchanged = pair(sides, [peer, first], expected)
            pairs.append({"round": number, "peer": peer.name,
                          "pairs": [{"first": straight[0], "peer": straight[1]},
                                    {"first": exchanged[1], "peer": exchanged[0]}]})
        document["results"] += pairs
        document["rounds"] = number + 1
        if options.json:  # at once: what is measured is not lost when a later run fails
            save(options.json, document)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return document


def save(name, document):
    """Whole or not at all."""
    try:
        with open(name + ".new", "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.write("\n")
        os.replace(name + ".new", name)
    except OSError as error:
        fail(f"cannot write {name}: {error.strerror}; choose another --json", 1)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


# ------------------------------------------------------------------ the table


def ratios(document, peer, field):
    """Logarithms of what the peer took over what the first took, one a round."""
    return [statistics.mean(math.log(pair["peer"][field] / pair["first"][field]) for pair in result["pairs"])
            for result in document["results"] if result["peer"] == peer]


def peers_of(document):
    """Names in the order of -a, the control last."""
    return [allocator["name"] for allocator in document["allocators"][1:]] + [ITSELF]


def table(document):
    if document["rounds"] < ROUNDS_FEWEST:
        fail(f"{document['rounds']} rounds are in the document; {ROUNDS_FEWEST} are the fewest that give an interval", 1)
    first = document["allocators"][0]["name"]
    width = max(map(len, peers_of(document)))
    print(f"{first} beside each, {document['rounds']} rounds of two pairs on PUs "
          f"{document['pus'][0]} and {document['pus'][1]}: time of the other over that of {first}; above 1 {first} "
          f"is ahead")
    print(f"{'beside':{width}}  wall clock            CPU time")
    for peer in peers_of(document):
        cells = [estimate(ratios(document, peer, field)) for field in ("wall_seconds", "cpu_seconds")]
        print(f"{peer:{width}}  " + "  ".join(f"{cell['estimate']:.3f} [{cell['low']:.3f}, {cell['high']:.3f}]"
                                              for cell in cells))


def load(name):
    try:
        with open(name, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        fail(f"cannot read {name}: {error}", 1)
    if not isinstance(document, dict) or not {"allocators", "pus", "results", "rounds"} <= document.keys():
        fail(f"cannot use {name}: it is no document that --json of this program wrote", 1)
    return document


def main():
    if "--table" in sys.argv[1:2]:
        for name in sys.argv[2:] or fail("--table needs files; see -h"):
            table(load(name))
        return
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.error = lambda message: fail(f"{message}; the program stands behind --; see tools/side_by_side.py -h")
    parser.add_argument("-h", action="store_true")
    parser.add_argument("-a", dest="allocators")
    parser.add_argument("-r", dest="rounds", type=int, default=10)
    for name in ("--pus", "--json", "--input", "--setup"):
        parser.add_argument(name)
    own = sys.argv[1:]
    at = own.index("--") if "--" in own else len(own)
    options = parser.parse_args(own[:at])
    options.program = own[at + 1:]
    options.started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    if options.h:
        print(__doc__.strip())
        return
    if not options.program:
        fail("no program is named; write it after --; see -h")
    if options.rounds < ROUNDS_FEWEST:
        fail(f"cannot use {options.rounds} for -r: {ROUNDS_FEWEST} rounds are the fewest that give an interval")
    try:
        document = measure(options)
    except KeyboardInterrupt:
        kept = f"; the rounds that were complete are in {options.json}" if options.json else ""
        fail(f"interrupted{kept}", 130)
    table(document)


if __name__ == "__main__":
    main()
