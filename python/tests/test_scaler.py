"""The exchanges of the client with a scaler, call by call. Run: ``python -m unittest discover -s tests``."""

from __future__ import annotations

import ast
import importlib
import os
import unittest
from pathlib import Path
from typing import Any, Dict
from unittest import mock

import requests

import heliostat_client as client
from recorded_scaler import RecordedScaler

CLUSTER = "/ddl_cluster_scaler/cluster/rayclusters/ray-abc"


def domino_cluster(workers: int, nodes: int) -> Dict[str, Any]:
    return {
        "apiVersion": "distributed-compute.dominodatalab.com/v1alpha1",
        "spec": {"worker": {"replicas": workers}, "autoscaling": {"minReplicas": workers}},
        "status": {"nodes": ["node-{}".format(number) for number in range(nodes)]},
    }


class ScalerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.scaler = RecordedScaler()
        self.addCleanup(self.scaler.close)
        self.environment = {
            "CLUSTER_SCALER_BASE_URL": self.scaler.url + "/",
            "DOMINO_TOKEN": "secret",
            "DOMINO_RUN_ID": "abc",
        }
        patch = mock.patch.dict(os.environ, self.environment, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def asked(self) -> Any:
        method, path, _, body = self.scaler.requests[-1]
        return method, path, body


class WhoCalls(ScalerTest):
    def test_a_proxy_comes_before_a_token_before_a_key(self) -> None:
        self.scaler.answers["GET /access-token"] = (200, "fresh\n")
        os.environ["DOMINO_API_KEY"] = "key"
        os.environ["DOMINO_API_PROXY"] = self.scaler.url
        self.assertEqual(client.get_auth_headers()["Authorization"], "Bearer fresh")
        del os.environ["DOMINO_API_PROXY"]
        self.assertEqual(client.get_auth_headers()["Authorization"], "Bearer secret")
        del os.environ["DOMINO_TOKEN"]
        self.assertEqual(client.get_auth_headers()["X-Domino-Api-Key"], "key")
        del os.environ["DOMINO_API_KEY"]
        with self.assertRaisesRegex(RuntimeError, "DOMINO_API_PROXY, DOMINO_TOKEN or DOMINO_API_KEY"):
            client.get_auth_headers()

    def test_a_proxy_without_a_token_is_an_error_and_not_another_identity(self) -> None:
        os.environ["DOMINO_API_PROXY"] = self.scaler.url
        for answer in ((200, ""), (500, "broken")):
            self.scaler.answers["GET /access-token"] = answer
            with self.assertRaisesRegex(RuntimeError, "access-token"):
                client.get_auth_headers()

    def test_credentials_do_not_follow_a_redirect(self) -> None:
        self.scaler.answers["GET " + CLUSTER] = (302, "")
        with self.assertRaises(client.ScalerError):
            client.get_cluster_status()
        self.assertEqual(len(self.scaler.requests), 1)


class WhichCluster(ScalerTest):
    def test_the_name_follows_from_kind_and_run(self) -> None:
        names = {"rayclusters": "ray-abc", "sparkclusters": "spark-abc", "rayclusters.ray.io": "ray-abc"}
        for kind, name in names.items():
            self.assertEqual(client.cluster_name_from_run_id(kind), name)
        del os.environ["DOMINO_RUN_ID"]
        with self.assertRaisesRegex(RuntimeError, "DOMINO_RUN_ID"):
            client.get_cluster_status()

    def test_a_run_id_stays_one_segment_of_the_path(self) -> None:
        os.environ["DOMINO_RUN_ID"] = "a/../b?c"
        with self.assertRaises(client.ScalerError):
            client.get_cluster_status()
        self.assertEqual(self.asked()[1], "/ddl_cluster_scaler/cluster/rayclusters/ray-a%2F..%2Fb%3Fc")


class Exchanges(ScalerTest):
    def test_health_needs_no_credentials_and_never_raises(self) -> None:
        del os.environ["DOMINO_TOKEN"]
        self.scaler.answers["GET /healthz"] = (200, {"status": "healthy"})
        self.assertEqual(client.is_cluster_auto_scaler_healthy(), (200, {"status": "healthy"}))
        os.environ["CLUSTER_SCALER_BASE_URL"] = "http://127.0.0.1:1"
        status, body = client.is_cluster_auto_scaler_healthy()
        self.assertEqual(status, 0)
        self.assertIn("error", body)

    def test_scaling_names_the_tier_under_both_keys(self) -> None:
        path = "/ddl_cluster_scaler/scale/rayclusters/ray-abc"
        self.scaler.answers["PATCH " + path] = (200, {"effective_replicas": 2})
        self.assertEqual(
            client.scale_cluster("rayclusters", worker_hw_tier_name="Medium", replicas=2),
            {"effective_replicas": 2},
        )
        tiers = {"worker_hw_tier": "Medium", "worker_hw_tier_id": "Medium"}
        self.assertEqual(self.asked(), ("PATCH", path, {"replicas": 2, **tiers}))
        client.scale_cluster(replicas=3, worker_hw_tier_name=None)
        self.assertEqual(self.asked()[2], {"replicas": 3})

    def test_the_head_changes_its_tier(self) -> None:
        path = "/ddl_cluster_scaler/head-hw-tier/rayclusters/ray-abc"
        self.scaler.answers["PATCH " + path] = (200, {"name": "ray-abc"})
        client.update_hw_tier_of_head_node("rayclusters", "Large")
        self.assertEqual(self.asked(), ("PATCH", path, {"head_hw_tier_name": "Large"}))

    def test_a_restart_is_stamped_and_looked_for_by_its_stamp(self) -> None:
        self.scaler.answers["PATCH /ddl_cluster_scaler/restart_head/rayclusters/ray-abc"] = (202, {"ok": True})
        client.restart_head_node("rayclusters")
        self.assertRegex(self.asked()[1], r"\?started_at=\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ$")
        self.scaler.answers["GET /ddl_cluster_scaler/restart_head_status/rayclusters/ray-abc"] = (200, {"ok": False})
        client.restart_head_node_status(restarted_since="2025-01-01T00:00:00+00:00")
        self.assertTrue(self.asked()[1].endswith("?started_at=2025-01-01T00%3A00%3A00%2B00%3A00"))

    def test_a_refusal_says_what_and_why(self) -> None:
        refusal = {"error": "not_scalable", "message": "Cannot scale this cluster: autoscaling not enabled"}
        self.scaler.answers["PATCH /ddl_cluster_scaler/scale/rayclusters/ray-abc"] = (409, refusal)
        with self.assertRaises(requests.HTTPError) as raised:
            client.scale_cluster()
        error = raised.exception
        assert isinstance(error, client.ScalerError)
        self.assertEqual((error.status, error.code), (409, "not_scalable"))
        self.assertIn("autoscaling not enabled", str(error))
        self.assertNotIn("secret", str(error))


class Waiting(ScalerTest):
    def test_scaling_is_complete_when_the_wanted_workers_run(self) -> None:
        self.scaler.answers["GET " + CLUSTER] = (200, domino_cluster(workers=2, nodes=2))
        self.assertFalse(client.is_scaling_complete())
        self.scaler.answers["GET " + CLUSTER] = (200, domino_cluster(workers=2, nodes=3))
        self.assertTrue(client.is_scaling_complete())
        self.scaler.answers["GET " + CLUSTER] = (200, {"spec": {}})
        self.assertFalse(client.is_scaling_complete())

    def test_a_cluster_of_ray_io_says_it_in_its_own_way(self) -> None:
        cluster = {
            "apiVersion": "ray.io/v1",
            "metadata": {"generation": 2},
            "status": {"observedGeneration": 1, "desiredWorkerReplicas": 1, "readyWorkerReplicas": 1},
        }
        self.scaler.answers["GET " + CLUSTER] = (200, cluster)
        self.assertFalse(client.is_scaling_complete(), "the operator has not seen the new number yet")
        cluster["status"]["observedGeneration"] = 2  # type: ignore[index]
        self.assertTrue(client.is_scaling_complete())

    def test_a_wait_ends_with_the_scaling(self) -> None:
        states = [(200, domino_cluster(2, nodes)) for nodes in (1, 2, 3)]
        self.scaler.answers["GET " + CLUSTER] = states
        self.assertTrue(client.wait_until_scaling_complete(interval_seconds=0.01))

    def test_a_wait_has_an_end_for_who_wants_one(self) -> None:
        self.scaler.answers["GET " + CLUSTER] = (200, domino_cluster(2, 1))
        with self.assertRaisesRegex(TimeoutError, "The scaling of ray-abc"):
            client.wait_until_scaling_complete(timeout_seconds=0.05, interval_seconds=0.01)

    def test_a_head_that_is_between_two_pods_is_waited_for(self) -> None:
        self.scaler.answers["GET /ddl_cluster_scaler/restart_head_status/rayclusters/ray-abc"] = [
            (404, {"status": "head_pod_not_found", "restarted": False}),
            (200, {"status": "restarted_but_not_ready"}),
            (200, {"status": "restarted_and_ready"}),
        ]
        client.wait_until_node_restarted(restarted_since="2025-01-01T00:00:00Z", interval_seconds=0.01)
        self.assertEqual(len(self.scaler.requests), 3)

    def test_a_cluster_that_is_gone_ends_the_wait(self) -> None:
        with self.assertRaises(client.ScalerError):
            client.wait_until_node_restarted(interval_seconds=0.01)


class ImportPaths(unittest.TestCase):
    def test_every_path_leads_to_the_same_functions(self) -> None:
        for path in (
            "ddl_cluster_scaling_client",
            "client.client.ddl_cluster_scaling_client",
            "src.client.ddl_cluster_scaling_client",
        ):
            module = importlib.import_module(path)
            for name in client.__all__:
                self.assertIs(getattr(module, name), getattr(client, name), path)


class Sources(unittest.TestCase):
    def test_they_are_read_by_the_oldest_python_that_is_promised(self) -> None:
        sources = list(Path(client.__file__).parent.glob("*.py"))
        self.assertGreater(len(sources), 4)
        for source in sources:
            ast.parse(source.read_text(), feature_version=(3, 8))


if __name__ == "__main__":
    unittest.main()
