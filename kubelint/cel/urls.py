"""URLs: `url('https://example.com:8443/path').getPort()`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/urls.go, pkg/cel/url.go; Go 1.26, net/url.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.ip import BadAddress, parse_address
from kubelint.cel.spelling import quote
from kubelint.cel.types import BOOL, STRING, URL
from kubelint.cel.values import Opaque

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_IN_HOST = _UNRESERVED | frozenset(b"!$&'()*+,;=:[]<>\"")
_IN_PATH = _UNRESERVED | frozenset(b"$&+,/:;=@")
_IN_ENCODED_PATH = _IN_PATH | frozenset(b"!'()*[]%")
_IN_FRAGMENT = _IN_PATH | frozenset(b"?!()*")
_IN_USER = _UNRESERVED | frozenset(b"$&+,;=")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*:")
_PORT = re.compile(r"(?::[0-9]*)?")
_ESCAPED = re.compile(rb"%([0-9a-fA-F]{2})")


class BadUrl(Exception):
    """A text that is no URL; the message is what Go's net/url says of it."""


@dataclass(slots=True)
class _Parts:
    scheme: str = ""
    opaque: str = ""
    user: str | None = None
    host: str = ""
    path: str = ""
    raw_path: str = ""
    raw_query: str = ""
    forces_query: bool = False
    omits_host: bool = False
    fragment: str = ""


class Url(Opaque):
    """A URL, taken apart."""

    __slots__ = ("parts",)
    TYPE = URL

    def __init__(self, parts: _Parts) -> None:
        self.parts = parts

    def is_same(self, other: Opaque) -> bool:
        """Whether both are written the same, escapes aside."""
        return str(self) == str(other)

    def __str__(self) -> str:
        """The URL as Go writes it."""
        parts = self.parts
        written = f"{parts.scheme}:" if parts.scheme else ""
        written += parts.opaque or self._hierarchy(written)
        if parts.forces_query or parts.raw_query:
            written += f"?{parts.raw_query}"
        return written + (f"#{_escape(parts.fragment, _IN_FRAGMENT)}" if parts.fragment else "")

    def _hierarchy(self, before: str) -> str:
        parts = self.parts
        written = ""
        has_authority = bool(parts.scheme or parts.host) or parts.user is not None
        is_omitted = parts.omits_host and not parts.host and parts.user is None
        if has_authority and not is_omitted:
            if parts.host or parts.path or parts.user is not None:
                written += "//"
            if parts.user is not None:
                written += f"{parts.user}@"
            written += _escape(parts.host, _IN_HOST)
        path = self.escaped_path()
        if path and not path.startswith("/") and parts.host:
            written += "/"
        if not before and not written and ":" in path.partition("/")[0]:
            written += "./"
        return written + path

    def escaped_path(self) -> str:
        """The path as it was written, if that is a way to write it, else with what has to be escaped escaped."""
        raw = self.parts.raw_path
        if raw and set(raw.encode("utf-8", "surrogateescape")) <= _IN_ENCODED_PATH:
            return raw
        return "*" if self.parts.path == "*" else _escape(self.parts.path, _IN_PATH)

    def host_and_port(self) -> tuple[str, str]:
        """The host without the brackets of IPv6, and the port without its colon."""
        host, port = self.parts.host, ""
        colon = host.rfind(":")
        if colon >= 0 and _PORT.fullmatch(host[colon:]):
            host, port = host[:colon], host[colon + 1 :]
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        return host, port


def _escape(text: str, allowed: frozenset[int]) -> str:
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in allowed else f"%{byte:02X}" for byte in data)


def _unescape(text: str, *, is_host: bool = False, is_zone: bool = False, plus_is_space: bool = False) -> str:
    data = text.encode("utf-8", "surrogateescape")
    position = 0
    while position < len(data):
        byte = data[position]
        if byte == ord("%"):
            _check_escape(data, position, is_host=is_host, is_zone=is_zone)
            position += 3
            continue
        if (is_host or is_zone) and byte < 0x80 and byte not in _IN_HOST:
            raise BadUrl(f"invalid character {quote(chr(byte))} in host name")
        position += 1
    if plus_is_space:
        data = data.replace(b"+", b" ")
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data).decode("utf-8", "surrogateescape")


def _check_escape(data: bytes, position: int, *, is_host: bool, is_zone: bool) -> None:
    escape = data[position : position + 3]
    found = _ESCAPED.fullmatch(escape)
    byte = int(found[1], 16) if found else 0
    is_bad = found is None
    if is_host and byte < 0x80 and escape != b"%25":
        is_bad = True
    if is_zone and escape != b"%25" and byte != ord(" ") and byte not in _IN_HOST:
        is_bad = True
    if is_bad:
        raise BadUrl(f"invalid URL escape {quote(escape.decode('utf-8', 'replace'))}")


