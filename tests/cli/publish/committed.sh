# The published results are what the committed data say: every table and every picture is made
# again and found equal. Pictures are compared byte for byte where gnuplot is the one that drew them,
# else by the scripts that hold their data.
# deadline: 900
need gnuplot
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

# The script itself, on a small set: measured, published, and made again.
"$ROOT/tools/publish_results.sh" measure -d small -w mixed,larson \
    -a hakmem,glibc -r 1 --seed 1 >said
grep -q '^1 run, ' said || fail "$(cat said)"
"$ROOT/tools/publish_results.sh" page -d small -o again >/dev/null
[ "$(wc -l <small/MANIFEST)" -gt 20 ] || fail "$(cat small/MANIFEST)"
compare_folders small again
# Every workload is in the set unless others are named.
status=0
"$ROOT/tools/publish_results.sh" measure -d plan --dry-run 2>refused || status=$?
[ $status = 2 ] && grep -q 'there is no results database' refused || fail "$(cat refused)"
for workload in $("$COMPARE" --help | sed -n '/^Workloads:/,/^$/s/^  \([a-z][a-z_]*\) .*/\1/p'); do
    grep -qw "$workload" plan/table.txt || fail "$workload is not measured"
done
status=0
"$ROOT/tools/publish_results.sh" measure -d small 2>refused || status=$?
[ $status = 2 ] && grep -q 'is there already' refused || fail "it measures over recorded data"

published=$ROOT/results/published
if [ -e "$published/results.db" ]; then
    "$ROOT/tools/publish_results.sh" page -o committed >/dev/null
    compare_folders "$published" committed
fi
