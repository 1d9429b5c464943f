# Names that are not there or not unique, options that mean nothing, databases that cannot be read,
# a disk that is full: refused with a remedy, and nothing is made or changed.
refused results
refused results lst
refused results list more
refused results show
refused results show newest -o nowhere
refused results list --csv x
refused results list --names --json x
refused results show newest --json x
refused results merge nowhere.db -o new
[ ! -e new ] || fail "made a folder"

"$COMPARE" mixed -a glibc -t 1 -r 1 --seed 1 -o some >/dev/null
run=$("$COMPARE" results list --names -o some)
expect 2 results show zzzz -o some
expect 2 results show '' -o some
expect 2 results show "%s'; DROP TABLE run; --" -o some
expect 2 results export newest -o some
expect 2 results export newest --json a --csv a -o some
expect 2 results export newest --database some/results.db -o some
expect 2 results merge some -o some
expect 1 results export newest --json /dev/full -o some
expect 1 results export newest --csv none/a.csv -o some
expect 1 results export newest --database none/none/a.db -o some
python some/results.db <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db:
    columns = "kind, status, command, started, seed, rounds, rounds_done, machine"
    for end in "ab":
        db.execute(f"INSERT INTO run(uuid, {columns}) SELECT 'ffffffff-000{end}', {columns}"
                   " FROM run LIMIT 1")
SCRIPT
expect 2 results show ffff -o some
expect 2 results rm "${run:0:8}" ffff -o some
expect 2 results export newest "$run" --json x.json -o some
"$COMPARE" results list --names -o some | grep -qx "$run" || fail "removed a run of a wrong command"
[ ! -e x.json ] || fail "wrote a file"

mkdir corrupt newer empty
printf 'this is no database%.0s' {1..500} >corrupt/results.db
cp some/results.db newer/results.db
python newer/results.db <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db:
    db.execute("PRAGMA user_version = 1000")
SCRIPT
: >empty/results.db
sums=$(cksum ./*/results.db)
expect 2 results list -o corrupt
expect 2 results list -o newer
expect 2 results merge some newer -o other
[ ! -e other ] || fail "merged the first of several although the second cannot be read"
"$COMPARE" results list -o empty >empty.out
[ "$(cat empty.out)" = "no runs" ] || fail "$(cat empty.out)"
[ "$sums" = "$(cksum ./*/results.db)" ] || fail "a database was changed"

# A run of a workload that this version does not know.
cp -r some unknown
python unknown/results.db <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db:
    db.execute("UPDATE cell SET workload = 'yesterday'")
SCRIPT
expect 1 results show "$run" -o unknown
expect 1 results export "$run" --csv unknown.csv -o unknown
[ ! -e unknown.csv ] || fail "left a file"
