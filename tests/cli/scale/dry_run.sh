# --dry-run lists every point with its PUs, adds what efficiency refers to, names what cannot be done,
# and leaves nothing behind.
pu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
pus=$(nproc)
expect 0 scale larson --dry-run -o "$RESULTS" -a glibc >plan
for threads in 1 $pus $((2 * pus)); do
    grep -Eq "^  larson, $threads threads?( \(oversubscribed\))?, compact on PUs " plan || fail "$(cat plan)"
done
grep -Eq "^  larson, $((2 * pus)) threads \(oversubscribed\)" plan || fail "$(cat plan)"
expect 0 scale mixed --dry-run -o "$RESULTS" -a glibc -t 3 -p "pus:$pu,pus:8191,compact" --membind default,local >plan
for point in "1 thread, pus:$pu on PUs $pu" "3 threads (oversubscribed), pus:$pu on PUs $pu" \
    "1 thread, pus:$pu@local on PUs $pu@local" "1 thread, compact on"; do
    grep -qF "  mixed, $point" plan || fail "no $point: $(cat plan)"
done
grep -qx "  not on this machine: pus:8191 with 1, 3 threads: PU 8191 does not exist" plan || fail "$(cat plan)"
grep -qx "  not on this machine: pus:8191@local with 1, 3 threads: PU 8191 does not exist" plan || fail "$(cat plan)"
[ ! -e "$RESULTS" ] || fail "a dry run made a results folder"
