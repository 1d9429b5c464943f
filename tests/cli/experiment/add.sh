# docs/add-an-experiment.md, followed to the letter but for the budget: its stanza, its file, its commands. An
# experiment takes fewer than 15 lines.
scratch_tree
python <<'SCRIPT'
import re

text = open("docs/add-an-experiment.md").read()
blocks = dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL))
name = re.search(r"`experiments/([a-z-]+)\.ini`", text)[1]
assert blocks["ninja"].count("\n") + blocks["ini"].count("\n") < 15, blocks
open("allocator/variants.ninja", "a").write("\n" + blocks["ninja"])
open(f"experiments/{name}.ini", "w").write(blocks["ini"])
open("commands", "w").write(blocks["sh"])
SCRIPT
sed -i 's/^\(.* experiment .*[a-z]\)$/\1 --budget 1s/; s/\(.*--dry-run\).*/\1/' commands
grep -c -- '--budget 1s' commands
bash -eu commands >out 2>err || fail "$(cat out err)"
grep '^ninja' out
tail -n 2 out | sed 's|(mixed): [A-Z].*|(mixed): VERDICT|'
grep -c '^## optimise-more$' docs/ledger.md
[ -s results/experiments/optimise-more.json ]
