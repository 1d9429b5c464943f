# For tests of every variant of hakmem, those that are built on demand included.
. "$ROOT/tests/cli/lib.sh"

VARIANTS=$ROOT/allocator/variants.ninja

# file_of NAME: what its stanza builds.
file_of() {
    case $1 in
    default) echo "$ROOT/build/lib/libhakmem.so" ;;
    static | static-*) echo "$ROOT/build/bin/worker-$1" ;;
    *) echo "$ROOT/build/lib/libhakmem-$1.so" ;;
    esac
}

# object_of NAME: its object of machine code.
object_of() {
    if [ "$1" = default ]; then
        echo "$ROOT/build/obj/libhakmem.o"
    else
        echo "$ROOT/build/obj/libhakmem-$1.o"
    fi
}

# value_of NAME KEY: a line of its stanza, or nothing.
value_of() {
    local suffix=-$1
    [ "$1" != default ] || suffix=
    "$PYTHON" - "$VARIANTS" "$suffix" "$2" <<'SCRIPT'
import re, sys

path, suffix, key = sys.argv[1:]
text = re.sub(r"\$\n *", "", open(path).read())
stanza, = re.findall(r"^build build/(?:lib/libhakmem|bin/worker)%s(?:\.so)?[ :].*\n((?:  .*\n)*)"
                     % re.escape(suffix), text, re.MULTILINE)
print(dict(re.findall(r"^  (\w+) = (.*)$", stanza, re.MULTILINE)).get(key, ""))
SCRIPT
}

# Names of all variants that can be built here go to `names`; those that cannot are said.
"$COMPARE" list variants >list
: >names
for name in $(sed -n 's/^hakmem\(:\([^ ]*\)\)\{0,1\} .*/\2/p' list | sed 's/^$/default/'); do
    read -ra needs < <(value_of "$name" needs)
    if "$ROOT/tools/can_build.sh" "$name" "${needs[@]}"; then
        [ -e "$(file_of "$name")" ] || skip "$name is not built: run ninja variants"
        echo "$name" >>names
    fi
done
