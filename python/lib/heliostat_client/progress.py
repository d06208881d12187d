"""How far a cluster is with what was asked of it, read from the object itself."""

from __future__ import annotations

from typing import Any, Mapping, Optional


def is_scaled(cluster: Any) -> bool:
    """Whether as many workers run as are wanted. An object that does not say so is not there yet."""
    wanted = _wanted_workers(cluster)
    actual = _actual_workers(cluster)
    return wanted is not None and wanted == actual


def _wanted_workers(cluster: Any) -> Optional[int]:
    if _is_ray_io(cluster):
        return _number(cluster, "status", "desiredWorkerReplicas")
    replicas = _number(cluster, "spec", "worker", "replicas")
    return replicas if replicas is not None else _number(cluster, "spec", "autoscaling", "minReplicas")


def _actual_workers(cluster: Any) -> Optional[int]:
    if _is_ray_io(cluster):
        # Until the operator has seen the newest spec, its numbers are about an older one.
        observed = _number(cluster, "status", "observedGeneration")
        if observed != _number(cluster, "metadata", "generation"):
            return None
        return _number(cluster, "status", "readyWorkerReplicas") or 0
    nodes = _at(cluster, "status", "nodes")
    # Head, scheduler or master comes first.
    return len(nodes) - 1 if isinstance(nodes, list) and nodes else None


def _is_ray_io(cluster: Any) -> bool:
    return str(_at(cluster, "apiVersion") or "").startswith("ray.io/")


def _number(cluster: Any, *path: str) -> Optional[int]:
    value = _at(cluster, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _at(value: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