def parse(text: str, *, via_request: bool) -> Url:
    """The URL that a text is; `via_request` refuses relative ones and reads a fragment as what it stands behind.

    Raises:
        BadUrl: if it is none.
    """
    if _CONTROL.search(text):
        raise BadUrl("net/url: invalid control character in URL")
    parts = _Parts()
    if not via_request:
        text, _, fragment = text.partition("#")
        parts.fragment = _unescape(fragment)
    if not text and via_request:
        raise BadUrl("empty url")
    if text == "*":
        parts.path = "*"
        return Url(parts)
    rest = _take_scheme(parts, text)
    if rest.endswith("?") and rest.count("?") == 1:
        parts.forces_query, rest = True, rest[:-1]
    else:
        rest, _, parts.raw_query = rest.partition("?")
    if not rest.startswith("/"):
        if parts.scheme:
            parts.opaque = rest
            return Url(parts)
        if via_request:
            raise BadUrl("invalid URI for request")
        if ":" in rest.partition("/")[0]:
            raise BadUrl("first path segment in URL cannot contain colon")
    rest = _take_authority(parts, rest, via_request=via_request)
    parts.path = _unescape(rest)
    parts.raw_path = "" if _escape(parts.path, _IN_PATH) == rest else rest
    return Url(parts)


def _take_scheme(parts: _Parts, text: str) -> str:
    if text.startswith(":"):
        raise BadUrl("missing protocol scheme")
    found = _SCHEME.match(text)
    if found is None:
        return text
    parts.scheme = found[0][:-1].lower()
    return text[found.end() :]


def _take_authority(parts: _Parts, rest: str, *, via_request: bool) -> str:
    may_have_one = bool(parts.scheme) or (not via_request and not rest.startswith("///"))
    if may_have_one and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        _authority(parts, authority)
        return slash + path
    if parts.scheme and rest.startswith("/"):
        parts.omits_host = True
    return rest


def _authority(parts: _Parts, authority: str) -> None:
    user, at, host = authority.rpartition("@")
    parts.host = _host(parts.scheme, host)
    if not at:
        return
    if not _USER.fullmatch(user):
        raise BadUrl("net/url: invalid userinfo")
    name, colon, password = user.partition(":")
    parts.user = _escape(_unescape(name), _IN_USER)
    if colon:
        parts.user += ":" + _escape(_unescape(password), _IN_USER)


def _host(scheme: str, host: str) -> str:
    bracket = host.rfind("[")
    if bracket > 0:
        raise BadUrl("invalid IP-literal")
    if bracket == 0:
        return _literal(host)
    colon = host.find(":")
    if colon >= 0:
        if scheme not in ("http", "https"):
            colon = host.rfind(":")
        _check_port(host[colon:])
    return _unescape(host, is_host=True)


def _check_port(port: str) -> None:
    if not _PORT.fullmatch(port):
        raise BadUrl(f"invalid port {quote(port)} after host")


def _literal(host: str) -> str:
    end = host.rfind("]")
    if end < 0:
        raise BadUrl("missing ']' in host")
    port = host[end + 1 :]
    _check_port(port)
    name = host[1:end]
    zone = name.find("%25")
    if zone >= 0:
        unescaped = _unescape(name[:zone], is_host=True) + _unescape(name[zone:], is_zone=True)
    else:
        unescaped = _unescape(name, is_host=True)
    try:
        address = parse_address(unescaped)
    except BadAddress as bad:
        raise BadUrl(f"invalid host: {bad}") from None
    if address.family == 4:
        raise BadUrl("invalid IP-literal")
    return f"[{unescaped}]{port}"


def problem(text: str) -> str | None:
    """What Go says of a text that is no absolute URL; None if it is one."""
    try:
        parse(text, via_request=True)
    except BadUrl as bad:
        return f"parse {quote(text)}: {bad}"
    return None


def _to_url(text: str) -> Url:
    wrong = problem(text)
    if wrong is None:
        try:
            return parse(text, via_request=False)
        except BadUrl as bad:
            wrong = f"parse {quote(text)}: {bad}"
    raise EvaluationError(f"URL parse error during conversion from string: {wrong}")


def _query(url: Url) -> dict[str, object]:
    found: dict[str, object] = {}
    for pair in url.parts.raw_query.split("&"):
        if not pair or ";" in pair:
            continue
        key, _, value = pair.partition("=")
        try:
            key, value = _unescape(key, plus_is_space=True), _unescape(value, plus_is_space=True)
        except BadUrl:
            continue
        values = found.setdefault(key, [])
        assert isinstance(values, list)
        values.append(value)
    return found


FUNCTIONS: dict[str, list[Overload]] = {
    "url": [Overload("string_to_url", (STRING,), URL, _to_url)],
    "getScheme": [member("url_get_scheme", (URL,), STRING, lambda url: url.parts.scheme)],
    "getHost": [member("url_get_host", (URL,), STRING, lambda url: url.parts.host)],
    "getHostname": [member("url_get_hostname", (URL,), STRING, lambda url: url.host_and_port()[0])],
    "getPort": [member("url_get_port", (URL,), STRING, lambda url: url.host_and_port()[1])],
    "getEscapedPath": [member("url_get_escaped_path", (URL,), STRING, Url.escaped_path)],
    "getQuery": [member("url_get_query", (URL,), types.map_of(STRING, types.list_of(STRING)), _query)],
    "isURL": [Overload("is_url_string", (STRING,), BOOL, lambda text: problem(text) is None)],
}
