# 8 nodes of 2 cores.
nodes=()
for node in 0 1 2 3 4 5 6 7; do
    nodes+=(-object "memory-backend-ram,id=m$node,size=128M"
        -numa "node,nodeid=$node,memdev=m$node,cpus=$((2 * node))-$((2 * node + 1))")
done
guest -m 1024 -smp 16,sockets=8,cores=2,threads=1 "${nodes[@]}" <<'GUEST'
$hak/compare topology
for policy in compact scatter numa distance:other; do
    place $policy 10
done
place numa@interleave 8
nodes
place compact@node:5 2
nodes
sweep mixed -t 1,2 -p numa
GUEST
