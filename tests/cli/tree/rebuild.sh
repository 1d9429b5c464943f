# A changed header rebuilds what includes it, and no more; without a change there is nothing to do.
need ninja
cp -a "$ROOT" tree
cd tree
# compare and the libraries have just been built for the tests; times are those of the original.
ninja -n >plan
grep -q 'no work to do' plan || fail "a copy of the built tree is not up to date: $(head -n 5 plan)"

# rebuilt HEADER OUTPUTS OTHERS: what a change of HEADER makes again, and what it must not.
rebuilt() {
    cp -p "$1" original
    touch "$1"
    ninja -n -v >plan
    cp -p original "$1"
    for output in $2; do
        grep -q -- "-o $output\b" plan || fail "a change of $1 does not rebuild $output"
    done
    for output in $3; do
        grep -q -- "-o $output\b" plan && fail "a change of $1 rebuilds $output"
    done
    true
}

rebuilt harness/store.h 'build/obj/store.o compare' 'build/worker build/lib/libhakmem.so'
rebuilt allocator/config.h 'build/lib/libhakmem.so build/lib/libhakmem-debug.so' 'build/worker'
rebuilt workloads/worker_control.h 'build/worker compare' 'build/lib/libhakmem.so'
