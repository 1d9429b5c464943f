# Each cell in which a peer is ahead is named once, with arguments that measure it again.
need gzip
cd "$ROOT"
"$PYTHON" tools/performance_table.py >"$TMPDIR/tables"
"$PYTHON" tools/performance_table.py --behind >"$TMPDIR/behind"
expected=$(sed -n 's/^Behind the best peer in \([0-9]*\):.*/\1/p' "$TMPDIR/tables")
[ "$(cut -d ' ' -f 1 "$TMPDIR/behind" | sort -u | wc -l)" = "$expected" ] ||
    fail "not the $expected cells of the table: $(cat "$TMPDIR/behind")"
sed 's/ --duration [0-9.]*//' "$TMPDIR/behind" | sort -u -k 3,3 | while read -r name _ arguments; do
    # shellcheck disable=SC2086 # words
    ./compare $arguments -a hakmem -r 1 -n 100 >"$TMPDIR/run" 2>&1 || fail "$name: $(cat "$TMPDIR/run")"
done
