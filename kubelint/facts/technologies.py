"""What runs behind a Service, by its signs: the table of technologies that had better not be reached from outside.

Every answer is a look-up on text (an image reference, a label, a port number, a name); what a Service selects and how
the signs agree is for `kubelint.recognition` to find out. The table is read once, when it is first asked for.
"""

from __future__ import annotations

import functools
import json
import os

# The usual guard comes from `typing`, which this module does not need at run time; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

__all__ = ["DATA_STORES", "ImageMatch", "Technologies", "Technology", "technologies"]

_IMAGE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+")
_ANY = "*"
_LONGEST_NAME = 4
_EXPORTERS = frozenset(("exporter", "exporters"))


DATA_STORES = frozenset(("database", "cache", "queue", "search", "vector-db", "storage"))
"""The categories of what keeps data."""


class Technology:
    """A technology and the signs it is known by; one entry of `technologies.json`.

    `name` is what a sentence calls it: `Redis`, `the kubelet`. `category` is one of DATA_STORES, `control-plane`,
    `admin-ui`, `ai-inference`, `debug`, `remote-access` or `telemetry`. `severity` is how bad it is to find it open to
    the internet: `critical`, `high`, `medium` or `low`; on the nodes' network it is one step less.

    `ports` are the numbers that it listens on, and what speaks there: `client`, `ui`, `admin`, `peer`, `metrics`,
    `ingest`, `remote`, `debug` or `discovery`. `only_on` are the numbers and names of the ports that matter where its
    others are meant for the public; empty: every port. `images` are repository paths without registry and tag, `labels`
    maps a label key to the values that identify the technology (`*` is any value). `environment` are variables that
    only the thing itself is given, `arguments` are options that start it. `auth_off` says that its authentication is
    switched off: `NAME=value` (`NAME=*` for any value) is a variable, what begins with a dash stands in a command line.
    `source` says where the facts were read.
    """

    __slots__ = (
        "arguments",
        "auth_off",
        "category",
        "environment",
        "id",
        "images",
        "labels",
        "name",
        "only_on",
        "port_names",
        "ports",
        "service_names",
        "severity",
        "source",
    )

    def __init__(self, identifier: str, entry: dict[str, Any]) -> None:
        self.id = identifier
        self.name: str = entry["name"]
        self.category: str = entry["category"]
        self.severity: str = entry["severity"]
        self.ports: dict[int, str] = {int(number): role for number, role in entry["ports"].items()}
        self.only_on = frozenset(entry.get("only_on", ()))
        self.images: tuple[str, ...] = tuple(entry["images"])
        self.labels: dict[str, tuple[str, ...]] = {key: tuple(values) for key, values in entry["labels"].items()}
        self.environment: tuple[str, ...] = tuple(entry.get("environment", ()))
        self.arguments: tuple[str, ...] = tuple(entry.get("arguments", ()))
        self.auth_off: tuple[str, ...] = tuple(entry.get("auth_off", ()))
        self.port_names: tuple[str, ...] = tuple(entry["port_names"])
        self.service_names: tuple[str, ...] = tuple(entry["service_names"])
        self.source: str = entry["source"]

    def __repr__(self) -> str:
        return f"Technology({self.id!r})"

    @property
    def is_data_store(self) -> bool:
        """Whether it keeps data."""
        return self.category in DATA_STORES

    def listens_on(self, numbers: Iterable[int], names: Iterable[str]) -> bool:
        """Whether one of these port numbers or names is one of its own; of `only_on`, where that is said."""
        if self.only_on:
            return any(str(number) in self.only_on for number in numbers) or not self.only_on.isdisjoint(names)
        return any(number in self.ports for number in numbers)


class ImageMatch:
    """What an image reference says: the technology, and whether that is certain.

    `strong` is true for an image that the table lists, wherever it was mirrored to. It is false where only the last
    part of the path bears the name, as in `gcr.io/acme/redis`: somebody's own build, most likely of the same thing.
    """

    __slots__ = ("strong", "technology")

    def __init__(self, technology: Technology, strong: bool) -> None:
        self.technology = technology
        self.strong = strong

    def __repr__(self) -> str:
        return f"ImageMatch({self.technology.id!r}, strong={self.strong!r})"


