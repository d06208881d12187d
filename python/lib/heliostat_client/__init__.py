"""Scale, watch and restart clusters of Ray, Dask and Spark."""

from .clock import iso_utc_now
from .environment import cluster_name_from_run_id
from .http import ScalerError, get_auth_headers
from .scaler import (
    get_cluster_restart_status,
    get_cluster_status,
    is_cluster_auto_scaler_healthy,
    is_restart_complete,
    is_scaling_complete,
    list_clusters,
    restart_head_node,
    restart_head_node_status,
    scale_cluster,
    update_hw_tier_of_head_node,
    wait_until_head_restart_complete,
    wait_until_node_restarted,
    wait_until_scaling_complete,
)

__all__ = [
    "ScalerError",
    "cluster_name_from_run_id",
    "get_auth_headers",
    "get_cluster_restart_status",
    "get_cluster_status",
    "is_cluster_auto_scaler_healthy",
    "is_restart_complete",
    "is_scaling_complete",
    "iso_utc_now",
    "list_clusters",
    "restart_head_node",
    "restart_head_node_status",
    "scale_cluster",
    "update_hw_tier_of_head_node",
    "wait_until_head_restart_complete",
    "wait_until_node_restarted",
    "wait_until_scaling_complete",
]
