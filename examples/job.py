"""Estimate pi by throwing darts, on every node of the Ray cluster that this job runs on."""

import random
import socket
from collections import Counter

import ray

ROUNDS = 16
DARTS_PER_ROUND = 250_000


@ray.remote(num_cpus=1, scheduling_strategy="SPREAD")
def throw_darts(seed: int) -> tuple[int, str]:
    """How many darts hit the quarter circle, and the node that threw them."""
    rng = random.Random(seed)
    hits = sum(rng.random() ** 2 + rng.random() ** 2 <= 1 for _ in range(DARTS_PER_ROUND))
    return hits, socket.gethostname()


def main() -> None:
    ray.init()
    rounds = ray.get([throw_darts.remote(seed) for seed in range(ROUNDS)])
    nodes = Counter(node for _, node in rounds)
    for node, count in sorted(nodes.items()):
        print(f"{node}: {count} rounds")
    pi = 4 * sum(hits for hits, _ in rounds) / (ROUNDS * DARTS_PER_ROUND)
    print(f"pi is about {pi:.4f}, by {len(nodes)} node{'s' * (len(nodes) != 1)}: {', '.join(sorted(nodes))}", flush=True)


if __name__ == "__main__":
    main()
