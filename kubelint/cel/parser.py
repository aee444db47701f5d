"""The tree of an expression from its text: the grammar of CEL as cel-go 0.26 has it, with optional syntax."""

from __future__ import annotations

import re

from kubelint.cel import macros
from kubelint.cel.errors import CelError, Issue
from kubelint.cel.lexer import END, Token, tokens
from kubelint.cel.syntax import (
    Call,
    Constant,
    Identifier,
    ListLiteral,
    MapEntry,
    MapLiteral,
    MessageLiteral,
    Node,
    Select,
)
from kubelint.cel.values import Uint

#: How deep the server lets expressions nest (parser.Options, maxRecursionDepth).
_DEEPEST = 250
_RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_RELATIONS = {
    "<": "_<_",
    "<=": "_<=_",
    ">": "_>_",
    ">=": "_>=_",
    "==": "_==_",
    "!=": "_!=_",
    "in": "@in",
}
_SUMS = {"+": "_+_", "-": "_-_"}
_PRODUCTS = {"*": "_*_", "/": "_/_", "%": "_%_"}
_LEVELS = (_RELATIONS, _SUMS, _PRODUCTS)
_OPERATORS = frozenset((*_RELATIONS, *_SUMS, *_PRODUCTS, "&&", "||"))
#: The order in which the server lists what it expected.
_EXPECTED = (
    *("[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", "true", "false", "null"),
    *("NUM_FLOAT", "NUM_INT", "NUM_UINT", "STRING", "BYTES", "IDENTIFIER"),
)
_AFTER_EXPRESSION = "<EOF>"
_LITERALS = frozenset(("NUM_INT", "NUM_UINT", "NUM_FLOAT", "STRING", "BYTES", "true", "false", "null"))
_START_KINDS = _LITERALS | frozenset(("[", "{", "(", ".", "-", "!", "IDENTIFIER"))
_SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "`": "`",
    "?": "?",
}
_ESCAPE = re.compile(r"\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))")


class _Stop(Exception):
    """After a syntax error the rest is not read: the server reads on, and guesses."""


