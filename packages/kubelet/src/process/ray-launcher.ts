/**
 * The `ray` that processes find first on their PATH: Ray's own, with every address of the node kept at 127.0.0.1, and
 * without `ray stop`, which ends by name whatever looks like Ray on the whole machine.
 *
 * Children get the same by `RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0`, with which `ray start` alone would refuse workers.
 */
export const RAY_LAUNCHER = `#!/usr/bin/env python3
import os, signal, sys

if sys.argv[1:2] == ["stop"]:
    with open(os.environ["HELIOSTAT_PID_FILE"]) as file:
        os.kill(int(file.read()), signal.SIGTERM)
    sys.exit(0)

import ray.util
from ray._private import ray_constants, services

services.get_node_ip_address = ray.util.get_node_ip_address = lambda address=None: "127.0.0.1"
ray_constants.ENABLE_RAY_CLUSTER = True

from ray.scripts.scripts import main

sys.exit(main())
`;
