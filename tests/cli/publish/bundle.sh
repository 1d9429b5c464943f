# The bundle: everything is in it, hashes fit, the data publish to the same page, packing again gives
# the same bytes; names that cannot be packed and places that cannot be written are refused.
need gnuplot git tar gzip
git -C "$ROOT" rev-parse 2>/dev/null || skip "not a git repository"
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 2 --seed 7 -o db --json unused.json >/dev/null
"$COMPARE" run -a hakmem,glibc -r 1 -o db -- sh -c 'echo -o x; true' >/dev/null
mapfile -t runs < <("$COMPARE" results list --names -o db)
expect_files="README.md environment.txt published/index.html published/samples.csv results.db
    run-again.sh sources.sha256 sources/setup sources/harness/main.c topology-A.xml"
"$COMPARE" publish "${runs[@]}" --from db -o page --bundle paper.tar.gz >said
grep -qx 'paper.tar.gz: sources, data, publication, ./run-again.sh' said || fail "$(cat said)"
echo mine >page/mine.txt
tar -xzf paper.tar.gz
for file in $expect_files; do
    [ -s "paper/$file" ] || fail "$file is missing"
done
[ ! -e paper/published/mine.txt ] || fail "packed what was not published"
(cd paper && sha256sum --quiet -c sources.sha256)
(cd paper/published && sha256sum --quiet -c MANIFEST)
git -C "$ROOT" ls-files | sort | (cd paper/sources && find . -type f -o -type l | sed 's/^..//' | sort | diff - /dev/fd/3) 3<&0 ||
    fail "the sources are not those that git tracks"
"$COMPARE" publish "${runs[@]}" --from paper/results.db -o again >/dev/null
diff -r paper/published again
[ -x paper/run-again.sh ] || fail "run-again.sh cannot be run"
sh -n paper/run-again.sh
grep '^\./compare' paper/run-again.sh >commands
cat >expected <<'COMMANDS'
./compare mixed -o "$again" -a hakmem,glibc -t 1 -r 2 --seed 7
~ run
./compare publish $runs --from "$again" -o "$again/page"
COMMANDS
sed 's/^\.\/compare run -o "$again" -a hakmem,glibc -r 1 --seed [0-9]* -- sh -c .echo -o x; true.$/~ run/' commands |
    diff expected - || fail "other commands"

"$COMPARE" publish "${runs[@]}" --from db -o page --bundle other/../paper2.tar.gz 2>/dev/null && fail "wrote into no folder"
mkdir sub
"$COMPARE" publish "${runs[@]}" --from db -o page --bundle sub/paper.tar.gz >/dev/null
cmp paper.tar.gz sub/paper.tar.gz
if [ -n "$(command -v xz)" ]; then
    "$COMPARE" publish "${runs[@]}" --from db -o page --no-pictures --bundle small.tar.xz >/dev/null
    tar -tJf small.tar.xz >names
    grep -qx small/results.db names || fail "no results.db in small.tar.xz"
fi
for name in paper.zip paper .tar.gz sub/.tar; do
    expect 2 publish --from db -o none --bundle $name 2>>refused
done
grep -c "cannot tell how to pack '" refused
expect 2 publish --from db -o none --bundle missing/paper.tar 2>>refused
[ ! -e none ] || fail "published although the bundle was refused"
