"""What two objects of one cluster cannot both have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubelint import Resource, Workspace
from kubelint.project import Project, ProjectSettings
from kubelint.wiring.collisions import Claim, are_different, collisions


def service(name: str, color: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, labels: {{color: {color}}}}}\nspec: {{}}\n---\n"


def colors(resource: Resource) -> Iterator[Claim]:
    """Each object wants the color of its label for itself."""
    color = resource.labels.get("color")
    if color is not None:
        yield Claim(color.text, resource, color)


def workspace_of(folder: Path, files: dict[str, str], **settings: Any) -> Workspace:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = Project(str(folder), ProjectSettings(**settings))
    return project.workspace_of(os.path.normpath(folder / next(iter(files))))


def collisions_in(workspace: Workspace) -> list[tuple[str | None, str | None]]:
    """The names of what collides, the later one first."""
    return [
        (claim.owner.name, earlier.owner.name)
        for resource in workspace.resources
        for claim, earlier in collisions(resource, colors, are_different, workspace)
    ]


def test_the_later_one_collides_with_the_first(tmp_path: Path) -> None:
    files = {
        "b.yaml": service("third", "red") + service("fourth", "blue"),
        "a.yaml": service("first", "red") + service("second", "red"),
    }
    assert collisions_in(workspace_of(tmp_path, files)) == [("second", "first"), ("third", "first")]


def test_an_object_does_not_collide_with_itself(tmp_path: Path) -> None:
    assert collisions_in(workspace_of(tmp_path, {"a.yaml": service("one", "red") + service("one", "red")})) == []


def test_the_first_that_is_in_the_same_cluster_counts(tmp_path: Path) -> None:
    files = {
        "a/demo.yaml": service("demo", "red"),
        "b/one.yaml": service("one", "red"),
        "b/two.yaml": service("two", "red"),
    }
    assert collisions_in(workspace_of(tmp_path, files)) == [("two", "one")]


def test_the_configuration_says_what_belongs_together(tmp_path: Path) -> None:
    files = {"shop/web/one.yaml": service("one", "red"), "shop/orders/two.yaml": service("two", "red")}
    assert collisions_in(workspace_of(tmp_path, files)) == []
    together = workspace_of(tmp_path, files, is_application=lambda path: os.path.basename(path) == "shop")
    assert collisions_in(together) == [("one", "two")]


@pytest.mark.parametrize("name", ["demo/{}/service.yaml", "all/{}.yaml"])
def test_the_cost_grows_with_the_collisions_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    calls = 0
    original = Workspace.are_together

    def counted(self: Workspace, one: Resource, other: Resource) -> bool:
        nonlocal calls
        calls += 1
        return original(self, one, other)

    monkeypatch.setattr(Workspace, "are_together", counted)
    color = "red" if name.startswith("demo") else "color-{}"
    files = {name.format(number): service(f"s{number}", color.format(number)) for number in range(50)}
    files[name.format(50)] = service("s50", color.format(0)) + service("s51", color.format(0))
    found = collisions_in(workspace_of(tmp_path, files))
    assert len(found) == calls == (1 if name.startswith("demo") else 2)
