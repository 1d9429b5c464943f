# ninja install: into a folder of its own, twice with the same result, and the installed tool runs
# from there, wherever the folder is moved to. Wrong names are refused before anything is made.
# deadline: 900
need ninja
cp -a "$ROOT" tree

# install_to FOLDER NAME=VALUE...
install_to() {
    local folder=$1
    shift
    env DESTDIR="$folder" "$@" ninja -C tree install >install.out 2>&1 || fail "$(cat install.out)"
}

# Every file with its mode, content or target.
listing() {
    (cd "$1" && find . -printf '%P %y %m %l\n' | sort && find . -type f -exec sha256sum {} + | sort)
}

(umask 077 && install_to "$PWD/a package" PREFIX=/usr)
listing "a package" >once
install_to "$PWD/a package" PREFIX=/usr/
listing "a package" >twice
diff once twice || fail "installing again changes something"
version=$(sed -n 's/^#define HAKMEM_VERSION "\(.*\)"$/\1/p' "$ROOT/allocator/hakmem.h")
for file in bin/hakmem-compare include/hakmem.h lib/libhakmem.a "lib/libhakmem.so.$version" \
    lib/libhakmem.so "lib/libhakmem.so.${version%%.*}" lib/pkgconfig/hakmem.pc lib/hakmem/worker \
    lib/hakmem/stopwatch lib/hakmem/libfloor.so lib/hakmem/libhakmem.so share/doc/hakmem/LICENSE \
    share/man/man1/hakmem-compare.1 \
    share/bash-completion/completions/hakmem-compare share/zsh/site-functions/_hakmem-compare \
    share/doc/hakmem/README.md share/doc/hakmem/docs/options.md; do
    [ -s "a package/usr/$file" ] || fail "$file is missing"
done
[ -z "$(find "a package" -name '*.new')" ] || fail "temporary files are left"
find "a package/usr" ! -type l ! -perm -a=r -print | grep . && fail "not readable for all"
if grep -rlF -e "$PWD" -e "$ROOT" "a package/usr/lib/pkgconfig" "a package/usr/include"; then
    fail "a path of the build is in an installed file"
fi
soname=$("$PYTHON" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1]); print(open("/proc/self/maps").read())' \
    "a package/usr/lib/libhakmem.so.${version%%.*}" | grep -c libhakmem)
[ "$soname" -gt 0 ] || fail "the installed library cannot be loaded"

# The installed tool measures with what is installed beside it; the tree is gone, the folder moved.
mv "a package" moved
mv tree tree.away
tool=$PWD/moved/usr/bin/hakmem-compare
"$tool" list variants | grep -v 'not built:' >variants
"$COMPARE" list variants | grep -v 'not built:' >expected
diff expected variants || fail "the installed tool lists other variants"
"$tool" mixed -a hakmem,hakmem:debug -r 1 -t 1 --seed 1 -o results --json - >run.json
"$PYTHON" - "$PWD/moved/usr/lib/hakmem/libhakmem.so" <<'SCRIPT'
import hashlib, json, sys

cells = json.load(open("run.json"))["cells"]
sha = hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()
assert {c["allocator"] for c in cells} >= {"hakmem", "hakmem:debug"}, cells
assert all(not c["failures"] and c["samples"] for c in cells), cells
assert any(c["library_sha256"] == sha for c in cells), (sha, cells)
SCRIPT
"$tool" run -a hakmem -r 1 -o results -- /bin/true >/dev/null 2>run.err || fail "run: $(cat run.err)"
mv tree.away tree

# LIBDIR moves the library and its pkg-config file, not the tool's worker.
install_to "$PWD/wide" PREFIX=/opt/hakmem LIBDIR=/opt/hakmem/lib64
[ -s wide/opt/hakmem/lib64/libhakmem.so ] || fail "LIBDIR is ignored"
[ -s wide/opt/hakmem/lib64/pkgconfig/hakmem.pc ] || fail "LIBDIR is ignored by hakmem.pc"
[ -x wide/opt/hakmem/lib/hakmem/worker ] || fail "the worker is not where the tool looks"
grep -qx 'libdir=${prefix}/lib64' wide/opt/hakmem/lib64/pkgconfig/hakmem.pc || fail "wrong libdir"

# refused WORDS NAME=VALUE...: exit status 2 and a message with WORDS, and nothing is made.
refused() {
    local words=$1 status=0
    shift
    env "$@" tree/tools/install.sh >refused.out 2>refused.err || status=$?
    [ $status = 2 ] || fail "$*: exit status $status: $(cat refused.err)"
    grep -qF -- "$words" refused.err || fail "$*: $(cat refused.err)"
    [ ! -s refused.out ] || fail "$*: wrote to standard output"
    [ ! -e new ] || fail "$*: made a folder"
}
refused 'PREFIX=usr is not an absolute path' DESTDIR="$PWD/new" PREFIX=usr
refused 'DESTDIR=new is not an absolute path' DESTDIR=new PREFIX=/usr
refused 'LIBDIR=lib64 is not an absolute path' DESTDIR="$PWD/new" LIBDIR=lib64
refused 'has a character' DESTDIR="$PWD/new" PREFIX='/opt/a b'
# A place that cannot be: tests may run as root, so no permissions are used.
touch file
status=0
env PREFIX="$PWD/file" tree/tools/install.sh >refused.out 2>refused.err || status=$?
[ $status = 1 ] || fail "a file as PREFIX: exit status $status"
grep -q "cannot make $PWD/file/bin; install as root, or choose another PREFIX" refused.err ||
    fail "$(cat refused.err)"
status=0
env PREFIX=/proc/hakmem ninja -C tree install >refused.out 2>&1 || status=$?
[ $status = 1 ] || fail "ninja install below /proc: exit status $status"
grep -q 'install: cannot make /proc/hakmem/bin' refused.out || fail "$(cat refused.out)"
