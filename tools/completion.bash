# Completion of hakmem-compare for bash, and of ./compare in the source tree. What there is to
# complete is asked from the tool, so that it cannot fall behind.

# Words of a block of --help: those at the beginning of its lines.
_hakmem_compare_block() {
    "$1" --help 2>/dev/null | sed -n "/^$2:/,/^\$/s/^  \\([a-z][a-z_]*\\) .*/\\1/p"
}

# Options of a command; those that take a value end in =.
_hakmem_compare_options() {
    # shellcheck disable=SC2086 # no command is no word
    "$1" $2 --help 2>/dev/null | sed -n 's/^ *\(-[A-Za-z], *\)*\(--[a-z-]*\)\(\[*=\)*.*/\2/p'
}

# The value of the last option $1 or $2 on the line; $3 when there is none.
_hakmem_compare_value() {
    local i value=$3
    for ((i = 1; i + 1 < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        "$1" | "$2") value=${COMP_WORDS[i + 1]} ;;
        esac
    done
    printf '%s' "$value"
}

# True for an option whose value is the next word.
_hakmem_compare_takes() {
    case $1 in
    -[aoprstw] | --allocators | --output | --place | --rounds | --set | --threads | --workload | \
        --json | --csv | --database | --from | --bundle | --baseline | --title | --input | --setup | \
        --duration | --deadline | --memory-limit | --seed | --budget | --go | --tolerate | \
        --file | --function | --hit | --count | --layouts | --case) return 0 ;;
    esac
    return 1
}

# UUIDs of the runs in a folder; the tool's own when it is empty.
_hakmem_compare_runs() {
    if [ -n "$2" ]; then
        "$1" results list --names -o "$2" 2>/dev/null
    else
        "$1" results list --names 2>/dev/null
    fi
}

# Names of experiments.
_hakmem_compare_experiments() {
    "$1" list experiments 2>/dev/null | sed -n 's/^\([A-Za-z0-9._-]*\): .*/\1/p'
}

# Completes the last word of a list that is separated by commas.
_hakmem_compare_list() {
    local current=$1 before=
    case $current in
    *,*) before=${current%,*}, ;;
    esac
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$2" -- "${current##*,}")
    compopt -o nospace 2>/dev/null
}

_hakmem_compare() {
    local tool=$1 current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local commands command='' action='' word i
    COMPREPLY=()
    commands=$(_hakmem_compare_block "$tool" Commands)
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [ "$word" != -- ] || return 0 # a program follows
        if [ "$i" = 1 ] && [[ $'\n'$commands$'\n' == *$'\n'"$word"$'\n'* ]]; then
            command=$word
        elif [ -z "$action" ] && [[ $word != -* ]] &&
            ! _hakmem_compare_takes "${COMP_WORDS[i - 1]}"; then
            action=$word
        fi
    done
    case $previous in
    -a | --allocators)
        _hakmem_compare_list "$current" "$("$tool" list allocators 2>/dev/null |
            sed -n '2,$s/^\([a-z][a-z0-9]*\)  .*/\1/p')"
        return
        ;;
    --baseline)
        mapfile -t COMPREPLY < <(compgen -W "$("$tool" list allocators 2>/dev/null |
            sed -n '2,$s/^\([a-z][a-z0-9]*\)  .*/\1/p')" -- "$current")
        return
        ;;
    -w | --workload)
        _hakmem_compare_list "$current" "$(_hakmem_compare_block "$tool" Workloads)"
        return
        ;;
    -p | --place)
        _hakmem_compare_list "$current" "$("$tool" list placements 2>/dev/null |
            sed -n 's/^\([a-z][a-z]*\) .*/\1/p')"
        return
        ;;
    -o | --output)
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    --json | --csv | --database | --from | --bundle | --input)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    -t | --threads | -r | --rounds | -s | --set | --duration | --deadline | --memory-limit | \
        --seed | --title | --budget | --go | --tolerate | --hit | --count | --layouts | --case)
        return
        ;;
    esac
    case $current in
    -*)
        [ "$command" != audit ] || command="audit $action"
        mapfile -t COMPREPLY < <(compgen -W "$(_hakmem_compare_options "$tool" "$command")" -- "$current")
        return
        ;;
    esac
    case $command:$action in
    audit:) word=$("$tool" audit 2>/dev/null | sed -n 's/^\([a-z][a-z]*\)  .*/\1/p') ;;
    results:) word='list show export merge rm' ;;
    results:show | results:export | results:rm)
        word="newest $(_hakmem_compare_runs "$tool" "$(_hakmem_compare_value -o --output '')")"
        ;;
    results:merge)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    publish:*) word="newest $(_hakmem_compare_runs "$tool" "$(_hakmem_compare_value --from --from '')")" ;;
    list:) word='workloads allocators variants placements experiments' ;;
    experiment:) word="all $(_hakmem_compare_experiments "$tool")" ;;
    ab:*)
        word=$("$tool" list allocators 2>/dev/null | sed -n '2,$s/^\([a-z][a-z0-9]*\)  .*/\1/p')
        ;;
    :)
        word="$commands $(_hakmem_compare_block "$tool" Workloads)"
        case $current in
        *,*)
            _hakmem_compare_list "$current" "$(_hakmem_compare_block "$tool" Workloads)"
            return
            ;;
        esac
        ;;
    *) return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
}

complete -F _hakmem_compare hakmem-compare ./compare
