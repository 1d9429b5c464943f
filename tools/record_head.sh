# For the scripts of long checks: where and of what a record in results/ is. Read by them, from the top
# of the tree.

# Prints the lines that a record begins with.
record_head() {
    local commit
    commit=$(git describe --always --dirty --exclude '*' 2>/dev/null || echo unknown)
    echo "date      $(date -u '+%Y-%m-%d %H:%M UTC')"
    echo "machine   $(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), $(nproc) PUs, $(uname -srm)"
    echo "build     commit $commit, $(${CC:-gcc} --version | head -n 1)"
}
