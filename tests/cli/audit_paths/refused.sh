# What cannot be audited is said, with the remedy.
need cc
refused audit paht
refused audit paths mixed
refused audit paths -w mixd
refused audit paths -w mixed,larson
refused audit paths -w mixed -s slot=3
refused audit paths -w mixed -t 0
refused audit paths -w mixed -t 1,2
refused audit paths -s slots=3
refused audit paths -t 2
refused audit paths --jsonn
refused audit paths --json /nowhere/out.json
refused audit paths -a hakmem:prund
refused audit paths -a 'hakmem{HAKMEM_PURGE=on'
refused audit paths -a glibc
refused audit paths -a "other=$ROOT/build/lib/libfloor.so"

# A library that ends whoever asks it, one of another version.
cat >other.c <<'SOURCE'
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
const char *hak_configuration(void) { return "hakmem"; }
int hak_route(unsigned index, size_t *route) {
    (void)index;
#if KIND == 1
    abort();
#elif KIND == 2
    exit(3);
#endif
    *route = 8;
    return 0;
}
SOURCE
for kind in 1 2 3; do
    cc -shared -fPIC -DKIND=$kind other.c -o lib$kind.so
    refused audit paths -a "other=$PWD/lib$kind.so"
done
