"""Which workloads count as versions or tracks of one application."""

from __future__ import annotations

import pytest

from kubelint.parser import parse
from kubelint.resources import Workload, resources_in
from kubelint.source import Source
from kubelint.wiring.tracks import are_tracks, run_the_same


def workload(name: str, labels: str = "{app: web}", container: str = "{image: web}") -> Workload:
    template = f"{{metadata: {{labels: {labels}}}, spec: {{containers: [{container}]}}}}"
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {template}}}\n"
    (found,) = resources_in(parse(Source("web.yaml", text), 0, len(text)).root)
    assert isinstance(found, Workload)
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [("web", "web-canary"), ("web-blue", "web-green"), ("web-v1", "web-v2.3"), ("web-a", "web-b"), ("web-0", "web-1")],
)
def test_names_that_differ_by_a_track(one: str, other: str) -> None:
    assert are_tracks(workload(one), workload(other))


@pytest.mark.parametrize(("one", "other"), [("web", "web-worker"), ("web", "basket"), ("web-v1", "worker-v1")])
def test_names_that_differ_in_more(one: str, other: str) -> None:
    assert not are_tracks(workload(one), workload(other))


@pytest.mark.parametrize(
    ("one", "other", "is_track"),
    [
        ("{app: web, version: v1}", "{app: web, version: v2}", True),
        ("{app: web}", "{app: web, track: canary}", True),
        ("{app: web, app.kubernetes.io/version: v1}", "{app: web, app.kubernetes.io/version: v2}", True),
        ("{app: web, role: web}", "{app: web, role: worker}", False),
        ("{app: web, version: v1}", "{app: basket, version: v2}", False),
        ("{app: web}", "{app: web}", False),
    ],
)
def test_labels(one: str, other: str, is_track: bool) -> None:
    assert are_tracks(workload("shop", one), workload("till", other)) is is_track


@pytest.mark.parametrize(
    ("one", "other", "is_image", "is_all"),
    [
        ("{image: 'web:1'}", "{image: 'web:2'}", True, True),
        ("{image: 'web:1'}", "{image: 'web@sha256:0a1b'}", True, True),
        ("{image: 'example.com:5000/web'}", "{image: 'example.com:5000/web:2'}", True, True),
        ("{image: 'web:1'}", "{image: 'worker:1'}", False, False),
        ("{image: 'web:1'}", "{image: 'web:1', command: [work]}", True, False),
        ("{image: 'web:1', args: [work]}", "{image: 'web:1', args: [work]}", True, True),
        ("{name: web}", "{name: web}", False, False),
    ],
)
def test_what_they_run(one: str, other: str, is_image: bool, is_all: bool) -> None:
    first, second = workload("shop", container=one), workload("till", container=other)
    assert run_the_same(first, second, as_one=False) is is_image
    assert run_the_same(first, second, as_one=True) is is_all
