# Copies of machines: what is printed, and exit statuses that a script can use.
machines=$ROOT/tests/fixtures/machines
"$COMPARE" doctor --root "$machines/cpu-quota-v1"
status() {
    local wanted=$1 status=0
    shift
    "$COMPARE" doctor "$@" >out 2>err || status=$?
    [ $status = "$wanted" ] || fail "doctor $*: exit status $status, expected $wanted: $(cat out err)"
    [ ! -s err ] || fail "doctor $*: $(cat err)"
}
status 0 --root "$machines/healthy"
grep -Eq '^Summary +[0-9]+ checks: 0 spoil measurements here' out || fail "healthy: $(cat out)"
status 0 --root "$machines/healthy" --strict
status 1 --root "$machines/governor"
grep -q "echo performance | sudo tee" out || fail "no remedy: $(cat out)"
status 0 --root "$machines/smt" --strict
# What cannot be changed there does not count, unless asked for.
status 0 --root "$machines/steal"
grep -q "not to be changed from here: only the host" out || fail "not marked: $(cat out)"
status 1 --root "$machines/steal" --strict
grep -q $'\033' out && fail "colour in a file"
# Every tree is examined without a complaint.
for tree in "$machines"/*/; do
    "$COMPARE" doctor --root "$tree" >out 2>err || [ $? = 1 ] || fail "$tree: $(cat err)"
    [ ! -s err ] || fail "$tree: $(cat err)"
    grep -q '^Summary ' out || fail "$tree: no summary"
done
# A compressed copy of the kernel's options.
mkdir -p gz/proc/sys/kernel
echo 6.1.0-example >gz/proc/sys/kernel/osrelease
echo CONFIG_LOCKDEP=y | gzip >gz/proc/config.gz
status 1 --root gz
grep -q "is built with LOCKDEP" out || fail "config.gz: $(cat out)"
