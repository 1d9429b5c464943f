# All memory that a limit of address space leaves is taken in blocks of one size, given back and taken
# again; beyond it malloc says ENOMEM. Every limit is in force before the allocator starts.

# check MIB SIZE...
check() {
    local mib=$1 size settings
    shift
    for size; do
        for settings in HAKMEM_STATS=off 'HAKMEM_MID_V3_ENABLED=off HAKMEM_POOL_V2_ENABLED=off'; do
            # A third of it at least, beside stacks, libraries and rests.
            # shellcheck disable=SC2086 # settings are several words
            (
                ulimit -v $((mib * 1024))
                env LD_PRELOAD="$LIBRARY" $settings "$PROGRAMS/address_limit" $((mib * 1024 / 3)) $size >text
            ) || fail "limit of $mib MiB, $settings: $(cat text)"
            [ "$(cat text)" = '0 faults' ] || fail "limit of $mib MiB, $settings: $(cat text)"
        done
    done
}
check 64 100 700 5000 60000 400000 3000000
check 250 5000 60000 400000 3000000
