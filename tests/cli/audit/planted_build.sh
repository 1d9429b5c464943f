# Faults in machine code are found: an atomic on malloc's hot path, counters in a build that says it has
# none, a locked instruction that the source does not explain, a library without symbols.
need objdump addr2line nm strip
mkdir -p tree/build
cp "$COMPARE" tree/compare
cp "$ROOT/build/worker" tree/build/worker
cp -r "$ROOT/allocator" tree/allocator
cd tree

# build NAME FLAG...: the allocator of the tree, as the default build is made.
build() {
    local name=$1
    shift
    "${CC:-gcc}" -std=gnu11 -O2 -g -D_GNU_SOURCE -I. -fPIC -fvisibility=hidden -ftls-model=initial-exec \
        -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free "$@" \
        allocator/hakmem.c -shared -Wl,-z,now -pthread -o "$name.so"
}

# audit STATUS AUDIT NAME: its exit status; the findings alone go to `findings`.
audit() {
    local status=0
    ./compare audit "$2" -a "planted=$PWD/$3.so" --json "$2.json" >table 2>err || status=$?
    [ $status = "$1" ] || fail "audit $2 of $3: exit status $status: $(cat table err)"
    sed '1,/^[0-9]* findings\{0,1\}/d' table >findings
}

# change FILE OLD NEW: in the one line that has OLD.
change() {
    [ "$(grep -cF -e "$2" "allocator/$1")" = 1 ] || fail "allocator/$1 has not one '$2'"
    python "allocator/$1" "$2" "$3" <<'SCRIPT'
import sys

path, old, new = sys.argv[1:]
text = open(path).read()
open(path, "w").write(text.replace(old, new))
SCRIPT
}

build clean
audit 0 atomics clean

# Telemetry in a build that says it has none: symbols and instructions, at their places.
change config.h 'X(HAKMEM_REMOTE_STATS_COMPILED,' 'X(HAK_DEBUG,'
build counted -DHAKMEM_REMOTE_STATS_COMPILED=1
audit 1 atomics counted
grep -q 'counted.so: telemetry: planted contains hak_counts_REMOTE' findings || fail "$(cat findings)"
grep -Eq '^allocator/telemetry.h:[0-9]+: telemetry: .*lock .* counts for REMOTE, which is not compiled in' findings ||
    fail "$(cat findings)"

# An atomic on the hot path; the build that is older than the source does not explain it.
python <<'SCRIPT'
path = "allocator/front.h"
text = open(path).read()
at = text.index("/* Newest block of the lane")
text = text[:at] + """/* [any,atomic] relaxed: planted */
static _Atomic size_t planted;

""" + text[at:]
at = text.index("    void *block = top[-1];")
text = text[:at] + "    atomic_fetch_add_explicit(&planted, 1, memory_order_relaxed);\n" + text[at:]
open(path, "w").write(text)
SCRIPT
place="allocator/front.h:$(grep -n 'add_explicit(&planted' allocator/front.h | cut -d : -f 1)"
build hot
audit 1 atomics hot
grep -q "^$place: hot-path: planted: 'lock .*' on the hot path of malloc$" findings || fail "$(cat findings)"
if grep -v ': hot-path: ' findings; then
    fail "more than the hot path: $(cat findings)"
fi
if command -v valgrind >/dev/null; then
    audit 1 hotpath hot
    grep -q '^planted, malloc: 1 locked or fenced instruction$' findings || fail "$(cat findings)"
fi
cp "$ROOT/allocator/front.h" allocator/front.h
audit 1 atomics hot
grep -Eq "^allocator/front.h:[0-9]+: unexplained: .* in malloc is of no atomic access" findings ||
    fail "$(cat findings)"

# Without symbols nothing is proved.
cp -r "$ROOT/allocator/." allocator
strip -o bare.so clean.so
audit 1 atomics bare
grep -q 'bare.so: no-symbols: ' findings || fail "$(cat findings)"
