# Every build of hakmem that `ninja` makes: its flags are those of its stanza, real use of the interface
# and of threads goes as without it, and the checked stress finds nothing. Those that are built on demand:
# variants/.
# deadline: 900
. "$ROOT/tests/conformance/lib.sh"

sed -n '/^build libhakmem: phony/,/[^$]$/p' "$ROOT/allocator/variants.ninja" | tr ' ' '\n' |
    sed -n 's|^build/lib/libhakmem-\([^ .]*\)\.so$|\1|p' >names
for name in minimal fixed pruned counting debug; do
    grep -qx "$name" names || fail "there is no variant $name"
done

for name in default $(cat names); do
    suffix=-$name
    [ "$name" != default ] || suffix=
    LIBRARY=$(realpath "$ROOT/build/lib/libhakmem$suffix.so")
    python "$ROOT/allocator/variants.ninja" "$LIBRARY" "$name" <<'SCRIPT'
import ctypes, os, re, sys

stanzas, library, name = sys.argv[1:]
load = ctypes.CDLL(library).hak_configuration
load.restype = ctypes.c_char_p
words = load().decode().split()
stanza = re.search(r"^build build/lib/%s \|[^:]*: hak_shared.*\n((?:  .*\n)*)"
                   % re.escape(os.path.basename(library)), open(stanzas).read(), re.MULTILINE)
assert stanza, f"{name}: no stanza"
flags = re.findall(r"-D(\w+=\w+)", stanza[1])
assert name == "default" or flags, f"{name}: its stanza sets nothing"
for flag in flags + [f"VARIANT={name}", "BUILD_OPTIONS=none"]:
    assert flag in words, f"{name}: built with {flag}, but says {words}"
SCRIPT
    same "$PROGRAMS/interface"
    same "$PROGRAMS/lifecycle"
    same "$PROGRAMS/fork_threads"
    with_library "$PROGRAMS/stress" 40000 4 >stress.out || fail "$name: stress: $(cat stress.out)"
    loaded_everywhere
done
