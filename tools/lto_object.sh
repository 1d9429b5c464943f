#!/bin/sh
# Makes one object of machine code from an object for link-time optimisation, by linking a shared library
# and keeping what the optimiser made for it. The usual way to such an object, -r with nolto-rel, knows
# nothing of the link: hidden functions stay as they are, and nothing is optimised that is not anyway.
# Called by a rule of allocator/variants.ninja.
set -euf

[ $# -ge 3 ] || {
    echo 'usage: tools/lto_object.sh FROM TO COMPILER [FLAGS]' >&2
    exit 2
}
from=$1 to=$2
shift 2
folder=$to.folder

rm -rf "$folder" "$to"
mkdir -p "$folder"
if "$@" -dM -E -x c /dev/null 2>/dev/null | grep -q __clang__; then
    "$@" -flto -fuse-ld=lld -Wl,--lto-obj-path="$folder/library.ltrans0.ltrans.o" "$from" \
        -o "$folder/library"
else
    "$@" -flto -flto-partition=one -save-temps "$from" -o "$folder/library"
fi
set +f
set -- "$folder"/*.ltrans.o
if [ $# != 1 ] || [ ! -s "$1" ]; then
    echo "tools/lto_object.sh: the compiler left $# objects of machine code in $folder, expected is one" >&2
    exit 1
fi
mv "$1" "$to"
rm -rf "$folder"
