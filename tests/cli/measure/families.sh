# deadline: 600
# Every workload family with blocks verified under hakmem, glibc and jemalloc: clean, and the same
# work for each. Then each of them through compare, which finds its length by itself.
jemalloc=$("$COMPARE" list allocators | awk '$1 == "jemalloc" { print $NF }')
[ -e "$jemalloc" ] || skip "jemalloc is not installed (./setup)"
families=$("$COMPARE" list workloads | sed -n 's/^\([a-z]*\): .*/\1/p')
[ "$(wc -w <<<"$families")" -ge 14 ] || fail "some families are missing: $families"

for family in $families; do
    ops=10000
    [ $family != large ] || ops=60
    for threads in 1 3; do
        for library in "$ROOT/build/lib/libhakmem.so" "" "$jemalloc"; do
            LD_PRELOAD=$library "$ROOT/build/worker" $family ops=$ops warmup=$((ops / 10)) \
                threads=$threads check=1 >report || fail "$family $threads ${library:-glibc}: $(cat report)"
            grep -q "^malloc  *${library:-.*libc}" report || fail "not served by $library: $(cat report)"
            grep '^checksum ' report
        done | uniq -c >checksums
        grep -Eqx ' *3 checksum +[0-9a-f]{16}' checksums || fail "$family $threads: $(cat checksums)"
    done
done

for family in $families; do
    lengths=("${quick[@]}")
    [ $family != large ] || lengths=("${brief[@]}") # a busy machine may need the 2 s after which --quick gives up
    (expect 0 "$family" "${lengths[@]}" -t 2 -a hakmem,glibc --csv "$family.csv") >table || fail "$(cat table)"
done
python $families <<'SCRIPT'
import csv, sys

for family in sys.argv[1:]:
    own = list(csv.DictReader(open(f"{family}.csv", newline=""), strict=True))
    assert {r["workload"] for r in own} == {family}, own
    assert {"hakmem", "glibc"} <= {r["allocator"] for r in own}, (family, own)
    for row in own:
        assert row["failure"] == "" and float(row["ops_per_second"]) > 0, row
SCRIPT
