# Databases that are corrupt, of a newer schema, or not ours: refused, and left as they are.
mkdir corrupt newer foreign
printf 'this is no database%.0s' {1..500} >corrupt/results.db
"$COMPARE" mixed -a glibc -t 1 -r 1 -o newer >/dev/null
python <<'SCRIPT'
import sqlite3
with sqlite3.connect("newer/results.db") as db:
    db.execute("PRAGMA user_version = 1000")
with sqlite3.connect("foreign/results.db") as db:
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.execute("INSERT INTO recipes VALUES ('soup')")
SCRIPT
sums=$(cksum ./*/results.db)
refused mixed -o corrupt
refused mixed -o newer
refused mixed -o foreign
[ "$sums" = "$(cksum ./*/results.db)" ] || fail "a refused database was changed"
