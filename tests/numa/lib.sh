# Machines that are not here: guests under qemu with software emulation, so that no rights and no
# hardware are needed. What a guest's script prints is the test's output.
. "$ROOT/tests/lib.sh"

need qemu-system-x86_64 ldd
kernel=$ROOT/build/numa/kernel
[ -s "$kernel" ] || fail "build/numa/kernel is not built; run ninja test-numa"
[ "$(stat -c %s "$kernel")" -gt 100000 ] || skip "$(cat "$kernel")"

# What every guest's script begins with.
guest_functions='
hak=/hak

# Runs the worker where the placement $1 puts $2 threads; its report is in the file report.
place() {
    bind=$($hak/compare topology -p $1 -t $2 | while read -r word rest; do
        case $word in worker) echo "${rest#bind=}" ;; esac
    done)
    $hak/build/worker mixed threads=$2 ops=5000 bind=$bind >/tmp/report
    bound=0
    while read -r word rest; do
        case "$word $rest" in thread*" bound=1 "*) bound=$((bound + 1)) ;; esac
    done </tmp/report
    echo "$1: $bind: $bound threads bound"
}

# Says on which nodes at least a tenth of the private memory in the last report lies.
nodes() {
    total=0
    while read -r word rest; do
        case $word in node) total=$((total + ${rest##*=})) ;; esac
    done </tmp/report
    text=
    while read -r word number rest; do
        case $word in node)
            [ $((${rest##*=} * 10)) -lt $total ] || text="$text $number" ;;
        esac
    done </tmp/report
    echo "memory on nodes:$text"
}

# A short sweep; prints allocator and threads of each row, what failed, and what is not possible.
sweep() {
    status=0
    $hak/compare scale "$@" -r 1 -a hakmem -o /tmp/results --seed 1 >/tmp/table 2>/tmp/progress || status=$?
    echo "sweep ended with status $status"
    while read -r line; do
        case $line in
            hakmem*[0-9]* | floor*[0-9]*)
                set -- $line
                if [ $3 = over ]; then echo "row $1 $2 over"; else echo "row $1 $2"; fi ;;
            *failures* | *"not on this machine"*) echo "$line" ;;
        esac
    done </tmp/table
}
'

guest_began() {
    grep -q 'guest: begin' console
}

# guest QEMU-ARGUMENT...: boots a guest that runs the script of standard input; prints its output.
# An emulator that crashes or hangs before the script begins is started again, twice at most: qemu 7.2
# does so now and then while it starts many processors on a busy machine. The third may take its time.
guest() {
    { echo "$guest_functions"; cat; } >guest.sh
    "$PYTHON" "$ROOT/tests/numa/initrd" guest.sh "${guest_files[@]}" >initrd
    local status attempt emulator waited
    for attempt in 1 2 3; do
        status=0 waited=0
        : >console
        # shellcheck disable=SC2016 # bash expands it; a shell of its own keeps a crash to itself
        bash -c '"$@" & child=$!; trap "kill $child; wait $child" TERM; wait $child; exit $?' guest \
            timeout 200 qemu-system-x86_64 \
            -accel tcg,thread=multi -cpu max,vendor=GenuineIntel \
            -nographic -no-reboot -net none -kernel "$kernel" -initrd initrd \
            -append "console=ttyS0 quiet loglevel=1 panic=-1" \
            -serial file:console -monitor none -display none "$@" >qemu.out 2>&1 &
        emulator=$!
        while [ $attempt -lt 3 ] && kill -0 $emulator 2>/dev/null && ! guest_began; do
            if [ $waited -eq 40 ]; then
                kill $emulator
                break
            fi
            sleep 1
            waited=$((waited + 1))
        done
        wait $emulator || status=$?
        guest_began || [ $status -eq 0 ] || continue
        break
    done
    tr -d '\r' <console >console.text
    sed -n '/^guest: begin$/,/^guest: end/p' console.text | sed '1d;$d'
    grep -qx 'guest: end 0' console.text ||
        fail "guest ended badly (qemu: status $status): $(cat qemu.out) $(tail -n 40 console.text)"
}
guest_files=()
