# For tests of the command line tools.
. "$ROOT/tests/lib.sh"

[ -x "$COMPARE" ] || fail "$COMPARE is not built; run ninja"

# The shortest measurement there is: one round, results in the private folder.
brief=(-r 1 --seed 1 -o "$RESULTS")
# The same with shorter samples, where a test does not ask how long they are.
quick=(--quick "${brief[@]}")

# Runs compare with the command line shown on stderr; fails unless its exit status is $1.
expect() {
    local wanted=$1 status=0
    shift
    echo "\$ compare $*" >&2
    "$COMPARE" "$@" || status=$?
    [ $status = "$wanted" ] || fail "exit status $status, expected $wanted"
}

# Runs compare with a command line that it must refuse: status 2, a message, nothing on stdout, and
# no results folder.
refused() {
    expect 2 "$@" >refused.out
    [ ! -s refused.out ] || fail "wrote to stdout: $(cat refused.out)"
    [ ! -e "$RESULTS" ] || fail "made a results folder"
}

# Runs a Python script (standard input) of the distribution's python3.
python() {
    "$PYTHON" - "$@"
}

# Makes `tree`, a copy of the built tree without experiments and records, and enters it: for what
# writes into its own tree. COMPARE is the tool in it.
scratch_tree() {
    local part
    mkdir tree
    for part in "$ROOT"/*; do
        case ${part##*/} in
        results | experiments) ;;
        *) cp -a "$part" tree ;;
        esac
    done
    cd tree
    rm -f docs/ledger.md
    mkdir results experiments
    COMPARE=$PWD/compare
}

# Writes experiments/$1.ini: the lines of standard input below a question, with hakmem twice on mixed.
experiment_file() {
    {
        printf 'question = What is it?\nbase = hakmem\ntreatment = hakmem:minimal\nworkload = mixed\n'
        printf 'threads = 1\nbudget = 1s\n'
        cat
    } >"experiments/$1.ini"
}
