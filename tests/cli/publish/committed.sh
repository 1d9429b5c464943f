# The published results are what the committed data say: every table and every picture is made
# again and found equal. Pictures are compared byte for byte where gnuplot is the one that drew them,
# else by the scripts that hold their data.
# deadline: 900
need gnuplot xz
compare_folders() {
    local published=$1 again=$2 file version
    version=$(gnuplot --version)
    cut -c 67- "$published/MANIFEST" >names
    cut -c 67- "$again/MANIFEST" | diff names - || fail "other files"
    while read -r file; do
        case $file in
        *.svg | *.png)
            # A PNG also depends on the font that is there.
            if [ "${file##*.}" = png ] && ! fc-list 2>/dev/null | grep -F DejaVuSans.ttf >fonts; then
                continue
            fi
            if grep -qF "drawn by $version -->" "$published/${file%.*}.svg"; then
                cmp "$published/$file" "$again/$file"
            fi
            ;;
        # The page has the drawings in it.
        index.html)
            if grep -qsF "drawn by $version -->" "$published"/pictures/throughput-1.svg; then
                cmp "$published/$file" "$again/$file"
            fi
            ;;
        *) cmp "$published/$file" "$again/$file" ;;
        esac
    done <names
}

# A dry run names every workload, and the time of both runs; it leaves nothing.
"$ROOT/tools/publish_results.sh" measure -d plan -r 3 --dry-run >plan.txt
[ ! -e plan ] || fail "a dry run made a folder"
for workload in $("$COMPARE" --help | sed -n '/^Workloads:/,/^$/s/^  \([a-z][a-z_]*\) .*/\1/p'); do
    for threads in '1 thread' '2 threads'; do
        grep -q "^  $workload, ${threads}[ ,]" plan.txt || fail "$workload with $threads is not measured"
    done
done
grep -qE '^All runs together: about [1-9][0-9]* min$' plan.txt || fail "$(tail -n 3 plan.txt)"

# The script itself, on a small set: measured, published, and made again.
"$ROOT/tools/publish_results.sh" measure -d small -w mixed -c remote \
    -a hakmem,glibc -r 1 --seed 1 >said
grep -q '^2 runs, ' said || fail "$(cat said)"
[ "$(cd small && echo results*)" = 'results.db.xz results.json' ] || fail "$(ls small)"
[ ! -e "$(echo small/scale-*)" ] || fail "the pictures of scale are left"
"$ROOT/tools/publish_results.sh" page -d small -o again >/dev/null
grep -q 'pictures/scaling-2.svg$' small/MANIFEST || fail "no curves: $(cat small/MANIFEST)"
grep -q 'png$' small/MANIFEST && fail "PNGs in the set"
compare_folders small again
"$ROOT/tools/publish_results.sh" page -d small -o drawn --png >/dev/null
grep -q 'pictures/scaling-2.png$' drawn/MANIFEST || fail "no PNG: $(cat drawn/MANIFEST)"
status=0
"$ROOT/tools/publish_results.sh" measure -d small 2>refused || status=$?
[ $status = 2 ] && grep -q 'is there already' refused || fail "it measures over recorded data"

published=$ROOT/results/published
if [ -e "$published/results.db.xz" ]; then
    "$ROOT/tools/publish_results.sh" page -o committed >/dev/null
    compare_folders "$published" committed
fi
