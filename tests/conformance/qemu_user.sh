# Below qemu-user, which spends host memory on the page tables of what a program reserves.
# deadline: 600
qemu=qemu-$(uname -m)
need "$qemu"
for program in interface lifecycle small_stacks; do
    "$PROGRAMS/$program" >plain.out
    "$qemu" -E LD_PRELOAD="$LIBRARY" -E LD_DEBUG=files:bindings -E LD_DEBUG_OUTPUT="$LOADER_LOGS/ld" \
        "$PROGRAMS/$program" >preloaded.out
    loaded_everywhere
    diff plain.out preloaded.out
done
