# What a variant's options say was really done: functions are gone, merged, in another order, compiled by
# a profile, chosen by a profile, or in the worker.
# deadline: 300
need nm objdump

has() {
    grep -qx "$1" names
}
functions() {
    nm "$(file_of "$1")" | sed -n 's/^[0-9a-f]* [Tt] //p' | sort -u
}
# fewer BASE VARIANT FUNCTION: VARIANT has fewer functions than BASE, and FUNCTION is one that is gone.
fewer() {
    functions "$1" >base
    functions "$2" >treatment
    [ "$(wc -l <treatment)" -lt "$(wc -l <base)" ] || fail "$2 has as many functions as $1"
    grep -qx "$3" base || fail "$1 has no function $3"
    if grep -qx "$3" treatment; then
        fail "$2 still has $3"
    fi
}
for pair in default:lto minimal:minimal-lto pruned-fixed:pruned-lto; do
    # Called once, so that it becomes part of its caller where nobody else can call it.
    if has "${pair#*:}"; then
        fewer "${pair%:*}" "${pair#*:}" hak_options_read
    fi
done
for pair in minimal:minimal-gc pruned-fixed:pruned-gc; do
    if has "${pair#*:}"; then
        fewer "${pair%:*}" "${pair#*:}" hak_plant_spend
    fi
done

# The order of addresses begins with the functions that ran most.
for name in minimal-order pruned-order; do
    has $name || continue
    order=${ROOT}/build/obj/libhakmem-$name.order
    [ "$(wc -l <"$order")" -ge 10 ] || fail "$name was trained by nothing: $(cat "$order")"
    nm -n "$(file_of $name)" | sed -n 's/^[0-9a-f]* [Tt] //p' >addresses
    "$PYTHON" - "$order" <<'SCRIPT'
import sys

order = open(sys.argv[1]).read().split()
addresses = open("addresses").read().split()
# Functions that share their sections with others, as aliases do, come where the first of them does.
places = [addresses.index(name) for name in order if not name.endswith(".cold")]
early = [place for place in places[:8] if place < 2 * len(order)]
assert len(early) >= 7, (order[:8], places[:8], addresses[:40])
assert places[0] < places[7] < places[-1], places
SCRIPT
done

# cold NAME: sections of code that is not expected to run.
cold() {
    objdump -h "$(object_of "$1")" | grep -c '\.text\.unlikely\.'
}
# With the profile, code that did not run in the training is set apart.
for pair in default:pgo minimal:minimal-pgo pruned-fixed:pruned-pgo; do
    has "${pair#*:}" || continue
    [ -s "${ROOT}/build/obj/libhakmem-${pair#*:}.gcda" ] || fail "${pair#*:} has no profile"
    [ "$(cold "${pair#*:}")" -gt "$(cold "${pair%:*}")" ] ||
        fail "${pair#*:} has no more cold code than ${pair%:*}"
done

# The chosen masks are the defaults of the library, and a run uses them.
if has route-profiled; then
    LD_PRELOAD=$(file_of route-profiled) "$ROOT/build/worker" mixed ops=5000 >report
    mid=$(sed -n 's/^#define HAK_MID_V3_CLASSES //p' "$ROOT/build/obj/libhakmem-route-profiled.h")
    pool=$(sed -n 's/^#define HAK_POOL_V2_CLASSES //p' "$ROOT/build/obj/libhakmem-route-profiled.h")
    for word in "HAKMEM_MID_V3_CLASSES=$mid" "HAKMEM_POOL_V2_CLASSES=$pool"; do
        grep -qw -- "$word" report || fail "route-profiled does not say $word: $(cat report)"
    done
    # mixed asks for 257 to 768 bytes evenly: all 16 classes of MID_V3, and none of the hot box.
    [ "$mid $pool" = "65535 0" ] || fail "route-profiled chose $mid and $pool"
fi

# Only a function's body differs, and nothing reaches it.
functions idle0 >base
functions idle1 >treatment
diff base treatment || fail "idle0 and idle1 have other functions"
grep -qx hak_plant_idle base || fail "idle0 has no hak_plant_idle"