class Technologies:
    """The table of technologies, indexed by every sign it knows. Iterates in the order of the identifiers.

    The `by_…` functions return the technology that the sign identifies, or None. The `is_companion_…` functions tell
    what merely stands beside one (an exporter, an operator, a proxy, a client): such a sign does not make the thing
    what it accompanies, and it takes the weight from a port number or a name that would.
    """

    __slots__ = (
        "_all",
        "_arguments",
        "_companion_labels",
        "_docker_hub",
        "_environment",
        "_families",
        "_image_excludes",
        "_image_names",
        "_images",
        "_labels",
        "_name_endings",
        "_name_excludes",
        "_name_excludes_after",
        "_official",
        "_port_names",
        "_port_qualifiers",
        "_ports",
        "_protocols",
        "_qualifiers",
        "_same_as",
        "_service_names",
    )

    def __init__(self, table: dict[str, Any]) -> None:
        self._all = {identifier: Technology(identifier, entry) for identifier, entry in table["technologies"].items()}
        registries = table["registries"]
        self._docker_hub = frozenset(registries["docker_hub"])
        self._official = frozenset(registries["official"])
        self._same_as: dict[str, str] = registries["same_as"]
        self._qualifiers = frozenset(table["qualifiers"])
        self._port_qualifiers = self._qualifiers.union(table["port_qualifiers"])
        self._image_excludes = frozenset(table["image_excludes"])
        self._name_excludes = frozenset(table["name_excludes"])
        self._name_excludes_after = frozenset(table["name_excludes_after"])
        self._name_endings = self._qualifiers.union(table["name_endings"])
        self._companion_labels = {(key, value) for key, values in table["label_excludes"].items() for value in values}
        self._families = {int(number): name for number, name in table["port_family"].items()}
        self._protocols = {int(number): tuple(names) for number, names in table["port_protocols"].items()}

        self._images: dict[str, Technology] = {}
        self._image_names: dict[str, Technology] = {}
        self._labels: dict[tuple[str, str], Technology] = {}
        self._ports: dict[int, tuple[Technology, ...]] = {}
        self._port_names: dict[str, Technology] = {}
        self._service_names: dict[str, Technology] = {}
        self._environment: dict[str, Technology] = {}
        self._arguments: dict[str, Technology] = {}
        for technology in self._all.values():
            self._add(technology)

    def _add(self, technology: Technology) -> None:
        self._images.update(dict.fromkeys(technology.images, technology))
        self._port_names.update(dict.fromkeys(technology.port_names, technology))
        self._service_names.update(dict.fromkeys(technology.service_names, technology))
        self._environment.update(dict.fromkeys(technology.environment, technology))
        self._arguments.update(dict.fromkeys(technology.arguments, technology))
        for key, values in technology.labels.items():
            self._labels.update(dict.fromkeys(((key, value) for value in values), technology))
        for number in self._families.keys() & technology.ports.keys():
            self._ports[number] = (*self._ports.get(number, ()), technology)
        # `couchbase/server` and `vitess/lite` are known as a whole, but `server` and `lite` alone say nothing.
        for image in technology.images:
            name = image.rpartition("/")[2]
            if name in technology.service_names or not _words(name).isdisjoint(technology.service_names):
                self._image_names[name] = technology

    def __iter__(self) -> Iterator[Technology]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, identifier: str) -> Technology:
        return self._all[identifier]

    def by_image(self, reference: str) -> ImageMatch | None:
        """The technology that a container image holds, from a reference as it stands in a pod.

        Registry, tag and digest do not matter, and neither do mirrors (`…/library/postgres`, `…/bitnami/postgresql`)
        or the version in the name (`rhel9/postgresql-16`). A reference with a placeholder in it matches nothing.
        """
        host, segments = _split(reference)
        if not segments:
            return None
        name = segments[-1]
        if host in self._docker_hub:
            host = ""
        if len(segments) > 1:
            namespace = self._same_as.get(segments[-2], segments[-2])
            if namespace in self._official:
                host, segments = "", [name]
            else:
                segments[-2] = namespace
        path = "/".join(segments)
        named = self._by_image_name(name)
        spellings = [f"{host}/{path}"] if host else []
        # A bare name from somebody's registry has to name the product: `registry.acme.com/crate` may be anything.
        if not host or len(segments) > 1 or named is not None:
            spellings += [path, "/".join(segments[-2:])]
        for spelling in spellings:
            technology = self._images.get(spelling) or self._images.get(_without_version(spelling))
            if technology is not None:
                return ImageMatch(technology, strong=True)
        return None if named is None else ImageMatch(named, strong=False)

    def _by_image_name(self, name: str) -> Technology | None:
        name = _without_version(name)
        return self._image_names.get(name) or self._only_one(name, self._service_names, self._qualifiers)

    def _only_one(self, name: str, vocabulary: dict[str, Technology], qualifiers: frozenset[str]) -> Technology | None:
        """The technology that `name` names if it holds nothing but that name and words without a meaning of their own.

        Any other word may turn it into something else: `redis-consumer`, `php-mysql`, `dbt-postgres`.
        """
        words = _words(name) - qualifiers
        return vocabulary.get(words.pop()) if len(words) == 1 else None

    def by_label(self, key: str, value: str) -> Technology | None:
        """The technology that one label of a pod, a Service or a selector identifies."""
        return self._labels.get((key, value)) or self._labels.get((key, _ANY))

    def by_labels(self, labels: Mapping[str, str]) -> Technology | None:
        """The technology that a set of labels identifies, unless one of them marks a companion.

        Operators label everything of a cluster alike, poolers and exporters included, so the labels are read together.
        A key of an operator's own says more than a name: Ray labels the pods of its cluster whatever they are called.
        """
        if self.is_companion_labels(labels):
            return None
        for key in labels:
            technology = self._labels.get((key, _ANY))
            if technology is not None:
                return technology
        for key, value in labels.items():
            technology = self._labels.get((key, value))
            if technology is not None:
                return technology
        return None

    def by_variable(self, name: str) -> Technology | None:
        """The technology that the name of an environment variable identifies: `PGADMIN_DEFAULT_EMAIL`."""
        return self._environment.get(name)

    def by_argument(self, word: str) -> Technology | None:
        """The technology that a word of a command line identifies, up to a `=` or `:`: `-agentlib:jdwp=…`, `dlv`."""
        for argument, technology in self._arguments.items():
            if word == argument or word.startswith((f"{argument}=", f"{argument}:")):
                return technology
        return None

    def by_port(self, number: int, protocol: str = "TCP") -> tuple[Technology, ...]:
        """The technologies that this port number is specific to: one family, which speaks one protocol.

        Games and meters use the same numbers over UDP, so that a number is meant over TCP unless the table says more.
        """
        return self._ports.get(number, ()) if protocol in self._protocols.get(number, ("TCP",)) else ()

    def family_of_port(self, number: int) -> str | None:
        """What to call the technology when a specific port number is the only sign of it: `PostgreSQL` for 5432."""
        return self._families.get(number)

    def by_port_name(self, name: str) -> Technology | None:
        """The technology that the name of a port or an `appProtocol` identifies: `tcp-postgresql`, `redis`."""
        name = name.lower()
        return self._port_names.get(name) or self._only_one(name, self._port_names, self._port_qualifiers)

    def by_service_name(self, name: str) -> Technology | None:
        """The technology that a Service's name ends in: whole words between dashes, such as `orders-postgres-rw`.

        The last one counts, as in English: `kafka-zookeeper` is the ZooKeeper of a Kafka. A number at the end of a
        word is ignored (`redis0`). Names of companions (`redis-exporter`, `postgres-operator`) identify nothing. Behind
        the name of anything but a data store may stand only words without a meaning of their own: `grafana-plugin` and
        `jenkins-agent` are something else.
        """
        words = name.lower().split("-")
        if self._is_companion(words):
            return None
        technology = self._named(words)[0]
        return technology if technology is None or technology.is_data_store or self.ends_in_name(name) else None

    def ends_in_name(self, name: str) -> bool:
        """Whether a Service's name ends in that of a technology but for words without a meaning: `orders-minio-hl`."""
        words = name.lower().split("-")
        technology, _, last_end = self._named(words)
        return technology is not None and self._name_endings.issuperset(words[last_end:])

    def _named(self, words: list[str]) -> tuple[Technology | None, int, int]:
        """The last technology named in `words`, where the first one's name ends, and where its own ends."""
        last: Technology | None = None
        first_end = last_end = end = len(words)
        while end > 0:
            start, technology = self._named_before(words, end)
            if technology is None:
                end -= 1
                continue
            if last is None:
                last, last_end = technology, end
            first_end, end = end, start
        return last, first_end, last_end

    def _named_before(self, words: list[str], end: int) -> tuple[int, Technology | None]:
        """The technology whose name ends right before `end`, and where the name begins; the longest one counts."""
        for start in range(max(0, end - _LONGEST_NAME), end):
            phrase = "-".join(words[start:end])
            technology = self._service_names.get(phrase) or self._service_names.get(phrase.rstrip("0123456789"))
            if technology is not None:
                return start, technology
        return end, None

    def _is_companion(self, words: list[str]) -> bool:
        # `redis-ui` shows a Redis, but `ui-redis` is the Redis of a user interface.
        technology, first_end, last_end = self._named(words)
        others = words if technology is None or technology.is_data_store else words[last_end:]
        if not self._name_excludes.isdisjoint(others):
            return True
        return technology is not None and not self._name_excludes_after.isdisjoint(words[first_end:])

    def is_companion_image(self, reference: str) -> bool:
        """Whether the image's name says that it accompanies something: `oliver006/redis_exporter`."""
        segments = _split(reference)[1]
        if not segments or self._image_excludes.isdisjoint(_words(segments[-1])):
            return False
        return self.by_image(reference) is None

    def is_exporter_image(self, reference: str) -> bool:
        """Whether the image's name says that it tells numbers of something else: `oliver006/redis_exporter`."""
        segments = _split(reference)[1]
        return bool(segments) and not _EXPORTERS.isdisjoint(_words(segments[-1]))

    def is_companion_labels(self, labels: Mapping[str, str]) -> bool:
        """Whether a label marks a part of a data store's cluster that is not the store: a pooler, an exporter."""
        return any(
            (key, value) in self._companion_labels or (key, _ANY) in self._companion_labels
            for key, value in labels.items()
        )

    def is_companion_name(self, name: str) -> bool:
        """Whether a Service's name says that it fronts a companion: `postgres-operator`, `mysql-router`."""
        return self._is_companion(name.lower().split("-"))


