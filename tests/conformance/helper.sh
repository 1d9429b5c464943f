# The helper thread is started by mallocs alone, here and in the child of a fork.
case $LIBRARY in *libhakmem*) ;; *) skip "HAKMEM_HELPER is hakmem's" ;; esac
HAKMEM_HELPER=on HAKMEM_PURGE_MS=1 with_library "$PROGRAMS/helper"
loaded_everywhere
