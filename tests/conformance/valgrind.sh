# Below valgrind, which serialises threads and keeps part of the address space for itself.
# deadline: 600
need valgrind
for program in interface lifecycle small_stacks fork_threads; do
    same valgrind --tool=none -q "$PROGRAMS/$program"
done
same valgrind --tool=none -q perl -e 'print join(",", map { $_ x 3 } sort { $b <=> $a } 1 .. 3000), "\n"'
