# --help of compare and of every command that it lists: usage, an example, nothing on stderr.
check_help() {
    local name=$1
    shift
    "$COMPARE" "$@" --help >help.out
    grep -q "^Usage: $name " help.out || fail "$name --help shows no usage"
    grep -Eq '^ *Examples?:' help.out || fail "$name --help shows no example"
    grep -Eq "^  $name( |\$)" help.out || fail "the example of $name --help is not runnable"
    [ "$(wc -L <help.out)" -le 110 ] || fail "$name --help has lines that are too long"
    "$COMPARE" "$@" --help >/dev/full 2>/dev/null && fail "$name --help ignores a full disk"
    true
}

check_help ./compare
"$COMPARE" --help >all.out
commands=$(sed -n '/^Commands:/,/^$/p' all.out | sed -n 's/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ] || fail "--help lists no commands"
for command in $commands; do
    check_help "./compare $command" "$command"
done
for file in "$ROOT"/harness/cmd_*.c; do
    command=$(basename "$file" .c)
    command=${command#cmd_}
    [ "$command" = compare ] || grep -qx "$command" <<<"$commands" || fail "--help does not list $command"
done
for workload in mixed remote larson burst stream stages churn sharing grow calloc aligned medium large server; do
    grep -q "^  $workload " all.out || fail "--help does not name $workload"
done
