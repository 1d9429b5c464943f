# A free of another thread's block costs the same however many threads own the blocks: instructions as
# callgrind counts them, of frees that go round the owners, so that no two in a row have the same.
# deadline: 600
need valgrind
first=
for owners in 1 2 4 8 16 32 64; do
    blocks=$(valgrind --tool=callgrind --callgrind-out-file=counts --toggle-collect=foreign_frees \
        "$ROOT/build/stress/foreign_cost" "$owners" 2>log) || fail "valgrind: $(tail -n 5 log)"
    total=$(sed -n 's/^totals: \([0-9]*\).*/\1/p' counts)
    [ "${total:-0}" -ge $((blocks * 10)) ] || fail "counted nothing with $owners owners: $(cat log)"
    cost=$((total * 10 / blocks))
    : "${first:=$cost}"
    echo "$owners owners: $((cost / 10)).$((cost % 10)) instructions a free"
    [ $((cost * 4)) -le $((first * 5)) ] || fail "more than 1.25 times what it is with one owner"
done
