# What a process says at its end: nothing without the option, one line where nothing is counted, a
# report where the build counts. A build that does not count has no trace of the counters.
library=$ROOT/build/lib/libhakmem.so
counting=$ROOT/build/lib/libhakmem-counting.so
program=$ROOT/build/conformance/interface

# run LIBRARY NAME=VALUE...: standard error of the program goes to `report`.
run() {
    local preload=$1
    shift
    env "$@" LD_PRELOAD="$preload" "$program" >/dev/null 2>report || fail "$program: $(cat report)"
}

run "$library" HAKMEM_STATS=0
[ ! -s report ] || fail "a report without the option: $(cat report)"
run "$counting" HAKMEM_STATS=0
[ ! -s report ] || fail "a report without the option: $(cat report)"

run "$library" HAKMEM_STATS=1
[ "$(wc -l <report)" = 1 ] || fail "more than a line: $(cat report)"
grep -q 'hakmem:counting.*HAKMEM_STATS_COMPILED=1' report || fail "no remedy: $(cat report)"
run "$library" HAKMEM_POOL_V2_STATS=1
[ "$(wc -l <report)" = 1 ] || fail "more than a line: $(cat report)"
grep -q 'hakmem:counting.*HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED=1' report ||
    fail "no remedy: $(cat report)"

run "$counting" HAKMEM_STATS=1
for box in FRONT CLASS FREE_SUPERSLAB LANE TINY MID_V3 POOL_V1 POOL_HOTBOX_V2 SUPERSLAB_OS SHARED_POOL \
    REMOTE SPILL LEARNER LARGE HEAP DIAGNOSTICS; do
    grep -q "^$box: " report || fail "no section $box: $(cat report)"
done
# The program asks for blocks of every size, so all of these have run.
for counter in malloc_calls malloc_slow free_slow calloc realloc aligned refills taken_blocks \
    runs_allocated superslabs_created maps medium_runs created; do
    grep -Eq "^  \* $counter +[1-9]" report || fail "$counter is 0: $(cat report)"
done

# The pool hot box alone, which serves unless it is switched off.
run "$counting" HAKMEM_POOL_V2_STATS=1
grep -q '^POOL_HOTBOX_V2: ' report || fail "no section: $(cat report)"
if grep -q '^FRONT: ' report; then
    fail "more than the hot box: $(cat report)"
fi
for counter in alloc_calls alloc_fast alloc_refill free_calls free_fast; do
    grep -Eq "^  \* $counter +[1-9]" report || fail "$counter is 0: $(cat report)"
done
run "$counting" HAKMEM_STATS=1 HAKMEM_POOL_V2_ENABLED=0
sed -n '/^POOL_HOTBOX_V2: /,/^SUPERSLAB_OS: /p' report >hotbox
if grep '^  \*' hotbox; then
    fail "the hot box is off and counts"
fi
sed -n '/^POOL_V1: /,/^POOL_HOTBOX_V2: /p' report >pool_v1
grep -Eq '^  \* takes +[1-9]' pool_v1 ||
    fail "pool_v1 serves nothing: $(cat report)"

# What the learner would have done is said in any build that has one.
run "$library" HAKMEM_LEARNER=observe
grep -q '^hakmem: learner observed' report || fail "the learner says nothing: $(cat report)"

# What a build does not contain is refused there, not ignored; `fixed` reads no environment.
for word in minimal:HAKMEM_LEARNER=on minimal:HAKMEM_HELPER=on minimal:HAKMEM_STATS=1 \
    pruned:HAKMEM_MID_V3_ENABLED=on pruned:HAKMEM_POOL_V2_ENABLED=1; do
    build=${word%%:*} assignment=${word#*:}
    run "$ROOT/build/lib/libhakmem-$build.so" "$assignment"
    [ "$(cat report)" = "hakmem: $assignment is ignored: this build knows only ${assignment%%=*}=off" ] ||
        fail "$build: $(cat report)"
done
run "$ROOT/build/lib/libhakmem-fixed.so" HAKMEM_STATS=1 HAKMEM_PURGE_MS=nonsense
[ ! -s report ] || fail "fixed read the environment: $(cat report)"

# Symbols of the counters: only where they are counted.
need nm
nm "$ROOT/build/obj/libhakmem.o" >symbols
grep -q ' hak_telemetry_report$' symbols || fail "nm sees nothing: $(head symbols)"
if grep hak_counts_ symbols; then
    fail "the default build has counters"
fi
nm "$counting" >symbols
grep -q ' hak_counts_FRONT$' symbols || fail "the counting build has no counters"
