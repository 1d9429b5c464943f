# Every variant is what its stanza says, exports what the default does, and serves memory: a program that
# does nothing, and two workloads whose blocks are verified.
# deadline: 600
dynamic() {
    nm -D --defined-only "$1" | awk '{ print $3 }' | sort
}
need nm
dynamic "$(file_of default)" >exported
grep -qx malloc exported || fail "nm sees nothing: $(head exported)"
while read -r name; do
    file=$(file_of "$name")
    case $name in
    static | static-*)
        worker=$file preload=
        # What the C library calls must be the allocator's as well.
        dynamic "$file" >own
        for function in malloc free calloc realloc; do
            grep -qx $function own || fail "$name does not export $function"
        done
        ;;
    *)
        worker=$ROOT/build/worker preload=$file
        dynamic "$file" >own
        diff exported own || fail "$name exports other functions than default"
        LD_PRELOAD=$file /bin/true 2>true.err || fail "$name: /bin/true failed: $(cat true.err)"
        [ ! -s true.err ] || fail "$name: /bin/true: $(cat true.err)"
        ;;
    esac
    for workload in mixed remote; do
        LD_PRELOAD=$preload "$worker" $workload threads=2 ops=20000 seed=1 check=1 >report 2>&1 ||
            fail "$name, $workload: $(cat report)"
        grep -q "^malloc  *$file\$" report || fail "$name does not serve: $(head -n 1 report)"
    done
    sed -n 's/^configuration //p' report | tr ' ' '\n' >said
    options=$(value_of "$name" options)
    for word in "VARIANT=$name" "BUILD_OPTIONS=${options:-none}" \
        $(value_of "$name" defines | tr ' ' '\n' | sed -n 's/^-D//p'); do
        grep -qx -- "$word" said || fail "$name does not say $word: $(cat said)"
    done
    compiler=$(value_of "$name" cc)
    grep -q "^COMPILER=${compiler:-[a-z]*}-[0-9.]*\$" said || fail "$name: $(grep COMPILER said)"
done <names
