#!/usr/bin/env bash
# One head, two workers and a job with Ray's own commands, on one host: every node needs ports of its own.
# usage: job-by-hand.sh FOLDER_OF_RAY FOLDER_OF_JOB
set -euo pipefail
export PATH="$1:$PATH" RAY_USAGE_STATS_ENABLED=0
jobs=$2

ip link set lo up
ip link add uplink type veth peer name far
ip address add 10.99.0.1/24 dev uplink
ip link set uplink up
ip link set far up
ip route add default via 10.99.0.1
mount -t tmpfs -o size=4g tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp

node() { # BASE_PORT FLAGS…: a node whose ports begin at BASE_PORT
  local base=$1
  shift
  ray start "$@" --object-store-memory=500000000 --temp-dir="/tmp/ray-$base" \
    --node-manager-port=$((base + 1)) --object-manager-port=$((base + 2)) \
    --dashboard-agent-grpc-port=$((base + 3)) --dashboard-agent-listen-port=$((base + 4)) \
    --runtime-env-agent-port=$((base + 5)) --metrics-export-port=$((base + 6)) \
    --min-worker-port=$((base + 100)) --max-worker-port=$((base + 199)) >&2
}

node 20000 --head --num-cpus=0 --dashboard-host=127.0.0.1
node 21000 --address=10.99.0.1:6379 --num-cpus=1
node 22000 --address=10.99.0.1:6379 --num-cpus=1
ray job submit --address=http://127.0.0.1:8265 --working-dir "$jobs" -- python job.py
