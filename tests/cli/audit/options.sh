# What the audits refuse, and what they say where a program is missing.
"$COMPARE" audit >list
grep -q '^atomics ' list || fail "$(cat list)"
grep -q '^hotpath ' list || fail "$(cat list)"
for audit in $(sed -n 's/^\([a-z]*\)  .*/\1/p' list); do
    "$COMPARE" audit "$audit" --help >help
    grep -q "^Usage: ./compare audit $audit " help || fail "audit $audit --help shows no usage"
    grep -Eq "^  ./compare audit $audit( |$)" help || fail "audit $audit --help shows no example"
    [ "$(wc -L <help)" -le 110 ] || fail "audit $audit --help has lines that are too long"
done

refused audit atomic
refused audit -a hakmem
refused audit --help atomics
refused audit atomics hakmem
refused audit atomics --sauce-only
refused audit atomics -a jemalloc
refused audit atomics -a hakmem,
refused audit atomics -a hakmem:countin
refused audit atomics -a mine=/absent.so
refused audit atomics --source-only -a hakmem
refused audit atomics --source-only --file remot.c
refused audit atomics --source-only --function chunk_pusch
refused audit atomics --source-only --json /absent/out.json
refused audit hotpath -a "fixture=$FIXTURES/plain.so"
refused audit hotpath --strict=yes

# An installed tool has no source.
mkdir -p installed/bin installed/lib/hakmem
cp "$COMPARE" installed/bin/hakmem-compare
cp "$ROOT/build/worker" "$ROOT/build/lib/libhakmem.so" installed/lib/hakmem/
COMPARE=$PWD/installed/bin/hakmem-compare refused audit atomics

need env objdump
mkdir empty some
ln -s "$(command -v env)" "$(command -v objdump)" some/
PATH=$PWD/empty refused audit atomics -a hakmem
PATH=$PWD/some refused audit atomics -a hakmem
PATH=$PWD/some refused audit hotpath -a hakmem
