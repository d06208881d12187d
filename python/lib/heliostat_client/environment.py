"""What the client reads from its environment, anew with each call."""

from __future__ import annotations

import os
from typing import Optional

DEFAULT_BASE_URL = "http://ddl-cluster-scaler-svc.domino-field.svc.cluster.local"
DEFAULT_NAMESPACE = "domino-compute"


def base_url() -> str:
    """Where the scaler is: ``CLUSTER_SCALER_BASE_URL``, without a slash at its end."""
    return (_value("CLUSTER_SCALER_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")


def namespace() -> str:
    """Where clusters live: ``COMPUTE_NAMESPACE``."""
    return _value("COMPUTE_NAMESPACE") or DEFAULT_NAMESPACE


def api_proxy() -> Optional[str]:
    """Who hands out tokens at ``/access-token``: ``DOMINO_API_PROXY``."""
    return _value("DOMINO_API_PROXY")


def token() -> Optional[str]:
    """A bearer token: ``DOMINO_TOKEN``."""
    return _value("DOMINO_TOKEN")


def api_key() -> Optional[str]:
    """An API key: ``DOMINO_API_KEY``."""
    return _value("DOMINO_API_KEY")


def cluster_name_from_run_id(cluster_kind: str) -> str:
    """The name of this run's cluster: ``ray-<DOMINO_RUN_ID>`` for ``rayclusters`` and for ``rayclusters.ray.io``.

    Raises:
        RuntimeError: ``DOMINO_RUN_ID`` is not set.
    """
    run_id = _value("DOMINO_RUN_ID")
    if run_id is None:
        raise RuntimeError("Cannot name the cluster: set DOMINO_RUN_ID to the id of this run")
    plural = cluster_kind.split(".", 1)[0]
    return "{}-{}".format(plural.replace("clusters", ""), run_id)


def _value(name: str) -> Optional[str]:
    text = os.environ.get(name, "").strip()
    return text or None
