# What can be compared: every section, alone and all together.
"$COMPARE" list workloads
"$COMPARE" list variants
"$COMPARE" list placements
"$COMPARE" list allocators >allocators
for name in hakmem jemalloc mimalloc tcmalloc tbb glibc; do
    grep -q "^$name " allocators || fail "list allocators lacks $name"
done
"$COMPARE" list >all
"$COMPARE" list experiments >experiments
for file in "$ROOT"/experiments/*.ini; do
    name=$(basename "$file" .ini)
    grep -q "^$name: .*?" experiments || fail "list experiments lacks $name or its question"
done
for section in workloads variants placements allocators experiments; do
    "$COMPARE" list $section >section
    # Headings and the space between columns may differ where a section stands alone.
    while read -r line; do
        grep -qF -- "$line" all || fail "list lacks a line of list $section: $line"
    done <section
done
