#compdef hakmem-compare ./compare
# Completion of hakmem-compare for zsh, and of ./compare in the source tree. What there is to
# complete is asked from the tool, so that it cannot fall behind.

local tool=${(Q)words[1]} previous=${words[CURRENT-1]} command= action= folder= word
local -a commands workloads allocators
local i

commands=(${(f)"$($tool --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')"})
workloads=(${(f)"$($tool --help 2>/dev/null | sed -n '/^Workloads:/,/^$/s/^  \([a-z][a-z_]*\) .*/\1/p')"})
for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    [[ $word == -- ]] && { _files; return }
    if ((i == 2)) && ((${commands[(Ie)$word]})); then
        command=$word
    elif [[ -z $action && $word != -* && ${words[i-1]} != (-[aoprstw]|--(allocators|output|place|rounds|set|threads|workload|json|csv|database|from|bundle|baseline|title|input|setup|duration|deadline|memory-limit|seed|budget|go|tolerate|hit|count|layouts|case|file|function)) ]]; then
        action=$word
    fi
    case $word in
    -o | --output | --from) folder=${words[i+1]} ;;
    esac
done

case $previous in
-a | --allocators | --baseline)
    allocators=(${(f)"$($tool list allocators 2>/dev/null | sed -n '2,$s/^\([a-z][a-z0-9]*\)  .*/\1/p')"})
    compset -P '*,'
    compadd -q -S '' -a allocators
    return
    ;;
-w | --workload)
    compset -P '*,'
    compadd -q -S '' -a workloads
    return
    ;;
-p | --place)
    compset -P '*,'
    compadd -q -S '' -- ${(f)"$($tool list placements 2>/dev/null | sed -n 's/^\([a-z][a-z]*\) .*/\1/p')"}
    return
    ;;
-o | --output)
    _files -/
    return
    ;;
--json | --csv | --database | --from | --bundle | --input)
    _files
    return
    ;;
-t | --threads | -r | --rounds | -s | --set | --duration | --deadline | --memory-limit | --seed | --title | --budget | --go | --tolerate | --hit | --count | --layouts | --case)
    return
    ;;
esac

if [[ ${words[CURRENT]} == -* ]]; then
    [[ $command != audit ]] || command="audit $action"
    compadd -- ${(f)"$($tool ${=command} --help 2>/dev/null | sed -n 's/^ *\(-[A-Za-z], *\)*\(--[a-z-]*\).*/\2/p')"}
    return
fi

case $command:$action in
audit:) compadd -- ${(f)"$($tool audit 2>/dev/null | sed -n 's/^\([a-z][a-z]*\)  .*/\1/p')"} ;;
results:) compadd list show export merge rm ;;
results:show | results:export | results:rm | publish:*)
    if [[ $command == publish && -n $folder ]] && ((! ${words[(Ie)--from]})); then
        folder=
    fi
    compadd newest ${(f)"$($tool results list --names ${folder:+-o} $folder 2>/dev/null)"}
    ;;
results:merge) _files ;;
list:) compadd workloads allocators variants placements experiments ;;
experiment:)
    compadd all ${(f)"$($tool list experiments 2>/dev/null | sed -n 's/^\([A-Za-z0-9._-]*\): .*/\1/p')"}
    ;;
ab:*)
    compadd -- ${(f)"$($tool list allocators 2>/dev/null | sed -n '2,$s/^\([a-z][a-z0-9]*\)  .*/\1/p')"}
    ;;
:)
    if compset -P '*,'; then
        compadd -q -S '' -a workloads
    else
        compadd -a commands
        compadd -a workloads
    fi
    ;;
esac
