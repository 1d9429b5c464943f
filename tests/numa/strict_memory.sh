# A kernel that promises no more memory than there is (vm.overcommit_memory=2) and gives huge pages
# unasked (THP always): hakmem takes what it can get, says ENOMEM beyond, keeps superslabs on small pages,
# and survives the races of heaps' lives.
# deadline: 600
guest_files=("/strict_memory=$ROOT/build/numa/strict_memory"
    "/small_pages=$ROOT/build/conformance/small_pages"
    "/races=$ROOT/build/stress/races-release")
guest -m 1280 -smp 2 <<'GUEST'
echo 2 >/proc/sys/vm/overcommit_memory
echo 25 >/proc/sys/vm/overcommit_ratio # of memory: soon taken
echo always >/sys/kernel/mm/transparent_hugepage/enabled
read -r mode </proc/sys/vm/overcommit_memory || true # its end comes before the end of the line
read -r huge </sys/kernel/mm/transparent_hugepage/enabled
echo "overcommit $mode; huge pages $huge"
library=$hak/build/lib/libhakmem.so
for size in 5000 100000 3000000; do
    LD_PRELOAD=$library /strict_memory $size
done
LD_PRELOAD=$library /small_pages always
echo 80 >/proc/sys/vm/overcommit_ratio # a fork promises all memory once more
ulimit -s 256 # KiB, of threads too
/races 1 # second: a round or two
GUEST
