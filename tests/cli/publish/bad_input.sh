# What cannot be published is refused, and nothing is made of it.
refused publish
refused publish --from nowhere -o page
refused publish -o ''
refused publish --basline x -o page
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 1 --seed 1 -o db >/dev/null
expect 2 publish zzzz --from db -o page
expect 2 publish --from db --baseline glib -o page
expect 2 publish --from db/results.dbx -o page
[ ! -e page ] || fail "made a folder"

mkdir newer corrupt unknown mixed empty
cp db/results.db newer/results.db
cp db/results.db unknown/results.db
cp db/results.db mixed/results.db
printf 'this is no database%.0s' {1..500} >corrupt/results.db
: >empty/results.db
python <<'SCRIPT'
import sqlite3

with sqlite3.connect("newer/results.db") as db:
    db.execute("PRAGMA user_version = 1000")
with sqlite3.connect("unknown/results.db") as db:
    db.execute("UPDATE cell_parameter SET name = 'yesterday' WHERE name = 'slots'")
with sqlite3.connect("mixed/results.db") as db:
    db.execute("INSERT INTO run SELECT '00000000-0000-4000-8000-000000000000', 'simulated', status,"
               " command, started + 1, ended, seed, rounds, rounds_done, source_commit, compiler,"
               " machine, notes, counters_source, resumed FROM run")
    for table in ("run_allocator",):
        columns = [c[1] for c in db.execute(f"PRAGMA table_info({table})") if c[1] != "run"]
        names = ", ".join(columns)
        db.execute(f"INSERT INTO {table}(run, {names}) SELECT"
                   f" '00000000-0000-4000-8000-000000000000', {names} FROM {table}")
    columns = [c[1] for c in db.execute("PRAGMA table_info(cell)") if c[1] not in ("id", "run")]
    names = ", ".join(columns)
    db.execute(f"INSERT INTO cell(run, {names}) SELECT '00000000-0000-4000-8000-000000000000',"
               f" {names} FROM cell")
SCRIPT
sums=$(cksum ./*/results.db)
expect 2 publish --from newer -o page
expect 2 publish --from corrupt -o page
expect 2 publish --from empty -o page
expect 2 publish --from unknown -o page
run=$("$COMPARE" results list --names -o db)
expect 2 publish 00000000 "$run" --from mixed -o page
[ ! -e page ] || fail "made a folder"
[ "$sums" = "$(cksum ./*/results.db)" ] || fail "a database was changed"

: >file
expect 1 publish --from db -o file/below
expect 1 publish --from db -o file
expect 1 publish --from db -o none/none
expect 1 publish --from db -o /proc/page

# Without gnuplot: refused with the way out, and nothing is left; without pictures it works.
PATH=$PWD/no expect 1 publish --from db -o page
[ ! -e page ] || fail "left a folder"
PATH=$PWD/no "$COMPARE" publish --from db -o page --no-pictures >/dev/null
