# Merging runs that went on elsewhere, that differ, that are being measured, and older databases.
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 6 --seed 1 -o whole >table
run=$("$COMPARE" results list --names -o whole)
mkdir part older

# A part of the run, as if it had been interrupted and taken up again in the other folder.
cp whole/results.db part/results.db
python part/results.db <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db:
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("DELETE FROM sample WHERE round >= 4")
    db.execute("UPDATE run SET status = 'interrupted', rounds_done = 4, notes = 'a note'")
SCRIPT
"$COMPARE" results list -o part | grep -q '  interrupted    of 6 ' || fail "$("$COMPARE" results list -o part)"
cp part/results.db before.db
"$COMPARE" results merge part -o whole >known
grep -qx 'part: 0 runs added, 0 extended, 1 known; 0 samples added' known || fail "$(cat known)"
cmp part/results.db before.db || fail "merging changed the database that it read"
"$COMPARE" results show "$run" -o whole | diff table - || fail "an older part changed the run"
"$COMPARE" results merge whole -o part >extended
grep -qx 'part: .*' extended && fail "wrong name: $(cat extended)"
grep -qx 'whole: 0 runs added, 1 extended, 0 known; 8 samples added' extended || fail "$(cat extended)"
"$COMPARE" results show "$run" -o part | diff table - || fail "an extended run differs"

# The two went on separately, or one was changed: refused, and nothing is changed.
changed() {
    cp before.db part/results.db
    python part/results.db "$1" <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db:
    db.execute(sys.argv[2])
SCRIPT
    cp part/results.db now.db
    expect 1 results merge whole -o part
    cmp now.db part/results.db || fail "a refused merge changed the database"
}
changed "UPDATE sample SET round = round + 1, uuid = 'x' || id WHERE round = 3"
changed "UPDATE run SET seed = '77'"
changed "UPDATE cell SET threads = 3"

# A first schema is read as it is; the file is not migrated.
python older/results.db "$ROOT/harness/store_schema.c" <<'SCRIPT'
import re, sqlite3, sys

source = open(sys.argv[2]).read()
script = source.split("version_1[] =")[1].split("static const char version_2")[0]
script = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)
sql = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', script))
with sqlite3.connect(sys.argv[1]) as db:
    db.executescript(sql)
    db.execute("PRAGMA application_id = %d" % 0x68616b6d)
    db.execute("PRAGMA user_version = 1")
    db.execute("INSERT INTO machine(digest, id, cpu) VALUES('d', 'm', 'Old CPU')")
    db.execute("INSERT INTO run(uuid, kind, status, command, started, seed, rounds, rounds_done,"
               " machine) VALUES('00000000-0000-4000-8000-000000000000', 'measured', 'complete',"
               " './compare mixed', 1, '1', 1, 1, 'd')")
    db.execute("INSERT INTO run_allocator(run, position, label, name, control) VALUES"
               "('00000000-0000-4000-8000-000000000000', 0, 'hakmem', 'hakmem', 0)")
    db.execute("INSERT INTO cell(run, position, work, workload, allocator, threads, placement,"
               " oversubscribed, checked) VALUES('00000000-0000-4000-8000-000000000000', 0, 0,"
               " 'mixed', 0, 1, 'compact', 0, 0)")
    db.execute("INSERT INTO sample(uuid, cell, round, position, seed, ops_per_second) VALUES"
               "('s', 1, 0, 0, '1', 5e6)")
SCRIPT
cksum older/results.db >sum
"$COMPARE" results show 0000 -o older >old_table
grep -q '^  hakmem  *1  *5.000 ' old_table || fail "$(cat old_table)"
"$COMPARE" results merge older -o whole >merged
grep -qx 'older: 1 run added, 0 extended, 0 known; 1 sample added' merged || fail "$(cat merged)"
cksum older/results.db | diff sum - || fail "an older database was changed"
"$COMPARE" results show 0000 -o whole | diff old_table - || fail "an old run differs when merged"

# A run that a living process measures stays where it is.
python "$COMPARE" whole/results.db "$run" <<'SCRIPT'
import fcntl, os, struct, subprocess, sys

compare, path, run = sys.argv[1:]
with open(path + "-runs", "r+b") as file:
    offset = int(run.replace("-", "")[:15], 16)
    fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, offset, 1, 0)) # OFD
    merge = subprocess.run([compare, "results", "merge", "whole", "-o", "third"], text=True,
                           capture_output=True)
    assert merge.stdout.endswith("; 1 left out, still being measured\n"), merge
    remove = subprocess.run([compare, "results", "rm", run, "-o", "whole"], text=True,
                            capture_output=True)
    assert remove.returncode == 1 and "still being measured" in remove.stderr, remove
assert subprocess.run([compare, "results", "rm", run, "-o", "whole"],
                      stdout=subprocess.DEVNULL).returncode == 0
SCRIPT
