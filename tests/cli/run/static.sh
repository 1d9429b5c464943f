# A statically linked program cannot be preloaded: every row says so, nothing is measured.
need gcc
echo 'int main(void) { return 0; }' >static.c
gcc -static static.c -o static 2>/dev/null || skip "no static C library"
expect 1 run "${quick[@]}" -a hakmem,glibc --json out.json -- ./static >table
python <<'SCRIPT'
import json

for cell in json.load(open("out.json"))["cells"]:
    for failed in cell["failures"]:
        assert failed["failure"] == "wrong-allocator", failed
        assert "./static is statically linked" in failed["reason"], failed
    assert len(cell["failures"]) == 1 and not cell["samples"], cell
SCRIPT
# A script counts as its interpreter.
printf '#!%s\n' "$PWD/static" >script
chmod +x script
expect 1 run "${quick[@]}" -a glibc -- ./script >table
grep -q 'statically linked' table || fail "$(cat table)"
