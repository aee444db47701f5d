"""How long `kubelint lint` takes from a cold start, as a ratio to other tools on the same files.

    python tests/benchmarks/speed.py [--tree FOLDER] [--runs N] [--beside NAME=COMMAND]...

Two cases: a folder (by default one that is generated: 400 files, as a repository has them) and one small file without
a project around it. Each command runs in turn with kubelint's, so that a machine that slows down slows both; the ratio
is the median of the pairs. COMMAND is a shell-quoted command in which `{path}` stands for the path. yamllint is always
there, with its rules switched off but for the reading of the file.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
  labels:
    app.kubernetes.io/name: {name}
spec:
  type: {type}
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      containers:
        - name: {name}
          image: registry.example.com/{name}:1.0.0
          env:
            - name: LOG_LEVEL
              value: info
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  settings.properties: |
    name={name}
    level=info
"""


def generate(folder: Path, applications: int) -> None:
    """Write `applications` folders of four files each: a Service, a Deployment, two files of no interest."""
    for number in range(applications):
        name = f"app-{number:04}"
        below = folder / f"team-{number % 10}" / name
        below.mkdir(parents=True)
        kind = "LoadBalancer" if number % 20 == 0 else "ClusterIP"
        (below / "service.yaml").write_text(SERVICE.format(name=name, type=kind))
        (below / "deployment.yaml").write_text(DEPLOYMENT.format(name=name))
        (below / "settings.yaml").write_text(CONFIG_MAP.format(name=name))
        (below / "values.yaml").write_text("replicas: 2\nimage: example\n" * 20)


def seconds(command: list[str], folder: Path) -> float:
    """How long a command takes, from its start to its end."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return taken


def compare(title: str, path: Path, others: dict[str, str], runs: int) -> None:
    """Print kubelint's median time on a path, and its ratio to each other command's."""
    own = [str(Path(sys.executable).with_name("kubelint")), "lint", "--isolated", "--quiet", str(path)]
    seconds(own, path.parent)
    print(title)
    for name, text in others.items():
        other = [word.replace("{path}", str(path)) for word in shlex.split(text)]
        seconds(other, path.parent)
        pairs = [(seconds(own, path.parent), seconds(other, path.parent)) for _ in range(runs)]
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"  kubelint {mine * 1000:7.0f} ms   {name:<12} {theirs * 1000:7.0f} ms   ratio {ratio:5.2f}")


def main() -> None:
    """Run both cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, help="lint this folder instead of a generated one")
    parser.add_argument("--runs", type=int, default=7, help="pairs of runs [7]")
    parser.add_argument("--beside", action="append", default=[], metavar="NAME=COMMAND", help="a further command")
    arguments = parser.parse_args()
    yamllint = f"{shlex.quote(str(Path(sys.executable).with_name('yamllint')))} -d 'rules: {{}}' {{path}}"
    others = {"yamllint": yamllint, **dict(entry.split("=", 1) for entry in arguments.beside)}
    with tempfile.TemporaryDirectory() as temporary:
        tree = arguments.tree
        if tree is None:
            tree = Path(temporary) / "tree"
            generate(tree, applications=100)
        alone = Path(temporary) / "alone"
        alone.mkdir()
        single = alone / "service.yaml"
        single.write_text(SERVICE.format(name="web", type="ClusterIP") + "---\n" + DEPLOYMENT.format(name="web"))
        compare("a folder", tree.resolve(), others, arguments.runs)
        compare("one file, no project around it", single, others, arguments.runs)


if __name__ == "__main__":
    main()
