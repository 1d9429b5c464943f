# Under a limit of address space, what small blocks have given back can serve large ones, and stacks of
# threads: empty superslabs give their addresses back.
(
    ulimit -v $((64 * 1024))
    LD_PRELOAD=$LIBRARY "$PROGRAMS/address_limit" $((64 * 1024 / 3)) 700 3000000 >text
) || fail "$(cat text)"
