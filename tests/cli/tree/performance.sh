# The tables of docs/performance.md are those that its data gives.
need gzip
cd "$ROOT"
"$PYTHON" tools/performance_table.py >"$TMPDIR/tables"
sed -n '/^<!-- tables: begin -->$/,/^<!-- tables: end -->$/p' docs/performance.md | sed '1d;$d' >"$TMPDIR/document"
[ -s "$TMPDIR/document" ] || fail "docs/performance.md has no tables"
diff "$TMPDIR/tables" "$TMPDIR/document" ||
    fail "run tools/performance_table.py --into docs/performance.md"
