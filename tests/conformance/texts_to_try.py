"""Names, numbers and words, right and wrong, at the limits of what each kind of name allows."""

from __future__ import annotations

from typing import Any

LABELS = [
    *(
        "a",
        "example",
        "example-1",
        "1-example",
        "123",
        "e--e",
        "a" * 63,
        "",
        "a" * 64,
        "Example",
        "example-",
        "-example",
    ),
    *("ex_ample", "ex.ample", "ex ample", "ex/ample", "exämple", "example\n", "-", "*"),
]
SUBDOMAINS = [
    *("example", "example.com", "1.2.3.4", "a-b.c-d", "a." * 126 + "a", "a" * 64 + ".com", "a" * 253, "a" * 254, ""),
    *(
        "Example.com",
        "example.com.",
        ".example.com",
        "example..com",
        "example-.com",
        "-example.com",
        "ex_ample.com",
        "a b",
    ),
    *("*.example.com", "exämple.com", "example.com\n", "example.com/a", "example.com:80", "."),
]
QUALIFIED_NAMES = [
    *(
        "http",
        "kubernetes.io/h2c",
        "kubernetes.io/ws",
        "example.com/My_name.1",
        "HTTP",
        "a" * 63,
        "b" * 64,
        "",
        "a/b/c",
    ),
    *(
        "/a",
        "a/",
        "Example.com/a",
        "example..com/a",
        "-a",
        "a-",
        "_a",
        "a b",
        "ä",
        "a" * 253 + "/a",
        "a" * 254 + "/a",
        "http2\n",
    ),
]
LABEL_VALUES = ["", "a", "A_b.C-1", "a" * 63, "a" * 64, "-a", "a-", ".", "a b", "ä", "a/b", "1", "true", "a\n"]
PORT_NAMES = [
    *(
        "http",
        "http-1",
        "1a",
        "a" * 15,
        "a" * 16,
        "",
        "80",
        "HTTP",
        "http--1",
        "-http",
        "http-",
        "ht_tp",
        "ht.tp",
        "-",
        "--",
        "ä",
    ),
    *("a-1-b", "http\n", "a b"),
]
PORT_NUMBERS: list[Any] = [1, 80, 65535, 0, -1, 65536, 2147483647, -2147483648, 80.0, 2147483648, 80.5, "80"]
PROTOCOLS = ["TCP", "UDP", "SCTP", "", "tcp", "ICMP", "TCP ", "HTTP"]
