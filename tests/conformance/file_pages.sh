# After the start the library's names, messages and unwind tables are not resident: the segment of its file
# that holds the unwind tables, in a process that looks at itself.
case $LIBRARY in *libhakmem*) ;; *) skip "a question to hakmem alone" ;; esac
tables=$(readelf -SW "$LIBRARY" | sed -n 's/.*\.eh_frame  *PROGBITS  *[0-9a-f]*  *\([0-9a-f]*\) .*/\1/p')
[ -n "$tables" ] || fail "no .eh_frame in $LIBRARY"
with_library cat /proc/self/smaps >smaps
loaded_everywhere
resident=none found=no
while read -r first second third _; do
    case $first in
    [0-9a-f]*-[0-9a-f]*)
        found=no
        start=$((16#$third)) end=$((16#$third + 16#${first#*-} - 16#${first%-*}))
        ((start <= 16#$tables && 16#$tables < end)) && found=yes
        ;;
    Rss:) [ $found = no ] || resident=$second ;;
    esac
done < <(grep -A 4 -F " $LIBRARY" smaps)
[ "$resident" = 0 ] || fail "of the unwind tables' segment '$resident' KiB are resident"
