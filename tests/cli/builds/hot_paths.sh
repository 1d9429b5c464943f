# Instructions on the hot paths, counted in the machine code of the default build up to the return. The
# bounds are those of docs/performance.md; what they are above the design's budgets is explained there.
need objdump
[ "$(uname -m)" = x86_64 ] || skip "counts are of x86-64 code"
readelf -p .comment "$ROOT/build/lib/libhakmem.so" | grep -q 'GCC: .* 12\.' ||
    skip "counts are of the code that gcc 12 makes"
objdump -d --no-show-raw-insn "$ROOT/build/lib/libhakmem.so" >code
python code <<'SCRIPT'
import re, sys

functions, name = {}, None
for line in open(sys.argv[1]):
    start = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
    instruction = re.match(r"^\s+([0-9a-f]+):\s+(\S+)\s*(.*)$", line)
    if start:
        name = start.group(1)
        functions[name] = []
    elif instruction and name:
        functions[name].append((int(instruction.group(1), 16), *instruction.groups()[1:]))


def walk(name, taken=()):
    """Instructions from the entry to the return; the `taken`-th conditional jumps are taken."""
    body = functions[name]
    index = {address: i for i, (address, _, _) in enumerate(body)}
    at = count = seen = 0
    while True:
        _, mnemonic, operands = body[at]
        count += 1
        if mnemonic == "ret":
            return count
        target = re.match(r"^([0-9a-f]+) <([^+>]+)(?:\+0x[0-9a-f]+)?>", operands)
        if mnemonic == "jmp" and target:
            if int(target.group(1), 16) in index:
                at = index[int(target.group(1), 16)]
                continue
            return count + walk(target.group(2))
        if mnemonic.startswith("j") and target:
            seen += 1
            if seen in taken:
                at = index[int(target.group(1), 16)]
                continue
        at += 1


# The second conditional jump of free is the one for blocks of other heaps.
for path, count, bound in (("malloc", walk("malloc"), 17), ("local free", walk("free"), 28),
                           ("foreign free", walk("free", taken=(2,)), 48)):
    print(f"{path}: at most {bound}" if count <= bound else f"{path}: {count}, more than {bound}")
SCRIPT
