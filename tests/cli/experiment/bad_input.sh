# Command lines and files that experiment refuses, each with what to write instead; nothing is written.
scratch_tree
experiment_file some </dev/null
experiment_file cases <<'INI'
[first]
[second]
INI
files=$(find . -type f ! -name refused.out | sort)
refused experiment
refused experiment som
refused experiment some more
refused experiment some --case first
refused experiment cases --case firts
refused experiment all --case first
refused experiment --ledger some
refused experiment --ledger --dry-run
refused experiment some --output ''
refused experiment some --budgt 1s
refused experiment some --budget 5x --dry-run
refused experiment some --layouts 2 --dry-run
refused list experiment

# wrong LINES: a file with these lines in it is refused, whichever experiment is asked for.
wrong() {
    printf '%b' "$1" | experiment_file wrong
    refused experiment some --dry-run
    rm experiments/wrong.ini
}
wrong 'expect = GO\n'
wrong 'expected = GOO\n'
wrong '[a]\nworkload = mixd\n'
wrong '[a]\n[a]\n'
wrong 'treatment = hakmem\n'
wrong 'nothing\n'
wrong '[a]\nbudget = soon\n'
[ "$(find . -type f ! -name refused.out | sort)" = "$files" ] || fail "something was written"

# A side that does not exist is a fault of its own experiment.
cat >experiments/sides.ini <<'INI'
question = q
base = hakmem
treatment = hakmem:minimel
workload = mixed
INI
refused experiment sides
sed -i 's/hakmem:minimel/jemaloc/' experiments/sides.ini
refused experiment sides
refused experiment all
# What the command of a case would refuse is refused before anything is measured.
experiment_file parameter <<<'set = slts=7'
expect 2 experiment parameter
[ ! -e results/experiments ] && [ ! -e results/results.db ] || fail "something was measured"
