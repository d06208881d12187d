"""The quick start of the scaler's client, as notebooks have it, with an end to every wait."""

import json

from client.client.ddl_cluster_scaling_client import (
    get_cluster_status,
    is_cluster_auto_scaler_healthy,
    restart_head_node,
    restart_head_node_status,
    scale_cluster,
    wait_until_node_restarted,
    wait_until_scaling_complete,
)

PATIENCE = 240

seen = {}
code, body = is_cluster_auto_scaler_healthy()
seen["health"] = [code, body]
seen["kind"] = get_cluster_status("rayclusters")["kind"]
scaled = scale_cluster("rayclusters", worker_hw_tier_name="Medium", replicas=2)
seen["effective"] = scaled["effective_replicas"]
wait_until_scaling_complete("rayclusters", timeout_seconds=PATIENCE)
seen["workers"] = get_cluster_status("rayclusters")["status"]["readyWorkerReplicas"]

kick = restart_head_node("rayclusters")
started_at = kick.get("started_at")
seen["pod"] = kick["pod"]
seen["before"] = restart_head_node_status("rayclusters", restarted_since=started_at)["ok"]
wait_until_node_restarted("rayclusters", restarted_since=started_at, timeout_seconds=PATIENCE)
seen["after"] = restart_head_node_status("rayclusters", restarted_since=started_at)["status"]
print(json.dumps(seen))
