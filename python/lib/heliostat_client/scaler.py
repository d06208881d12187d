"""The functions of the scaler's client. Each says what it does in the words of the service."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from . import http
from .clock import iso_utc_now, wait_until
from .environment import cluster_name_from_run_id
from .http import Answer, ScalerError
from .progress import is_scaled

#: A stamp that no restart is ever after: what a caller gets who names none.
NEVER = "2099-12-31T00:00:00Z"

_ROOT = "/ddl_cluster_scaler"


def is_cluster_auto_scaler_healthy() -> Tuple[int, Any]:
    """Ask ``/healthz``. Answers ``(status, body)``; status 0 when nobody answers."""
    return http.probe("/healthz")


def list_clusters(cluster_kind: str = "rayclusters") -> List[Dict[str, Any]]:
    """The clusters of a kind that the caller may see, as Kubernetes objects."""
    answer = _object(http.ask("{}/list/{}".format(_ROOT, http.segment(cluster_kind))))
    clusters: List[Dict[str, Any]] = answer["clusters"]
    return clusters


def get_cluster_status(cluster_kind: str = "rayclusters") -> Dict[str, Any]:
    """This run's cluster as a Kubernetes object.

    Raises:
        ScalerError: There is none, or it belongs to somebody else.
        RuntimeError: ``DOMINO_RUN_ID`` or the credentials are missing, or the answer is not JSON.
    """
    return _object(http.ask(_path("cluster", cluster_kind)))


def scale_cluster(
    cluster_kind: str = "rayclusters", worker_hw_tier_name: Optional[str] = "Small", replicas: int = 1
) -> Answer:
    """Ask for ``replicas`` workers on a hardware tier, given by name or id. The cluster's own maximum caps the number.

    ``worker_hw_tier_name=None`` leaves the tier as it is.
    """
    body: Dict[str, Any] = {"replicas": replicas}
    if worker_hw_tier_name is not None:
        body["worker_hw_tier"] = worker_hw_tier_name
        body["worker_hw_tier_id"] = worker_hw_tier_name
    return http.tell(_path("scale", cluster_kind), body)


def is_scaling_complete(cluster_kind: str = "rayclusters") -> bool:
    """Whether as many workers run as are wanted."""
    return is_scaled(get_cluster_status(cluster_kind))


def wait_until_scaling_complete(
    cluster_kind: str = "rayclusters",
    *,
    timeout_seconds: Optional[float] = None,
    interval_seconds: float = 2.0,
) -> bool:
    """Ask until :func:`is_scaling_complete`. Raises: TimeoutError, if a timeout is given."""
    wait_until(
        lambda: is_scaling_complete(cluster_kind),
        "The scaling of {}".format(cluster_name_from_run_id(cluster_kind)),
        interval_seconds,
        timeout_seconds,
    )
    return True


def update_hw_tier_of_head_node(
    cluster_kind: str = "rayclusters", head_hw_tier_name: str = "Small"
) -> Answer:
    """Put the head on a hardware tier: a restart of the head, if it was on another one."""
    return http.tell(_path("head-hw-tier", cluster_kind), {"head_hw_tier_name": head_hw_tier_name})


def restart_head_node(
    cluster_kind: str = "rayclusters", *, head_hw_tier_name: Optional[str] = None
) -> Answer:
    """Replace the head's pod. The answer's ``started_at`` is what :func:`restart_head_node_status` asks for."""
    body = None if head_hw_tier_name is None else {"head_hw_tier_name": head_hw_tier_name}
    return http.tell(_path("restart_head", cluster_kind), body, {"started_at": iso_utc_now()})


def restart_head_node_status(
    cluster_kind: str = "rayclusters", restarted_since: str = NEVER
) -> Answer:
    """Whether the head has been restarted at or after a moment and is ready: ``ok``, ``restarted``, ``ready``, ``status``."""
    return http.ask(_path("restart_head_status", cluster_kind), {"started_at": restarted_since})


def wait_until_node_restarted(
    cluster_kind: str = "rayclusters",
    restarted_since: str = NEVER,
    *,
    timeout_seconds: Optional[float] = None,
    interval_seconds: float = 3.0,
) -> None:
    """Ask until the status is ``restarted_and_ready``. Raises: TimeoutError, if a timeout is given."""
    wait_until(
        lambda: _is_restarted(cluster_kind, restarted_since),
        "The restart of the head of {}".format(cluster_name_from_run_id(cluster_kind)),
        interval_seconds,
        timeout_seconds,
    )


def get_cluster_restart_status(
    cluster_kind: str = "rayclusters", node_type: str = "worker", restart_ts: str = ""
) -> Answer:
    """How far a roll of all workers, or of the head, is that began at ``restart_ts``."""
    path = "{}/{}".format(_path("restart_status", cluster_kind), http.segment(node_type))
    return http.ask(path, {"started_at": restart_ts})


def is_restart_complete(
    cluster_kind: str = "rayclusters", node_type: str = "worker", restart_ts: str = ""
) -> bool:
    """Whether every node of a type is newer than ``restart_ts``, and ready."""
    answer = get_cluster_restart_status(cluster_kind, node_type, restart_ts)
    return isinstance(answer, dict) and answer.get("ok") is True


def wait_until_head_restart_complete(
    cluster_kind: str = "rayclusters",
    restart_ts: str = "",
    *,
    timeout_seconds: Optional[float] = None,
    interval_seconds: float = 3.0,
) -> bool:
    """Ask until the head is newer than ``restart_ts``, and ready. Raises: TimeoutError, if a timeout is given."""
    wait_until(
        lambda: is_restart_complete(cluster_kind, "head", restart_ts),
        "The restart of the head of {}".format(cluster_name_from_run_id(cluster_kind)),
        interval_seconds,
        timeout_seconds,
    )
    return True


def _is_restarted(cluster_kind: str, restarted_since: str) -> bool:
    try:
        answer = restart_head_node_status(cluster_kind, restarted_since)
    except ScalerError as error:
        # Older services say so while the new head does not exist yet.
        if isinstance(error.body, dict) and error.body.get("status") == "head_pod_not_found":
            return False
        raise
    return isinstance(answer, dict) and answer.get("status") == "restarted_and_ready"


def _path(action: str, cluster_kind: str) -> str:
    name = cluster_name_from_run_id(cluster_kind)
    return "{}/{}/{}/{}".format(_ROOT, action, http.segment(cluster_kind), http.segment(name))


def _object(answer: Answer) -> Dict[str, Any]:
    if isinstance(answer, dict):
        return answer
    raise RuntimeError("Cannot read the scaler's answer: it is not JSON: {!r}".format(answer))
