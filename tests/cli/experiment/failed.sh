# A comparison that fails leaves its record as it was, and those after it run. A variant that cannot be built
# here is left out.
scratch_tree
experiment_file some <<INI
[broken]
treatment = broken=$FIXTURES/crash.so
[good]
INI
experiment_file missing <<'INI'
[absent]
treatment = hakmem:absent
[good]
INI
cat >>allocator/variants.ninja <<'NINJA'
build build/lib/libhakmem-absent.so | build/obj/libhakmem-absent.o: hak_shared allocator/hakmem.c
  hypothesis = needs a program that nobody has
  ledger = none
  needs = no-such-compiler
NINJA
status=0
"$COMPARE" experiment some >out 2>err || status=$?
[ $status = 1 ] || fail "exit status $status: $(cat out err)"
grep 'experiment some' err
tail -n 1 out | grep -q '^some/good ' || fail "the good one did not run: $(cat out)"
status=0
"$COMPARE" experiment missing >out 2>err || status=$?
[ $status = 1 ] || fail "exit status $status: $(cat out err)"
grep 'experiment missing' err
tail -n 1 out | grep -q '^missing/good ' || fail "the good one did not run: $(cat out)"
grep -c 'not run yet$' docs/ledger.md
# A damaged record is not written over.
echo '{' >results/experiments/some.json
status=0
"$COMPARE" experiment some --case good >out 2>err || status=$?
[ $status = 1 ] || fail "exit status $status: $(cat out err)"
grep 'cannot read the record' err
cat results/experiments/some.json
