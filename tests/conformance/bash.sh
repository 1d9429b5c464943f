# Subshells, pipes, arrays, long strings, here-documents and process substitution in bash.
cat >script <<'SCRIPT'
declare -a list
declare -A map
for ((i = 0; i < 3000; i++)); do
    list[i]="item $i"
    map[key$i]=$((i * i))
done
echo "${#list[@]} ${list[2999]} ${map[key77]}"
text=x
for ((i = 0; i < 20; i++)); do text+=$text; done
echo "${#text} $(printf %s "$text" | cksum)"
text=${text::10000}
text=${text//xx/yz}
echo "${#text} $(md5sum <<<"$text")"
unset "list[5]"
for i in {1..60}; do
    (
        inner=("${list[@]:i:5}")
        echo "${inner[*]}"
    )
done
sum=0
while read -r number; do ((sum += number)); done < <(seq 5000 | tac | sort -n)
echo "$sum"
seq 20000 | awk '{ n[$1 % 97] += $1 } END { for (k in n) print k, n[k] }' | sort -n | cksum
(sleep 0.05; echo late) & wait
recursive() { (($1 == 0)) && echo bottom || recursive $(($1 - 1)); }
recursive 500
(exit 7)
echo "status $?"
exit 3
SCRIPT
same bash script
