# Every workload with blocks verified, at each placement, with more threads than PUs.
threads=$(($(nproc) + 2))
for workload in mixed remote larson; do
    expect 0 $workload "${quick[@]}" -t $threads -p compact,scatter,core --check -a hakmem,glibc >table
    grep -Eq "^  (hakmem|glibc) +$threads over " table || fail "not labelled: $(cat table)"
    grep -Eq "^  (hakmem|glibc) +$threads [^o]" table && fail "some rows are not labelled: $(cat table)"
    for policy in compact scatter core; do
        grep -Ezq "placement\s+$policy;" table || fail "no rows for $policy: $(cat table)"
    done
done
expect 0 remote "${quick[@]}" -t 3 -s remote_pct=100 -s pattern=all -s touch=consumer -a hakmem >table