class Parser:
    """Reads one expression; what is wrong with it is collected in `issues`."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.issues: list[Issue] = []
        self.tokens = tokens(source, self.complain)
        self.position = 0
        self.depth = 0

    def parse(self) -> Node:
        """The tree.

        Raises:
            CelError: of kind syntax, with every issue that was found.
        """
        root: Node | None = None
        try:
            root = self._expression()
            if self._token.kind != END:
                self._unexpected(_AFTER_EXPRESSION)
        except _Stop:
            pass
        if self.issues or root is None:
            raise CelError.of_issues(self.issues, self.source)
        return root

    def complain(self, offset: int, message: str) -> None:
        """Collect an issue at a 0-based offset."""
        line = self.source.count("\n", 0, offset) + 1
        column = offset - (self.source.rfind("\n", 0, offset) + 1) + 1
        self.issues.append(Issue("syntax", message, line, column))

    @property
    def _token(self) -> Token:
        return self.tokens[self.position]

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _accept(self, kind: str) -> Token | None:
        return self._next() if self._token.kind == kind else None

    def _expect(self, kind: str, others: str) -> Token:
        found = self._accept(kind)
        if found is not None:
            return found
        token = self._token
        if token.kind != END and self.tokens[self.position + 1].kind == kind:
            self.complain(token.offset, f"Syntax error: extraneous input '{_shown(token)}' expecting {others}")
            self.position += 1
            return self._next()
        may_follow = token.kind == END if kind == ")" else token.kind in _START_KINDS
        if others == f"'{kind}'" and may_follow:
            self.complain(token.offset, f"Syntax error: missing {others} at '{_shown(token)}'")
            return token
        self._unexpected(others)
        raise _Stop

    def _unexpected(self, expected: str) -> None:
        token = self._token
        wrong = "extraneous" if expected == _AFTER_EXPRESSION and self._is_last else "mismatched"
        self.complain(token.offset, f"Syntax error: {wrong} input '{_shown(token)}' expecting {expected}")
        raise _Stop

    @property
    def _is_last(self) -> bool:
        return self.position + 1 < len(self.tokens) and self.tokens[self.position + 1].kind == END

    def _expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.complain(0, f"expression recursion limit exceeded: {_DEEPEST}")
            raise _Stop
        condition = self._logic("||", "_||_")
        question = self._accept("?")
        if question is None:
            self.depth -= 1
            return condition
        yes = self._logic("||", "_||_")
        self._expect(":", "':'")
        no = self._expression()
        self.depth -= 1
        return Call(question.offset, "_?_:_", None, [condition, yes, no])

    def _logic(self, symbol: str, function: str) -> Node:
        terms = [self._logic("&&", "_&&_") if symbol == "||" else self._binary(0)]
        offset = self._token.offset
        while self._accept(symbol):
            terms.append(self._logic("&&", "_&&_") if symbol == "||" else self._binary(0))
        return terms[0] if len(terms) == 1 else Call(offset, function, None, terms)

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._token.kind in _LEVELS[level]:
            operator = self._next()
            right = self._binary(level + 1)
            left = Call(operator.offset, _LEVELS[level][operator.kind], None, [left, right])
        return left

    def _unary(self) -> Node:
        operator = self._token
        if operator.kind not in ("!", "-"):
            return self._member()
        count = 0
        while self._token.kind == operator.kind:
            if operator.kind == "-" and not count and self._is_number_next:
                return self._member()
            self.position += 1
            count += 1
        if self._token.kind not in _START_KINDS:
            self._nothing_after(operator)
        operand = self._member()
        function = "!_" if operator.kind == "!" else "-_"
        return Call(operator.offset, function, None, [operand]) if count % 2 else operand

    def _nothing_after(self, operator: Token) -> None:
        token = self._token
        if operator.kind == "-":
            shown = "" if token.kind == END else _shown(token)
            self.complain(token.offset, f"Syntax error: no viable alternative at input '-{shown}'")
            self._unexpected(_expected())
        self.complain(token.offset, f"Syntax error: extraneous input '{_shown(token)}' expecting {_expected()}")
        raise _Stop

    @property
    def _is_number_next(self) -> bool:
        return self.tokens[self.position + 1].kind in ("NUM_INT", "NUM_FLOAT")

    def _member(self) -> Node:
        node = self._primary()
        while True:
            token = self._token
            if token.kind == ".":
                node = self._after_dot(node)
            elif token.kind == "[":
                self.position += 1
                function = "_[?_]" if self._accept("?") else "_[_]"
                self._check_start("?")
                index = self._expression()
                self._expect("]", "']'")
                node = Call(token.offset, function, None, [node, index])
            else:
                return node

    def _after_dot(self, operand: Node) -> Node:
        dot = self._next()
        is_optional = self._accept("?") is not None
        name = self._token
        if name.kind not in ("IDENTIFIER", "ESC_IDENTIFIER"):
            self._not_a_name()
            return operand
        self.position += 1
        if name.kind == "ESC_IDENTIFIER":
            self.complain(name.offset, "unsupported syntax: '`'")
        opening = self._token
        if not is_optional and name.kind == "IDENTIFIER" and opening.kind == "(":
            arguments = self._arguments()
            return macros.expand(self.complain, opening.offset, name.text, operand, arguments)
        if is_optional:
            return Call(dot.offset, "_?._", None, [operand, Constant(name.offset, name.text)])
        return Select(dot.offset, operand, name.text)

    def _not_a_name(self) -> None:
        token = self._token
        if token.kind in ("true", "false", "null"):
            self.complain(token.offset, f"Syntax error: mismatched input '{token.text}' expecting IDENTIFIER")
        elif token.kind == END:
            self.complain(token.offset, "Syntax error: no viable alternative at input '.'")
        else:
            self.complain(token.offset, f"Syntax error: no viable alternative at input '.{token.text}'")
        if token.kind != "in":
            raise _Stop

    def _arguments(self) -> list[Node]:
        self.position += 1
        found: list[Node] = []
        if self._accept(")"):
            return found
        self._check_start(")")
        while True:
            found.append(self._expression())
            if not self._accept(","):
                break
        self._expect(")", "')'")
        return found

    def _primary(self) -> Node:
        token = self._token
        if token.kind == "(":
            self.position += 1
            node = self._expression()
            self._expect(")", "')'")
            return node
        if token.kind == "[":
            return self._list()
        if token.kind == "{":
            return self._map()
        if token.kind in _LITERALS or token.kind == "-":
            return self._literal()
        if token.kind in ("IDENTIFIER", "."):
            return self._name()
        return self._primary() if self._check_start() else Constant(token.offset, None)

    def _check_start(self, *others: str) -> bool:
        """Complain if no expression starts here; whether one does after all. `others` might have stood here, too."""
        token = self._token
        if token.kind in _START_KINDS:
            return True
        if token.kind != END and self.tokens[self.position + 1].kind in _START_KINDS:
            expected = _expected(*others)
            self.complain(token.offset, f"Syntax error: extraneous input '{_shown(token)}' expecting {expected}")
            self.position += 1
            return True
        if token.kind not in _OPERATORS:
            self._unexpected(_expected(*others))
        # The server goes on as if there had been an operand.
        self.complain(token.offset, f"Syntax error: mismatched input '{_shown(token)}' expecting {_expected(*others)}")
        return False

    def _name(self) -> Node:
        dot = self._accept(".")
        if self._token.kind != "IDENTIFIER":
            self._not_a_name()
            return Constant(self._token.offset, None)
        message = self._message_name()
        if message is not None:
            return self._message(("." if dot else "") + message)
        token = self._next()
        if token.text in _RESERVED:
            self.complain((dot or token).offset, f"reserved identifier: {token.text}")
        name = ("." if dot else "") + token.text
        opening = self._token
        if opening.kind != "(":
            return Identifier(token.offset, name)
        return macros.expand(self.complain, opening.offset, name, None, self._arguments())

    def _message_name(self) -> str | None:
        """The name of a message, if the tokens from here on are one and its opening brace; stands at the brace then."""
        position = self.position
        names = [self.tokens[position].text]
        while self.tokens[position + 1].kind == "." and self.tokens[position + 2].kind == "IDENTIFIER":
            position += 2
            names.append(self.tokens[position].text)
        if self.tokens[position + 1].kind != "{":
            return None
        self.position = position + 1
        return ".".join(names)

    def _message(self, name: str) -> Node:
        opening = self._next()
        fields: list[tuple[int, str, Node]] = []
        while self._token.kind != "}":
            self._accept("?")
            field = self._expect("IDENTIFIER", "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}")
            colon = self._expect(":", "':'")
            fields.append((colon.offset, field.text, self._expression()))
            if not self._accept(","):
                break
        self._expect("}", "{'}', ','}")
        return MessageLiteral(opening.offset, name, fields)

    def _list(self) -> Node:
        opening = self._next()
        elements: list[Node] = []
        optional: set[int] = set()
        if self._token.kind not in ("]", ",", "?"):
            self._check_start("]", ",", "?")
        while self._token.kind != "]":
            if self._accept(",") and not elements:
                break
            if self._accept("?"):
                optional.add(len(elements))
            elements.append(self._expression())
            if not self._accept(","):
                break
        self._expect("]", "{']', ','}" if elements else "']'")
        return ListLiteral(opening.offset, elements, frozenset(optional))

    def _map(self) -> Node:
        opening = self._next()
        entries: list[MapEntry] = []
        if self._token.kind not in ("}", ",", "?"):
            self._check_start("}", ",", "?")
        while self._token.kind != "}":
            if self._accept(",") and not entries:
                break
            is_optional = self._accept("?") is not None
            key = self._expression()
            colon = self._expect(":", "':'")
            entries.append(MapEntry(colon.offset, key, self._expression(), is_optional))
            if not self._accept(","):
                break
        self._expect("}", "{'}', ','}" if entries else "'}'")
        return MapLiteral(opening.offset, entries)

    def _literal(self) -> Node:
        sign = self._accept("-")
        token = self._next()
        offset = (sign or token).offset
        if sign and token.kind not in ("NUM_INT", "NUM_FLOAT"):
            self.position -= 1
            self._unexpected("{NUM_FLOAT, NUM_INT}")
        text = ("-" if sign else "") + token.text
        if token.kind == "STRING":
            return Constant(offset, self._string(token, text))
        if token.kind == "BYTES":
            return Constant(offset, self._bytes(text))
        if token.kind in ("NUM_INT", "NUM_UINT", "NUM_FLOAT"):
            return Constant(offset, self._number(offset, token.kind, text))
        return Constant(offset, {"true": True, "false": False, "null": None}[token.kind])

    def _number(self, offset: int, kind: str, text: str) -> object:
        if kind == "NUM_FLOAT":
            value = float(text)
            if value in (float("inf"), float("-inf")):
                self.complain(offset, "invalid double literal")
            return value
        digits = text.rstrip("uU") if kind == "NUM_UINT" else text
        integer = int(digits, 16 if "0x" in digits else 10)
        if kind == "NUM_UINT":
            if integer >= 1 << 64:
                self.complain(offset, "invalid uint literal")
            return Uint(integer)
        if not -(1 << 63) <= integer < 1 << 63:
            self.complain(offset, "invalid int literal")
        return integer

    def _string(self, token: Token, text: str) -> str:
        content, is_raw = _content(text)
        return content if is_raw else _ESCAPE.sub(lambda match: self._escape(token, match), content)

    def _escape(self, token: Token, match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code or match[4]:
            number = int(code, 16) if code else int(match[4], 8)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                self.complain(token.offset, "invalid unicode code point")
                return ""
            return chr(number)
        return _SIMPLE_ESCAPES[match[5]]

    def _bytes(self, text: str) -> bytes:
        content, is_raw = _content(text[1:])
        if is_raw:
            return content.encode()
        found = bytearray()
        position = 0
        for match in _ESCAPE.finditer(content):
            found += content[position : match.start()].encode()
            position = match.end()
            if match[2] or match[3]:
                self.complain(self.tokens[self.position - 1].offset, "unable to unescape string")
            elif match[1] or match[4]:
                found.append(int(match[1], 16) if match[1] else int(match[4], 8))
            else:
                found += _SIMPLE_ESCAPES[match[5]].encode()
        return bytes(found + content[position:].encode())


def _expected(*others: str) -> str:
    """What an expression may start with, and others, as the server lists it."""
    kinds = [kind for kind in _EXPECTED if kind in _START_KINDS or kind in others]
    return "{" + ", ".join(kind if kind.isupper() else f"'{kind}'" for kind in kinds) + "}"


def _shown(token: Token) -> str:
    return token.text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _content(text: str) -> tuple[str, bool]:
    """What stands between the quotes, line breaks made one kind, and whether the literal is a raw one."""
    is_raw = text[0] in "rR"
    quoted = text[1:] if is_raw else text
    quotes = 3 if quoted[:3] in ('"""', "'''") and len(quoted) >= 6 else 1
    return quoted[quotes:-quotes].replace("\r\n", "\n").replace("\r", "\n"), is_raw
