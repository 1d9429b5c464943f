# 1 socket of 4 cores with 2 threads each.
guest -m 768 -smp 8,sockets=1,cores=4,threads=2 <<'GUEST'
$hak/compare topology
for policy in compact scatter core smt llc numa distance:core distance:l3; do
    place $policy 6
done
place core 16
sweep mixed -t 1,2 -p smt
echo 0 >/sys/devices/system/cpu/cpu3/online
echo 0 >/sys/devices/system/cpu/cpu5/online
$hak/compare topology
for policy in compact core distance:core; do
    place $policy 4
done
$hak/compare topology -p pus:3 -t 1 || echo "status $?"
GUEST
