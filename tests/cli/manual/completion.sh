# Completion in bash and zsh: commands, workloads, options, lists, runs.
"$COMPARE" mixed -a glibc -t 1 -r 1 --seed 1 -o db >/dev/null
run=$("$COMPARE" results list --names -o db)
[ -n "$run" ] || fail "no run"

cat >cases <<CASES
mi|mixed
resu|results
results sh|show
audit at|atomics
audit atomics --sou|--source-only
audit hotpath --li|--listing
results -o db show ${run:0:6}|$run
publish --from db ${run:0:6}|$run
publish --base|--baseline
mixed --alloc|--allocators
mixed -a hakmem,jemal|hakmem,jemalloc
mixed,lars|mixed,larson
ab hak|hakmem
list wor|workloads
list exp|experiments
experiment prune-b|prune-backends
experiment --cas|--case
run -- perl --al|
CASES
cat >complete.bash <<'SCRIPT'
. "$ROOT/tools/completion.bash"
while IFS='|' read -r line wanted; do
    read -ra words <<<"$line"
    COMP_WORDS=("$COMPARE" "${words[@]}") COMP_CWORD=${#words[@]} COMPREPLY=()
    _hakmem_compare "$COMPARE"
    [ "${COMPREPLY[*]}" = "$wanted" ] || echo "bash: '$line' gives '${COMPREPLY[*]}', not '$wanted'"
done <cases
SCRIPT
bash complete.bash
complete -p ./compare >/dev/null 2>&1 && fail "the test's own shell has it"
bash -c '. "$ROOT/tools/completion.bash"; complete -p hakmem-compare ./compare >/dev/null'

need zsh
cat >complete.zsh <<'SCRIPT'
# compadd and compset as far as the completion uses them.
compset() {
    [[ $prefix == *,* ]] || return 1
    before=${prefix%,*},
    prefix=${prefix##*,}
}
compadd() {
    local -a found
    while [[ $1 == -* ]]; do
        case $1 in
        -q) shift ;;
        -S) shift 2 ;;
        -a) found=(${(P)2}); shift 2 ;;
        --) shift; break ;;
        esac
    done
    found+=($@)
    result+=($before${^${(M)found:#$prefix*}})
}
_files() { : }
complete_line() {
    local -a words
    local CURRENT prefix before
    words=($COMPARE ${=1})
    CURRENT=$#words
    prefix=${words[CURRENT]}
    result=()
    source $ROOT/tools/completion.zsh
}
typeset -ga result
while IFS='|' read -r line wanted; do
    complete_line $line
    [[ "$result" == "$wanted" ]] || echo "zsh: '$line' gives '$result', not '$wanted'"
done <cases
SCRIPT
zsh -f complete.zsh
