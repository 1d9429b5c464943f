# Each cell in which a peer is ahead, or the floor by too much, is named once, with arguments that measure it
# again.
need gzip
cd "$ROOT"
"$PYTHON" tools/performance_table.py >"$TMPDIR/tables"
"$PYTHON" tools/performance_table.py --behind >"$TMPDIR/behind"
sed -n -e 's/^Behind the best peer in [0-9]*: \(.*\)\. With .*/\1/p' \
    -e 's/.* Above 1\.3 in [0-9]*: \(.*\)\.$/\1/p' "$TMPDIR/tables" |
    sed 's/, /\n/g' | sed -n 's/ \([0-9]*\): .*/-\1/p' | sort -u >"$TMPDIR/expected"
cut -d ' ' -f 1 "$TMPDIR/behind" | sort | diff "$TMPDIR/expected" - || fail "not the cells of the table"
while read -r name _ arguments; do
    # shellcheck disable=SC2086 # words
    ./compare $arguments -a hakmem --dry-run >"$TMPDIR/plan" 2>&1 || fail "$name: $(cat "$TMPDIR/plan")"
done <"$TMPDIR/behind"
