# Superslabs stay on small pages until they are used from end to end and nearly all resident; then they move
# to huge ones, unless that is off. What the kernel did is in /proc/self/smaps; tests/numa/strict_memory
# boots one that gives huge pages unasked.
case $LIBRARY in *libhakmem*) ;; *) skip "a question to hakmem alone" ;; esac
[ -d /sys/kernel/mm/transparent_hugepage ] || skip "this kernel has no transparent huge pages"
LD_PRELOAD=$LIBRARY HAKMEM_HUGE_PAGES=off "$PROGRAMS/small_pages" off
LD_PRELOAD=$LIBRARY "$PROGRAMS/small_pages" on || {
    [ $? = 77 ] && skip "this kernel does not make huge pages on demand"
    false
}
