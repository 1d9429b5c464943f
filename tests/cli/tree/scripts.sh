# Every shell script parses, and shellcheck has nothing to say.
need git
cd "$ROOT"
git ls-files '*.sh' setup .ci/run >"$TMPDIR/files"
[ -s "$TMPDIR/files" ] || skip "not a git repository"
sh -n setup
while read -r file; do
    bash -n "$file"
done <"$TMPDIR/files"
need shellcheck
# Tests are read by bash after lib.sh: no shebang, its variables, lists with commas.
shellcheck -s sh -e SC2086,SC2046,SC2016 setup
grep -v '^setup$' "$TMPDIR/files" | xargs shellcheck -s bash -S warning -e SC2034,SC2054,SC2154,SC2164,SC1091
