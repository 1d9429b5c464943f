# gcc compiles files of the project to the same object, byte for byte.
need gcc
for source in harness/statistics.c topology/topology.c; do
    compile=(gcc -std=gnu11 -O2 -g -D_GNU_SOURCE -Wall -Wextra -c "$ROOT/$source" -o object.o)
    "${compile[@]}"
    mv object.o plain.o
    with_library "${compile[@]}"
    loaded_everywhere
    cmp plain.o object.o
done
