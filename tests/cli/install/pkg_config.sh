# Programs are built against what is installed, by what pkg-config says: shared and static, and the
# library serves malloc in them, also where only the C library calls it.
need pkg-config
cc=${CC:-gcc}
need $cc readelf nm
prefix=$PWD/installed
PREFIX=$prefix "$ROOT/tools/install.sh" >/dev/null
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
pkg-config --validate hakmem
version=$(sed -n 's/^#define HAKMEM_VERSION "\(.*\)"$/\1/p' "$ROOT/allocator/hakmem.h")
[ "$(pkg-config --modversion hakmem)" = "$version" ] || fail "wrong version"

# Every function of hakmem.h is used once; 0 of hak_malloc_usable_size means another's block.
cat >interface.c <<'END'
#include <hakmem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    void *block = NULL;
    char *text = strdup("allocated inside the C library");
    hak_stats_t stats = {.size = sizeof stats};
    if (hak_malloc_usable_size(text) == 0 || hak_malloc_usable_size(malloc(100)) == 0)
        return puts("malloc is not the library's"), 1;
    hak_free(hak_malloc(10));
    hak_free(hak_calloc(2, 10));
    hak_free(hak_reallocarray(hak_realloc(NULL, 10), 10, 10));
    hak_free_sized(hak_malloc(100), 100);
    hak_free(hak_valloc(100));
    hak_free_aligned_sized(hak_aligned_alloc(64, 100), 64, 100);
    hak_free(hak_memalign(64, 100));
    hak_free(hak_pvalloc(10));
    if (hak_posix_memalign(&block, 64, 100) != 0)
        return puts("posix_memalign"), 1;
    free(block); /* both names lead to the same allocator */
    if (hak_stats(&stats) != 0 || stats.live_bytes == 0 || stats.heaps == 0)
        return puts("hak_stats"), 1;
    (void)hak_malloc_trim(0);
    hak_telemetry_report();
    printf("%.*s\n", (int)strcspn(hak_configuration() + 7, " "), hak_configuration() + 7);
    return 0;
}
END
# Allocates through the C library alone.
cat >indirect.c <<'END'
#include <stdio.h>
#include <string.h>
int main(void) {
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    return file == NULL || getline(&line, &room, file) <= 0;
}
END
flags=$(pkg-config --cflags hakmem)
shared=$(pkg-config --libs hakmem)
static=$(pkg-config --static --libs hakmem)
export LD_LIBRARY_PATH=$prefix/lib

check() {
    "$@" >out 2>err || fail "$*: $(cat out err)"
    [ "$(cat out)" = "$version" ] || fail "$*: $(cat out)"
}
$cc -Wall -Wextra -Werror -O2 $flags interface.c $shared -o with_shared
check ./with_shared
$cc -O2 -Wl,--as-needed $flags indirect.c $shared -o with_needed
./with_needed || fail "indirect: exit status $?"
readelf -d with_needed >needed
grep -q "NEEDED.*libhakmem.so.${version%%.*}\]" needed ||
    fail "the library was left out of a program without a malloc of its own"
(unset LD_LIBRARY_PATH && ! ./with_shared) >out 2>&1 || fail "the program does not need the library"
$cc -O2 -static-pie $flags interface.c $static -o with_static_pie 2>err && check ./with_static_pie
$cc -O2 -static $flags interface.c $static -o with_static 2>err ||
    skip "no static C library: $(tail -n 1 err)"
unset LD_LIBRARY_PATH
check ./with_static
readelf -d with_static >needed
if grep NEEDED needed; then
    fail "not a static program"
fi

# The C library's own calls: malloc of the static program is defined once, and is ours.
$cc -O2 -static $flags indirect.c $static -o indirect
./indirect || fail "indirect: exit status $?"
nm indirect >symbols
grep -q ' hak_malloc$' symbols || fail "the program without a malloc of its own has the C library's"
if grep -qw _int_malloc symbols; then
    fail "the C library's malloc is in the program as well"
fi

# hakmem.h in C++.
if command -v g++ >/dev/null; then
    printf '%s\n' '#include <hakmem.h>' 'int main() { hak_free(hak_malloc(8)); return hak_configuration()[0] != 104; }' >plus.cc
    g++ -Wall -Wextra -Werror $flags plus.cc $shared -o plus
    LD_LIBRARY_PATH=$prefix/lib ./plus || fail "C++: exit status $?"
fi
