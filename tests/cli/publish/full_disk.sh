# A full disk: what was published before stays whole, nothing half-written is left, and the message
# says what to do.
unshare -rm true 2>/dev/null || skip "this user may not mount a file system of its own"
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 2 --seed 1 -o db >/dev/null
cat >inside.sh <<'SCRIPT'
set -eu
mkdir small
mount -t tmpfs -o size=400k tmpfs small
"$COMPARE" publish --from db -o small/page --no-pictures --title 'The old one' >/dev/null
(cd small/page && find . -type f -exec sha256sum {} + | sort) >before
head -c 10M /dev/zero >small/rest 2>/dev/null || :
for pictures in '' --no-pictures; do
    status=0
    # shellcheck disable=SC2086
    "$COMPARE" publish --from db -o small/page --title 'The new one' $pictures 2>>message || status=$?
    [ $status = 1 ] || echo "exit status $status"
done
(cd small/page && find . -type f -exec sha256sum {} + | sort) >after
diff before after
find small -name '.publish*'
(cd small/page && sha256sum --quiet -c MANIFEST)
# A first publication leaves no folder.
"$COMPARE" publish --from db -o small/new --no-pictures 2>>message || :
ls small
rm small/rest
"$COMPARE" publish --from db -o small/page --no-pictures --title 'The new one' >/dev/null
grep -c 'The new one' small/page/README.md
SCRIPT
unshare -rm sh inside.sh
grep -v -e 'cannot draw the pictures: gnuplot says' -e 'No space left on device' message && fail "$(cat message)"
[ "$(wc -l <message)" = 3 ] || fail "$(cat message)"
