# Faults that are planted in a copy of the allocator's source are found, each at its place and nothing else.
mkdir -p tree/build
cp "$COMPARE" tree/compare
cp "$ROOT/build/worker" tree/build/worker

# plant FILE REGEX REPLACEMENT: a copy of the source with one line changed; the first that fits.
plant() {
    rm -rf tree/allocator
    cp -r "$ROOT/allocator" tree/allocator
    python "tree/allocator/$1" "$2" "$3" <<'SCRIPT'
import re, sys

path, old, new = sys.argv[1:]
text = open(path).read()
changed = re.sub(old, new, text, count=1)
assert changed != text, f"{path} has no {old}"
open(path, "w").write(changed)
SCRIPT
}

# line FILE TEXT: number of the line in the changed file.
line() {
    grep -nF -m 1 -e "$2" "tree/allocator/$1" | cut -d : -f 1
}

# found KIND FILE TEXT...: the audit's findings are these, one for each three words.
found() {
    local status=0
    tree/compare audit atomics --source-only --json out.json >table 2>err || status=$?
    [ $status = $(($# > 0)) ] || fail "exit status $status: $(cat table err)"
    : >wanted
    while [ $# -gt 0 ]; do
        echo "allocator/$2:$(line "$2" "$3"): $1" >>wanted
        shift 3
    done
    sed -n '/ findings\{0,1\}:$/,$p' table | sed '1d; s/\(: [a-z]*\): .*/\1/' >findings
    diff wanted findings || fail "other findings than planted: $(cat table)"
}

plant remote.c '#define SPARE_MAX' '/* atomic_load(&x), x++ */\n#define SPARE_MAX'
found

# An access whose declaration has no tag, by each way to make one.
plant spill.c 'static void \*helper_run' 'static _Atomic int planted; /* [any] */
static int planted_read(void) { return atomic_load_explicit(&planted, memory_order_relaxed); }
static void *helper_run'
found unclassified spill.c 'planted_read(void)'
plant spill.c 'static void \*helper_run' 'static int planted;
static void planted_add(void) { __atomic_fetch_add(&planted, 1, __ATOMIC_RELAXED); }
static void *helper_run'
found unclassified spill.c 'planted_add(void)'
plant spill.c 'static void \*helper_run' 'static size_t planted; /* [owner] */
static void planted_share(void) { HAK_SHARE(planted, 1); }
static void *helper_run'
found unclassified spill.c 'planted_share(void)'
plant spill.c 'static void \*helper_run' '#define PLANTED(x) atomic_store_explicit(&(x), 1, memory_order_relaxed)
static struct { _Atomic int value; } planted;
static void planted_macro(void) { PLANTED(planted.value); }
static void *helper_run'
found unclassified spill.c 'planted_macro(void)'
plant heap.h ' \[any,atomic\] chunks from' ' chunks from'
tree/compare audit atomics --source-only >table && fail "a tag was removed, and nothing is found"
grep -q '^allocator/remote.c:[0-9]*: unclassified: exchange of hak_heap.inbox' table || fail "$(cat table)"

# An acquire without the release, a release without the acquire; a partner that is no access is named.
plant heap.c '(by_id\[id\], heap, memory_order_)release' '\1relaxed'
found unpaired heap.c 'heaps.by_id[id], memory_order_acquire'
plant heap.c '(by_id\[id\], memory_order_)acquire' '\1relaxed'
found unpaired heap.c 'heaps.by_id[id], heap, memory_order_release'
plant heap.c '(by_id\[id\], memory_order_)acquire' '\1relaxed'
sed -i 's/\[any,atomic\] acquire pairs with the release$/[any,atomic] partner: the kernel, and the release/' tree/allocator/heap.c
found

# A counter past the macros.
plant api.c 'HAK_COUNT\(FRONT, calloc\);' 'atomic_fetch_add_explicit(&hak_counts_FRONT[0].calloc, 1, memory_order_relaxed);'
found bypass api.c 'hak_counts_FRONT'
plant api.c 'HAK_COUNT\(FRONT, calloc\);' 'hak_telemetry_add(&hak_counts_FRONT[0].calloc, 1);'
found bypass api.c 'hak_counts_FRONT' bypass api.c 'hak_counts_FRONT'

# Orders that are not written.
plant heap.c 'atomic_load_explicit\(&heaps.highest_id, memory_order_relaxed\) \+ 1' 'atomic_load(&heaps.highest_id) + 1'
found order heap.c 'atomic_load(&heaps' unpaired heap.c 'atomic_load(&heaps'
plant heap.c 'atomic_load_explicit\(&heaps.highest_id, memory_order_relaxed\) \+ 1' 'heaps.highest_id + 1'
found plain heap.c 'heaps.highest_id + 1'
plant fork.c 'atomic_store_explicit\(&heap->inbox, NULL, memory_order_relaxed\)' 'heap->inbox = NULL'
found plain fork.c 'heap->inbox = NULL'
