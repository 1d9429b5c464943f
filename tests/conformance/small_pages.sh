# Superslabs stay on small pages; on request those that are used from end to end get huge ones. What the
# kernel was told is in the flags of /proc/self/smaps; tests/numa/strict_memory boots one that gives huge
# pages unasked.
case $LIBRARY in *libhakmem*) ;; *) skip "a question to hakmem alone" ;; esac
[ -d /sys/kernel/mm/transparent_hugepage ] || skip "this kernel has no transparent huge pages"
LD_PRELOAD=$LIBRARY "$PROGRAMS/small_pages"
LD_PRELOAD=$LIBRARY HAKMEM_HUGE_PAGES=on "$PROGRAMS/small_pages"
