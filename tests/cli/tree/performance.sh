# The tables of docs/performance.md are those that its data gives.
need gzip
cd "$ROOT"
same() { # PART [OPTION]
    "$PYTHON" tools/performance_table.py "${@:2}" >"$TMPDIR/tables"
    sed -n "/^<!-- $1: begin -->\$/,/^<!-- $1: end -->\$/p" docs/performance.md | sed '1d;$d' >"$TMPDIR/document"
    [ -s "$TMPDIR/document" ] || fail "docs/performance.md has no $1"
    diff "$TMPDIR/tables" "$TMPDIR/document" ||
        fail "run tools/performance_table.py ${*:2} --into docs/performance.md"
}
same tables
same programs --programs
same close --close
same programs-beside --programs-beside
same programs-always --programs-always
