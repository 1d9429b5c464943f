# The committed ledger is what the committed experiment files and records say, and every variant names an
# experiment that there is. All commands of the files are ones that the tool takes.
scratch_tree
cp -a "$ROOT/experiments" "$ROOT/results" .
"$COMPARE" experiment --ledger
diff "$ROOT/docs/ledger.md" docs/ledger.md || fail "docs/ledger.md: run './compare experiment --ledger'"
sed -n 's/^  ledger = //p' allocator/variants.ninja | sort -u >named
[ -s named ] || fail "no variant names an experiment"
while read -r name; do
    [ "$name" = none ] || [ -e "experiments/$name.ini" ] || fail "variants.ninja names '$name', which is no experiment"
done <named
"$COMPARE" experiment all --dry-run >commands
[ "$(grep -c '^./compare ' commands)" -ge "$(ls experiments/*.ini | wc -l)" ] || fail "$(cat commands)"
