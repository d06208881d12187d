"""What a Python program does with a cluster, each step as one function that prints what it saw as JSON."""

import json
import socket
import sys
import threading
import time

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import portforward, stream

NAMESPACE = "default"

config.load_kube_config()
core = client.CoreV1Api()


def config_map(name, data):
    body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name), data=data)
    return core.create_namespaced_config_map(NAMESPACE, body)


def list_and_patch():
    config_map("python", {"a": "1"})
    core.patch_namespaced_config_map("python", NAMESPACE, {"data": {"b": "2"}})
    core.patch_namespaced_config_map("python", NAMESPACE, [{"op": "remove", "path": "/data/a"}])
    listed = core.list_namespaced_config_map(NAMESPACE, field_selector="metadata.name=python")
    try:
        core.read_namespaced_config_map("missing", NAMESPACE)
        missing = None
    except ApiException as error:
        missing = [error.status, json.loads(error.body)["message"]]
    return {"data": [item.data for item in listed.items], "missing": missing}


def watch_events():
    def change():
        time.sleep(0.3)
        config_map("watched", {"a": "1"})
        core.delete_namespaced_config_map("watched", NAMESPACE)

    threading.Thread(target=change).start()
    seen = []
    watcher = watch.Watch()
    for event in watcher.stream(
        core.list_namespaced_config_map,
        NAMESPACE,
        field_selector="metadata.name=watched",
        timeout_seconds=20,
    ):
        seen.append([event["type"], event["object"].data])
        if event["type"] == "DELETED":
            watcher.stop()
    return seen


def execute():
    wanted = dict(container="main", stderr=True, stdin=True, stdout=True, tty=False)
    command = ["bash", "-c", "read line; echo got $line; echo err >&2; exit 3"]
    session = stream(
        core.connect_get_namespaced_pod_exec, "shell", NAMESPACE, command=command, _preload_content=False, **wanted
    )
    session.write_stdin("a line\n")
    out, err = "", ""
    while session.is_open():
        session.update(timeout=1)
        out += session.read_stdout() if session.peek_stdout() else ""
        err += session.read_stderr() if session.peek_stderr() else ""
    whole = stream(
        core.connect_get_namespaced_pod_exec,
        "shell",
        NAMESPACE,
        command=["bash", "-c", "head -c 300000 /dev/zero | tr '\\0' x"],
        **{**wanted, "stdin": False},
    )
    return {"out": out, "err": err, "code": session.returncode, "length": len(whole), "all_x": set(whole) == {"x"}}


def forward():
    forwarded = portforward(core.connect_get_namespaced_pod_portforward, "server", NAMESPACE, ports="8000")
    connection = forwarded.socket(8000)
    connection.settimeout(10)
    connection.sendall(b"get\n")
    received = b""
    try:
        while len(received) < 300000:
            part = connection.recv(65536)
            if not part:
                break
            received += part
    except socket.timeout:
        pass
    refused = portforward(core.connect_get_namespaced_pod_portforward, "server", NAMESPACE, ports="9")
    refused.socket(9).recv(1)
    return {"length": len(received), "sum": sum(received), "error": forwarded.error(8000), "refused": refused.error(9)}


print(json.dumps(globals()[sys.argv[1]]()))