@functools.cache
def technologies() -> Technologies:
    """The table in `technologies.json`, whose `sources` say where its facts come from."""
    with open(os.path.join(os.path.dirname(__file__), "technologies.json"), encoding="utf-8") as file:
        return Technologies(json.load(file))


def _split(reference: str) -> tuple[str, list[str]]:
    """The registry's host (empty for Docker Hub) and the parts of the repository's path, without tag and digest.

    No segments: the text is not an image reference, for example because a template still has to fill it in.
    """
    if not _IMAGE_CHARACTERS.issuperset(reference):
        return "", []
    path, slash, name = reference.partition("@")[0].rpartition("/")
    segments = f"{path}{slash}{name.partition(':')[0]}".split("/")
    # The rule of Docker's own parser: a first part is a host only if it cannot be a name.
    host = ""
    if len(segments) > 1 and ("." in segments[0] or ":" in segments[0] or segments[0] == "localhost"):
        host = segments.pop(0)
    return (host, segments) if all(segments) else ("", [])


def _words(name: str) -> set[str]:
    return set(name.replace("_", "-").replace(".", "-").split("-"))


def _without_version(name: str) -> str:
    """The name up to the first dash before a digit: `sclorg/postgresql` of `sclorg/postgresql-16-c9s`."""
    for position in range(name.rfind("/") + 1, len(name) - 1):
        if name[position] == "-" and name[position + 1].isdigit():
            return name[:position]
    return name
