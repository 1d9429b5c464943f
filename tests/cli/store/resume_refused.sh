# What --resume refuses: nothing there, a changed library, another command, --quick.
expect 2 mixed -t 1 -r 3 -o "$RESULTS" --resume
[ ! -e "$RESULTS" ] || fail "made a results folder"
expect 2 mixed --quick --resume -o "$RESULTS"

cp "$ROOT/build/lib/libhakmem.so" mine.so
command=(mixed -t 1 -r 3 -a "mine=./mine.so,glibc" -o "$RESULTS")
"$COMPARE" "${command[@]}" >table
python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db: # as if it had been killed before its last sample
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("UPDATE run SET status = 'running', ended = NULL")
    db.execute("DELETE FROM sample WHERE id = (SELECT max(id) FROM sample)")
SCRIPT
expect 2 "${command[@]}" -t 2 --resume
expect 2 "${command[@]}" -t 2 --resume=
uuid=$(sed -n 's/^Run  *\([-0-9a-f]*\);.*/\1/p' table)
expect 2 "${command[@]}" --check "--resume=${uuid:0:8}"
expect 2 "${command[@]}" --resume=zzz
cp mine.so good.so
printf x >>mine.so
expect 2 "${command[@]}" --resume
cp good.so mine.so
expect 0 "${command[@]}" --resume >table
