# A full disk: record and ledger stay what they were.
unshare -rm true 2>/dev/null || skip "this user may not mount a file system of its own"
scratch_tree
cat >experiments/spill.ini <<'INI'
question = Can it be pruned?
atomics = allocator/spill.c
INI
cat >inside.sh <<'SCRIPT'
set -eu
mkdir small
mount -t tmpfs -o size=64k tmpfs small
./compare experiment spill -o small >/dev/null
find small -type f -exec sha256sum {} + | sort >before
head -c 1M /dev/zero >small/rest 2>/dev/null || :
status=0
./compare experiment spill -o small >/dev/null 2>message || status=$?
echo "exit status $status"
rm small/rest
find small -type f -exec sha256sum {} + | sort | diff before -
SCRIPT
unshare -rm sh inside.sh
grep -o 'cannot write .*: No space left on device' message | sed 's/write .*:/write:/'
