# A cgroup that allows some PUs of both nodes and the memory of one, and an affinity mask inside it.
guest_files=("/bin/mkdir=$(command -v mkdir)" "/bin/taskset=$(command -v taskset)")
guest -m 1024 -smp 8,sockets=2,cores=4,threads=1 \
    -object memory-backend-ram,id=m0,size=512M -object memory-backend-ram,id=m1,size=512M \
    -numa node,nodeid=0,memdev=m0,cpus=0-3 -numa node,nodeid=1,memdev=m1,cpus=4-7 <<'GUEST'
group=/sys/fs/cgroup
echo +cpuset >$group/cgroup.subtree_control
mkdir $group/few
echo 1-2,5-7 >$group/few/cpuset.cpus
echo 1 >$group/few/cpuset.mems
echo $$ >$group/few/cgroup.procs
$hak/compare topology
for policy in compact scatter numa distance:other; do
    place $policy 4
done
place compact@interleave 2
nodes
$hak/compare topology -p compact@node:0 -t 1 || echo "status $?"
sweep mixed -t 1,5 -p scatter,pus:0
$hak/build/worker mixed ops=1000 bind=0 || echo "status $?"
$hak/build/worker mixed ops=1000 bind=1@bind:0 || echo "status $?"
taskset -c 2,6 $hak/compare topology -p scatter -t 2
GUEST
