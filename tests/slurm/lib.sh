# A real Slurm on this machine: munge, a controller and two nodes, all in the test's own folder and on
# ports of their own, run by whoever runs the test.
. "$ROOT/tests/cli/lib.sh"

[ -s "$ROOT/build/slurm/where" ] || fail "build/slurm/where is not built; run ninja test-slurm"
slurm_root=
. "$ROOT/build/slurm/where"
slurm_libraries=$slurm_root/usr/lib/$(gcc -print-multiarch 2>/dev/null || echo x86_64-linux-gnu)
slurm_pids=()

# A program of Slurm or munge; unpacked ones have longer names, which are links where installed.
slurm_program() {
    local found
    if [ -z "$slurm_root" ]; then
        PATH=$PATH:/usr/sbin:/sbin command -v "$1"
        return
    fi
    for found in "$slurm_root"/usr/{bin,sbin}/"$1"{,-wlm}; do
        if [ -x "$found" ]; then
            echo "$found"
            return
        fi
    done
    return 1
}

# What Slurm's programs need in their environment: unpacked ones find their libraries by it.
slurm_environment() {
    echo "SLURM_CONF=$PWD/slurm/slurm.conf"
    [ -z "$slurm_root" ] || echo "LD_LIBRARY_PATH=$slurm_libraries:$slurm_libraries/slurm-wlm"
}

slurm() {
    local program environment
    program=$(slurm_program "$1")
    mapfile -t environment < <(slurm_environment)
    shift
    env "${environment[@]}" "$program" "$@"
}

slurm_daemon() {
    local name=$1 program environment
    program=$(slurm_program "$2")
    mapfile -t environment < <(slurm_environment)
    shift 2
    env "${environment[@]}" "$program" "$@" >"slurm/$name.out" 2>&1 &
    slurm_pids+=($!)
}

# Writes a program into this folder that calls one of Slurm's, as where it is installed.
slurm_command() {
    local environment
    mapfile -t environment < <(slurm_environment)
    {
        printf '#!/bin/bash\nexec env'
        printf ' %q' "${environment[@]}" "$(slurm_program "$1")"
        printf ' "$@"\n'
    } >"$1"
    chmod +x "$1"
}

slurm_logs() {
    tail -n 30 slurm/*.log slurm/*.out >&2 || true
}

# Waits until the command succeeds.
slurm_await() {
    local what=$1 tries
    shift
    for ((tries = 0; tries < 300; tries++)); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.2
    done
    slurm_logs
    fail "$what did not happen"
}

slurm_nodes_idle() {
    [ "$(slurm sinfo --noheader --Node --states=idle --format=%N | sort | xargs)" = "one two" ]
}

slurm_queue_empty() {
    [ -z "$(slurm squeue --noheader --all)" ]
}

slurm_stop() {
    kill "${slurm_pids[@]}" 2>/dev/null || true
    wait
}

# Free ports that the kernel chose.
slurm_ports() {
    python <<'SCRIPT'
import socket
sockets = [socket.socket() for _ in range(3)]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])
SCRIPT
}

slurm_configure() {
    local host user ports
    host=$(hostname -s)
    user=$(id -un)
    read -ra ports < <(slurm_ports)
    cat >slurm/slurm.conf <<CONFIGURATION
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$PWD/slurm/munge.socket
StateSaveLocation=$PWD/slurm/state
SlurmdSpoolDir=$PWD/slurm/spool-%n
SlurmctldPidFile=$PWD/slurm/controller.pid
SlurmdPidFile=$PWD/slurm/node-%n.pid
SlurmctldLogFile=$PWD/slurm/controller.log
SlurmdLogFile=$PWD/slurm/node-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/linear
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
NodeName=one NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=1
NodeName=two NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=1
PartitionName=all Nodes=one,two Default=YES MaxTime=INFINITE State=UP
CONFIGURATION
    [ -z "$slurm_root" ] || echo "PluginDir=$slurm_libraries/slurm-wlm" >>slurm/slurm.conf
}

# Starts it; it ends with the test.
slurm_start() {
    local step
    mkdir -p slurm/state
    trap slurm_stop EXIT
    slurm_configure
    slurm mungekey --create --keyfile="$PWD/slurm/munge.key"
    slurm_daemon munge munged --foreground --force --key-file="$PWD/slurm/munge.key" \
        --socket="$PWD/slurm/munge.socket" --pid-file="$PWD/slurm/munge.pid" \
        --log-file="$PWD/slurm/munge.log" --seed-file="$PWD/slurm/munge.seed"
    slurm_await "munge" test -S slurm/munge.socket
    slurm_daemon controller slurmctld -D -i
    step=$(slurm_program slurmstepd) || step=
    slurm_daemon one slurmd -D -N one ${step:+-d "$step"}
    slurm_daemon two slurmd -D -N two ${step:+-d "$step"}
    slurm_await "two idle nodes" slurm_nodes_idle
}
