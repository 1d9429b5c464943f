# 2 sockets of 4 cores, each a NUMA node; the nodes are of different size. Placements, memory bound to
# nodes, hakmem's pools per node, and a short sweep.
guest_files=("/node_pools=$ROOT/build/numa/node_pools")
guest -m 1536 -smp 8,sockets=2,cores=4,threads=1 \
    -object memory-backend-ram,id=m0,size=1G -object memory-backend-ram,id=m1,size=512M \
    -numa node,nodeid=0,memdev=m0,cpus=0-3 -numa node,nodeid=1,memdev=m1,cpus=4-7 <<'GUEST'
$hak/compare topology
for policy in compact scatter core numa llc distance:other pus:7,1; do
    place $policy 4
done
for memory in node:0 node:1 interleave; do
    place scatter@$memory 4
    nodes
done
place pus:0,1@local 2
nodes
place pus:4,5@local 2
nodes
$hak/build/worker mixed ops=1000 bind=0@bind:2 || echo "status $?"
echo "blocks that come from the node of their thread, after the other node's thread freed all before:"
LD_PRELOAD=$hak/build/lib/libhakmem.so /node_pools 1 6
echo "the same without an allocator that knows nodes:"
LD_PRELOAD=$hak/build/lib/libfloor.so /node_pools 1 6
echo "a thread that goes to the other node and replaces its blocks:"
LD_PRELOAD=$hak/build/lib/libhakmem.so /node_pools migrate 1 6
sweep remote -t 1,2 -p distance:other,scatter@node:1,compact@node:2
GUEST
