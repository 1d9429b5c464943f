#!/usr/bin/env python3
"""How long publishing a large run takes, and in how much memory.

usage: tools/publish_benchmark.py DATABASE [SAMPLES]

Copies the newest run of DATABASE (a results.db; it is not changed) into a temporary one, repeats its
rounds with slightly changed figures until it has SAMPLES samples (default 100000), with all that
belongs to them, publishes it and prints seconds and the highest RSS of compare and gnuplot. Wanted:
100,000 samples in less than 10 s and 500 MB.
"""

import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def columns(db, table, leave_out=()):
    return [c[1] for c in db.execute(f"PRAGMA table_info({table})") if c[1] not in leave_out]


def enlarge(db, wanted):
    """Repeats the rounds of the only run."""
    cells = dict(db.execute("SELECT cell, count(*) FROM sample GROUP BY cell"))
    rounds = 1 + db.execute("SELECT max(round) FROM sample").fetchone()[0]
    times = -(-wanted // sum(cells.values()))
    names = columns(db, "sample", ("id",))
    values = [{"uuid": f"uuid || '-{{0}}'", "round": f"round + {{0}} * {rounds}",
               "ops_per_second": "ops_per_second * (1 + {1})"}.get(n, n) for n in names]
    children = [(t, c) for t, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                for _, _, parent, c, *_ in db.execute(f"PRAGMA foreign_key_list({t})")
                if parent == "sample"]
    last = db.execute("SELECT max(id) FROM sample").fetchone()[0]
    for turn in range(1, times):
        shift = random.Random(turn).uniform(-0.05, 0.05)
        chosen = ", ".join(v.format(turn, shift) for v in values)
        db.execute(f"INSERT INTO sample(id, {', '.join(names)}) SELECT id + {turn * last}, {chosen}"
                   f" FROM sample WHERE id <= {last}")
        for table, owner in children:
            others = ", ".join(columns(db, table, (owner,)))
            db.execute(f"INSERT INTO {table}({owner}, {others}) SELECT {owner} + {turn * last},"
                       f" {others} FROM {table} WHERE {owner} <= {last}")
    db.execute(f"UPDATE run SET rounds = {times * rounds}, rounds_done = {times * rounds}")
    return db.execute("SELECT count(*) FROM sample").fetchone()[0]


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    compare = os.path.join(ROOT, "compare")
    with tempfile.TemporaryDirectory() as folder:
        path, page = os.path.join(folder, "results.db"), os.path.join(folder, "page")
        subprocess.run([compare, "results", "export", "newest", "--database", path, "-o",
                        os.path.dirname(os.path.abspath(sys.argv[1]))], check=True)
        with sqlite3.connect(path) as db:
            samples = enlarge(db, int(sys.argv[2]) if len(sys.argv) > 2 else 100000)
        size = os.path.getsize(path)
        started = time.monotonic()
        subprocess.run([compare, "publish", "--from", path, "-o", page], check=True,
                       stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"{samples} samples ({size / 1e6:.0f} MB): {seconds:.1f} s, {peak / 1e3:.0f} MB,"
              f" page {os.path.getsize(os.path.join(page, 'index.html')) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
