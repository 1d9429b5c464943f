# The table: a heading, a row per allocator and thread count, the lines that say what it is worth.
expect 0 mixed -t 1 "${brief[@]}" -a hakmem,glibc
# Every line fits a terminal of reasonable width.
"$COMPARE" mixed "${brief[@]}" -a hakmem,glibc -t 2 -r 6 >table
[ "$(wc -L <table)" -le 120 ] || fail "the table has lines of $(wc -L <table) columns"
# With 6 rounds there are intervals.
grep -Eq '^  glibc +2 +[0-9.]+ +\[[0-9.]+, [0-9.]+\] +[0-9.]+ +[0-9.]+ +\[[0-9.]+, [0-9.]+\]' table ||
    fail "no intervals with 6 rounds: $(cat table)"
