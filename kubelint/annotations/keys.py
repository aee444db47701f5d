"""The keys of all tables at once: which prefix is whose, and what a key that is in none of them was meant to be."""

from __future__ import annotations

from functools import cache, lru_cache

from kubelint.facts.providers import ANY, Annotation, Provider, controllers
from kubelint.suggestion import closest

_KUBERNETES = ("kubernetes.io", "k8s.io")
_ALIKE = 0.8
"""How alike a word must be to the one that was meant, from 0 (anything) to 1 (the same)."""


# The same few keys stand on most Services of a project.
@lru_cache(maxsize=4096)
def known_readers(key: str) -> tuple[tuple[Provider, Annotation], ...]:
    """All controllers that read an annotation with this key, each with what it is to them."""
    return controllers().reading(key)


def is_owned(key: str) -> bool:
    """Whether a key stands under a prefix that is one controller's own: nobody else reads anything there."""
    return _owned_prefix(key) is not None


def meant_key(key: str) -> str | None:
    """The key that was surely meant by one that nobody reads; None where that is not clear, or where others may.

    Under a prefix of its own, the most alike of a controller's keys. Elsewhere only a near miss, or the right name
    under a wrong prefix: of Kubernetes, or of the same controller.
    """
    prefix = _owned_prefix(key)
    if prefix is not None:
        nearest = closest(key.removeprefix(prefix), _names_below(prefix))
        return f"{prefix}{nearest}" if nearest else None
    domain, slash, name = key.partition("/")
    if not slash:
        return None
    nearest = _near_miss(name, _names_below(f"{domain}/"))
    return f"{domain}/{nearest}" if nearest else _under_another_prefix(domain, name)


def key_for_services(key: str) -> str | None:
    """The one annotation of a Service that bears the name of this key, which belongs on another kind; None for none."""
    name = key.partition("/")[2]
    same = [known for known in _known_keys() if known.endswith(f"-{name}") and known.startswith("service.")]
    return same[0] if len(same) == 1 else None


@cache
def _known_keys() -> tuple[str, ...]:
    return tuple(sorted({key for controller in controllers().values() for key in controller.keys if ANY not in key}))


@cache
def _keys_by_name() -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for key in _known_keys():
        index.setdefault(_folded(key.partition("/")[2]), []).append(key)
    return index


@cache
def _names_below(prefix: str) -> tuple[str, ...]:
    return tuple(key.removeprefix(prefix) for key in _known_keys() if key.startswith(prefix))


def _owned_prefix(key: str) -> str | None:
    owned = (prefix for controller in controllers().values() for prefix in controller.owned_prefixes)
    return next((prefix for prefix in owned if key.startswith(prefix)), None)


def _near_miss(name: str, known: tuple[str, ...]) -> str | None:
    """The one of these names that was surely meant: a slip of the pen in one word, or in how words are joined.

    Vendors' keys resemble each other, and newer releases have new ones: a word more or less makes another key.
    """
    found = [one for one in known if _folded(one) == _folded(name) or _is_slip(name.split("-"), one.split("-"))]
    return found[0] if len(found) == 1 else None


def _is_slip(words: list[str], known: list[str]) -> bool:
    if len(words) != len(known):
        return False
    different = [(word, other) for word, other in zip(words, known, strict=True) if word != other]
    return len(different) == 1 and _is_misspelt(*different[0])


def _is_misspelt(word: str, known: str) -> bool:
    if word.startswith(known) or known.startswith(word):
        return False
    return closest(word, (known,), cutoff=_ALIKE) is not None


def _folded(name: str) -> str:
    """The name without what is easily mistaken in it: letter case, what joins words, the plural."""
    return name.lower().replace("-", "").replace("_", "").replace(".", "").rstrip("s")


def _under_another_prefix(domain: str, name: str) -> str | None:
    same = _keys_by_name().get(_folded(name), [])
    if not same:
        return None
    if domain.endswith(_KUBERNETES):
        same = [key for key in same if key.startswith("service.") and "loadbalancer" in _folded(name)]
    else:
        siblings = [one for one in controllers().values() if any(key.startswith(f"{domain}/") for key in one.keys)]
        same = [key for key in same if any(key in one.keys for one in siblings)]
    return same[0] if len(same) == 1 else None
