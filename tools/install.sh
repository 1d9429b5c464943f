#!/bin/sh
# Installs what ninja has built: the library, its header, the tool hakmem-compare with what it runs,
# documents. `ninja install` calls it; PREFIX, LIBDIR and DESTDIR come from the environment.
# hakmem-compare finds its worker in ../lib/hakmem, so the whole prefix may be moved.
set -euf

usage='usage: [PREFIX=/usr/local] [LIBDIR=PREFIX/lib] [DESTDIR=] ninja install

  PREFIX   where it will be used: PREFIX/bin, PREFIX/include, PREFIX/lib/hakmem, PREFIX/share
  LIBDIR   where the library and its pkg-config file go, such as /usr/lib64
  DESTDIR  a folder to put in front of all of that, to make a package

example: DESTDIR=$PWD/package PREFIX=/usr ninja install'

complain() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}
misused() {
    printf 'install: %s\n%s\n' "$1" "$usage" >&2
    exit 2
}

case $# in
0) ;;
*) case $1 in
    --help | -h)
        printf '%s\n' "$usage"
        exit 0
        ;;
    *) misused "unknown argument '$1'" ;;
    esac ;;
esac

prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-${prefix%/}/lib}
destdir=${DESTDIR:-}

# The names go into hakmem.pc and from there into command lines: no blanks, nothing to be quoted.
check_path() {
    case $2 in
    /*) ;;
    *) misused "$1=$2 is not an absolute path" ;;
    esac
    case $1:$2 in
    DESTDIR:*) ;;
    *[!A-Za-z0-9/._+~@:,-]*) misused "$1=$2 has a character that hakmem.pc cannot carry" ;;
    esac
}
check_path PREFIX "$prefix"
check_path LIBDIR "$libdir"
[ -z "$destdir" ] || check_path DESTDIR "$destdir"
prefix=${prefix%/}
libdir=${libdir%/}
destdir=${destdir%/}

umask 022 # what is installed is for all users
cd "$(dirname "$0")/.."
version=$(sed -n 's/^#define HAKMEM_VERSION "\(.*\)"$/\1/p' allocator/hakmem.h)
[ -n "$version" ] || complain 'allocator/hakmem.h names no HAKMEM_VERSION'
abi=${version%%.*}

# ------------------------------------------------------------------ putting files in place

# Every folder is made, and seen to be writable, before the first file is copied.
folder_make() {
    mkdir -p "$destdir$1" 2>/dev/null ||
        complain "cannot make $destdir$1; install as root, or choose another PREFIX or DESTDIR"
    [ -w "$destdir$1" ] ||
        complain "cannot write to $destdir$1; install as root, or choose another PREFIX or DESTDIR"
}

# put MODE FILE TARGET: under a name of its own first, so that a program that runs from the old file
# is not disturbed and no half-written file is ever found.
put() {
    [ -e "$2" ] || complain "$2 is not built; run ninja"
    cp "$2" "$destdir$3.new"
    chmod "$1" "$destdir$3.new"
    mv -f "$destdir$3.new" "$destdir$3"
}

link_to() {
    ln -s "$1" "$destdir$2.new"
    mv -f "$destdir$2.new" "$destdir$2"
}

pkg_config_file() {
    # Relative to the prefix where that is possible, so that pkg-config --define-prefix works.
    case $libdir in
    "$prefix"/*) libdir_text="\${prefix}${libdir#"$prefix"}" ;;
    *) libdir_text=$libdir ;;
    esac
    # A program that calls no malloc of its own gets the library all the same, for the C library's
    # calls: -u malloc in a static link, --no-as-needed in a shared one.
    cat <<END
prefix=$prefix
libdir=$libdir_text
includedir=\${prefix}/include

Name: hakmem
Description: Memory allocator in place of the C library's malloc
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -Wl,-u,malloc -Wl,--push-state,--no-as-needed -lhakmem -Wl,--pop-state
Libs.private: -pthread
END
}

tool=$prefix/lib/hakmem
documents=$prefix/share/doc/hakmem
manual=$prefix/share/man/man1
bash_completion=$prefix/share/bash-completion/completions
zsh_completion=$prefix/share/zsh/site-functions
for folder in "$prefix/bin" "$prefix/include" "$libdir/pkgconfig" "$tool" "$documents/docs" \
    "$manual" "$bash_completion" "$zsh_completion"; do
    folder_make "$folder"
done

put 644 build/lib/libhakmem.so "$libdir/libhakmem.so.$version"
link_to "libhakmem.so.$version" "$libdir/libhakmem.so.$abi"
link_to "libhakmem.so.$abi" "$libdir/libhakmem.so"
put 644 build/lib/libhakmem.a "$libdir/libhakmem.a"
put 644 allocator/hakmem.h "$prefix/include/hakmem.h"
pkg_config_file >"$destdir$libdir/pkgconfig/hakmem.pc.new"
chmod 644 "$destdir$libdir/pkgconfig/hakmem.pc.new"
mv -f "$destdir$libdir/pkgconfig/hakmem.pc.new" "$destdir$libdir/pkgconfig/hakmem.pc"

put 755 compare "$prefix/bin/hakmem-compare"
put 755 build/worker "$tool/worker"
put 755 build/stopwatch "$tool/stopwatch"
put 644 allocator/variants.ninja "$tool/variants.ninja"
# The builds of hakmem that `ninja` makes, and the floor. Leftovers of old trees stay behind, and what is
# built on demand is for the tree.
for library in libfloor $(sed -n '/^build libhakmem: phony/,/[^$]$/p' allocator/variants.ninja |
    tr ' ' '\n' | sed -n 's|^build/lib/\(libhakmem[^ .]*\)\.so$|\1|p'); do
    put 644 "build/lib/$library.so" "$tool/$library.so"
done

put 644 build/hakmem-compare.1 "$manual/hakmem-compare.1"
put 644 tools/completion.bash "$bash_completion/hakmem-compare"
put 644 tools/completion.zsh "$zsh_completion/_hakmem-compare"

put 644 README.md "$documents/README.md"
put 644 LICENSE "$documents/LICENSE"
set +f
for document in docs/*; do
    [ -d "$document" ] || put 644 "$document" "$documents/$document"
done

printf 'installed hakmem %s below %s\n' "$version" "$destdir$prefix"
[ -n "$destdir" ] || printf 'run ldconfig where %s is a folder of the dynamic linker\n' "$libdir"
