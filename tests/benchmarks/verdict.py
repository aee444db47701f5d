"""What the API server's verdict costs, as a ratio to turning the same documents into Nodes.

    python tests/benchmarks/verdict.py [--runs N]

The promise is a ratio of at most 1: the whole category `api` costs no more than reading.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from speed import DEPLOYMENT, SERVICE

from kubelint.apiserver import judge
from kubelint.cluster import Cluster
from kubelint.parser import Document, parse, split
from kubelint.resources import Resource, resources_in
from kubelint.source import Source

COPIES = 500
CASES = {
    "Services": [SERVICE.format(name=f"app-{number}", type="ClusterIP") for number in range(COPIES)],
    "load balancers": [SERVICE.format(name=f"app-{number}", type="LoadBalancer") for number in range(COPIES)],
    "Deployments": [DEPLOYMENT.format(name=f"app-{number}") for number in range(COPIES)],
}


def seconds(work: Callable[[], object]) -> float:
    """The processor time that a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(title: str, manifests: list[str], runs: int) -> None:
    """Print the medians for one document, and their ratio."""
    source = Source("manifests.yaml", "---\n".join(manifests))

    def read() -> list[Document]:
        return [parse(source, start, end) for start, end in split(source.text)]

    resources: list[Resource] = [resource for document in read() for resource in resources_in(document.root)]

    def decide() -> None:
        for resource in resources:
            judge(resource, Cluster())

    pairs = [(seconds(read), seconds(decide)) for _ in range(runs)]
    nodes, verdicts = (statistics.median(column) / COPIES * 1e6 for column in zip(*pairs, strict=True))
    ratio = statistics.median(verdict / node for node, verdict in pairs)
    print(f"  {title:<15} Nodes {nodes:6.0f} µs   verdict {verdicts:6.0f} µs   ratio {ratio:5.2f}")


def main() -> None:
    """Run every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="pairs of runs [7]")
    arguments = parser.parse_args()
    print("the API server's verdict, a document")
    for title, manifests in CASES.items():
        compare(title, manifests, arguments.runs)


if __name__ == "__main__":
    main()
