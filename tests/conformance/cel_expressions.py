"""Expressions to try on a server: every function that one of Kubernetes 1.36 can call, and where they fail."""

#: What `object` is while they are evaluated.
OBJECT = {
    "apiVersion": "cel.example.com/v1",
    "kind": "Thing",
    "spec": {
        "name": "web",
        "empty": "",
        "count": 3,
        "ratio": 2.5,
        "whole": 4.0,
        "on": True,
        "nothing": None,
        "ports": [{"name": "http", "port": 80}, {"name": "https", "port": 443, "nodePort": 30443}],
        "words": ["pear", "apple", "fig"],
        "numbers": [3, 1, 2],
        "mixed": [1, "two", 3.5, True, None],
        "labels": {"app": "web", "tier": "front", "a.b/c": "dotted"},
        "range": "10.0.0.0/8",
        "address": "10.1.2.3",
        "memory": "512Mi",
        "url": "https://user@example.com:8443/a%20b?x=1&x=2&y=#top",
        "when": "2023-10-05T14:30:15.123456789Z",
        "list": [],
        "map": {},
    },
}

LITERALS = r"""
1
-1
9223372036854775807
-9223372036854775808
9223372036854775808
0xFF
-0x10
1u
0xFFu
18446744073709551615u
18446744073709551616u
1.5
.5
1e3
1.5e-3
1e400
-2.5
'single'
"double"
"""
LITERALS += r'''
"""three "double" quotes"""
r'raw \n text'
'\x41\u0042\U00000043\104'
'\a\b\f\v'.size()
'tab\tend'
'quote\'s \"both\" \\ \? \`'
'\ud800'
'\q'
'unfinished
b'bytes'
b'\xff'.size()
b'ÿ'.size()
br'\x'.size()
true
false
null
[]
[1, 2, 3]
[1, 2, 3,]
[,]
{}
{'a': 1, 'b': 2}
{'a': 1,}
{,}
{1: 'a', 2: 'b'}
{true: 1}
{1u: 2}
[1, 'a']
[1, 2.0]
[1, null]
[1, dyn('a')]
[[1], ['a']]
[dyn(1), dyn('a')]
{'a': 1, 'b': 'c'}
{'a': 1, 2: 3}
{'a': 1, 'a': 2}
[{'a': 1}, {'b': 2}]
[[], [1]]
[{}, {'a': 1}]
1 // a comment
'ünï' + 'cödé'
'ünïcödé'.size()
'\U0001F600'.size()
'''

SYNTAX = r"""
1 +
+ 1
(1
1)
1 2
[1, 2
{'a' 1}
{'a': }
a b
object.
object.1
object.true
object.spec[
object.spec.
@
#
$x
1 ? 2
1 ? 2 :
true ? 1 : 2 : 3
1 == 
&& true
true &&
true & false
!
-
a.b(
f(1,)
f(,1)
if
for
object.in
in
while(1)
let
'abc
"abc
`a`
object.`a`
object.spec.`a.b/c`
1..2
1.
[?1]
[?optional.of(1), ?optional.none()]
{?'a': optional.of(1), ?'b': optional.none()}
has(object)
has(object.spec.name, 1)
has(object.spec['name'])
[1].all(1, true)
[1].all(a.b, true)
[1].all(x, y, z, true)
[1].map(1, 2)
[1].filter('x', true)
[1].exists_one(x.y, true)
[1].all(__result__, true)
[1].all(i, i, true)
[1].transformList(1, v, v)
optional.of(1).optMap('x', 1)
1.sortBy(x, x)
'a'.sortBy(x, x)
--1
---1
- -1
!!true
!!!true
-(1)
-object.spec.count
!object.spec.on
1 < 2 < 3
1 + 2 * 3 - 4 / 2 % 3
2 - 1 - 1
8 / 4 / 2
1 + 1 == 2 && 2 < 3 || false
true || false && false
true ? false ? 1 : 2 : 3
.object.spec.name
.foo
==
*
&&
)
1 + *
1 + -
1 + !
!)
-)
a.
a.(
f(1
[1
[
{
{'a'
{'a':1
(
()
,
a ? b
a || || b
a & b
a | b
a = b
[1 2]
f(1 2)
a[1 2]
(1 2)
"abc\q"
"""

TYPES = r"""
foo
foo(1)
foo.bar
foo.bar(1)
1.foo()
1.foo
'a'.foo
[1].foo
true.foo
object.foo(1)
1 + 'a'
1 + 1.0
1 + 1u
'a' + 1
true + true
[1] + [2]
[1] + ['a']
[1] + 1
1 - 'a'
'a' * 2
1 % 2.0
!1
-'a'
-true
1 < 'a'
1 < 2.0
1u < 2
1 < 2u
1.5 < 2u
'a' < 'b'
b'a' < b'b'
true > false
[1] < [2]
null < null
1 == 1.0
1 == 1u
1u == 1.0
1 == 'a'
1 == dyn('a')
1 == dyn(1.0)
1 != dyn('a')
null == null
null == 1
1 == null
'a' == null
object.spec.nothing == null
object.spec.name == null
[1] == [1]
[1] == [1.0]
[1] == [dyn(1.0)]
{'a': 1} == {'a': 1}
{'a': 1} == {'a': dyn(1.0)}
{1: 2} == {dyn(1u): 2}
dyn({'a': 1}) == dyn([1])
1 in [1, 2]
'a' in {'a': 1}
1 in {'a': 1}
1 in 'a'
1 in 1
dyn(1) in dyn('a')
dyn('a') in ['a']
dyn(1u) in [1]
dyn(1.0) in [1]
dyn('b') in dyn({'a': 1})
1 ? 2 : 3
true ? 1 : 'a'
true ? 1 : dyn('a')
dyn(1) ? 2 : 3
1 && true
true || 'a'
dyn(1) && true
dyn(1) && false
false && dyn(1)
true || dyn(1)
dyn(1) || true
dyn(1) || false
(1 / 0 == 1) || true
true || (1 / 0 == 1)
(1 / 0 == 1) && false
(1 / 0 == 1) && true
(1 / 0 == 1) || (object.nope == 1)
type(1)
type(1u)
type(1.0)
type('a')
type(b'a')
type(true)
type(null)
type([1])
type({'a': 1})
type(type(1))
type(timestamp('2023-01-01T00:00:00Z'))
type(duration('1s'))
type(optional.of(1))
type(ip('1.1.1.1'))
type(cidr('1.1.1.0/24'))
type(url('https://a'))
type(quantity('1'))
type(semver('1.0.0'))
type(format.uuid())
type(object)
type(object.spec.count)
type(object.spec.ratio)
type(object.spec.whole)
type(object.spec.on)
type(object.spec.nothing)
type(object.spec.ports)
type(1) == int
type(1) == type(2)
type([]) == list
type({}) == map
type(null) == null_type
type(1) == string
type(1) == type('a')
type(type(1)) == type
type(ip('1.1.1.1')) == net.IP
type(cidr('1.1.1.0/24')) == net.CIDR
type(quantity('1')) == kubernetes.Quantity
type(url('https://a')) == kubernetes.URL
type(timestamp('2023-01-01T00:00:00Z')) == google.protobuf.Timestamp
type(duration('1s')) == google.protobuf.Duration
type(optional.none()) == optional_type
int
string
google.protobuf.Timestamp
duration
timestamp
ip(duration)
type(duration('1s')) == duration
type(timestamp(0)) == timestamp
dyn
size
dyn(1)
dyn([1, 2])
size(1)
size('abc')
size([1, 2])
size({'a': 1})
size(b'abc')
'abc'.size()
[1].size()
{'a': 1}.size()
b'ab'.size()
size(object.spec.count)
size(object.spec.ports)
size(object.spec.nothing)
size(dyn(true))
size(dyn(timestamp('2023-01-01T00:00:00Z')))
ip('1.1.1.1').foo
quantity('1').foo
dyn(ip('1.1.1.1')).foo
dyn(quantity('1')).foo
authorizer.foo
authorizer.group('').resource('pods').namespace('default').check('create').allowed() || true
request.foo
request.kind.foo
namespaceObject.foo
Foo{a: 1}
int{a: 1}
"""

FIELDS = r"""
object.spec.name
object.spec.nope
object.nope.deeper
object.spec.name.deeper
object.spec.count.deeper
object.spec.nothing.deeper
object.spec.ports.deeper
object.spec.ports[0].port
object.spec.ports[0]['port']
object.spec['name']
object.spec['nope']
object.spec[1]
object.spec.ports[2]
object.spec.ports[-1]
object.spec.ports['a']
object.spec.ports[0.0].port
object.spec.ports[0.5].port
object.spec.ports[0u].port
object.spec.ports[true]
object.spec.ports[object.spec.count]
object.spec.ports[object.spec.count - 2].name
object.spec.ports[object.spec.name]
object.spec[object.spec.name]
object.spec[object.spec.count]
object.spec.labels['a.b/c']
object.spec.name[0]
object.spec.count[0]
object.spec.nothing[0]
object[null]
object.spec.ports[null]
object.spec[object.spec.nothing]
object.spec[dyn(null)]
object.spec[dyn([1])]
[1, 2, 3][1]
[1, 2, 3][3]
[1, 2, 3][-1]
[1, 2, 3][dyn('a')]
[1, 2, 3]['a']
[1, 2, 3][1.0]
[1, 2, 3][dyn(1.0)]
[1, 2, 3][dyn(1.5)]
[1, 2, 3][dyn(1u)]
{'a': 1}['a']
{'a': 1}['b']
{'a': 1}.a
{'a': 1}.b
{1: 'x'}[1]
{1: 'x'}[dyn(1.0)]
{1: 'x'}[dyn(1u)]
{1: 'x'}[dyn(1.5)]
{1: 'x'}[dyn('a')]
{1: 'x'}[2]
{true: 'x'}[true]
{true: 'x'}[false]
{1: 'x'}[dyn(true)]
{1u: 'x'}[dyn(1)]
has(object.spec)
has(object.spec.name)
has(object.spec.nope)
has(object.spec.empty)
has(object.spec.nothing)
has(object.nope.deeper)
has(object.spec.name.deeper)
has(object.spec.count.deeper)
has(object.spec.nothing.deeper)
has(object.spec.ports.deeper)
has(object.spec.ports[0].nodePort)
has(object.spec.ports[1].nodePort)
has(object.spec.ports[5].nodePort)
has({'a': 1}.a)
has({'a': 1}.b)
has([1].a)
has(1.a)
has('a'.b)
has(object.?spec.name)
has(object.?nope.name)
has(object.spec.?nope.name)
object.?spec.?name
object.?spec.name.value()
object.?nope.deeper.hasValue()
object.?spec.count.deeper.hasValue()
object.?spec.name.deeper.hasValue()
object.?spec.ports.deeper.hasValue()
object.spec.?nope.orValue('default')
object.spec.?name.orValue('default')
object.spec.?nope.deeper.orValue(1)
object.spec.?nothing.hasValue()
object.spec.?nothing.orValue('default')
object.spec.?ports[0].port.orValue(0)
object.spec.?ports[5].port.orValue(0)
object.spec.ports[?0].port.orValue(0)
object.spec.ports[?5].hasValue()
object.spec.ports[?'a'].hasValue()
object.spec.labels[?'app'].orValue('none')
object.spec.labels[?'nope'].orValue('none')
object.spec.name[?0].hasValue()
{'a': 1}[?'a'].value()
{'a': 1}.?b.hasValue()
{'a': {'b': 1}}.?a.?b.value()
{'a': {'b': 1}}.?a.b.value()
{'a': {'b': 1}}.?a.c.hasValue()
[1, 2][?1].value()
[1, 2][?2].hasValue()
1.?a
'a'.?b
dyn(1).?a.hasValue()
object.metadata.name.startsWith('case')
object.kind
oldObject == null
oldObject.foo
request.operation
request.kind.kind
request.resource.resource
request.name.startsWith('case')
request.dryRun
request.userInfo.username
has(request.namespace)
request.namespace
namespaceObject == null
variables.foo
"""

OPTIONALS = r"""
optional.of(1).value()
optional.none().value()
optional.of(1).hasValue()
optional.none().hasValue()
optional.ofNonZeroValue(0).hasValue()
optional.ofNonZeroValue('').hasValue()
optional.ofNonZeroValue([]).hasValue()
optional.ofNonZeroValue({}).hasValue()
optional.ofNonZeroValue(null).hasValue()
optional.ofNonZeroValue(false).hasValue()
optional.ofNonZeroValue(0.0).hasValue()
optional.ofNonZeroValue(0u).hasValue()
optional.ofNonZeroValue(b'').hasValue()
optional.ofNonZeroValue(duration('0s')).hasValue()
optional.ofNonZeroValue(timestamp(0)).hasValue()
optional.ofNonZeroValue(timestamp('0001-01-01T00:00:00Z')).hasValue()
optional.ofNonZeroValue(ip('0.0.0.0')).hasValue()
optional.ofNonZeroValue(quantity('0')).hasValue()
optional.ofNonZeroValue(optional.none()).hasValue()
optional.ofNonZeroValue('a').value()
optional.none().orValue(1)
optional.of(1).orValue(2)
optional.of(1).orValue('a')
optional.of(1).orValue(1 / 0)
optional.none().orValue(1 / 0)
optional.none().or(optional.of(2)).value()
optional.of(1).or(optional.of(2)).value()
optional.none().or(optional.none()).hasValue()
optional.of(1).or(1)
dyn(1).orValue(2)
dyn(1).or(optional.of(2))
dyn(1).value()
dyn(1).hasValue()
optional.of(1) == optional.of(1)
optional.of(1) == optional.of(2)
optional.of(1) == optional.none()
optional.none() == optional.none()
optional.of(1) == dyn(1)
optional.of(1) == optional.of(dyn(1.0))
optional.of(2).optMap(x, x * 2).value()
optional.none().optMap(x, x * 2).hasValue()
optional.of({'a': 1}).optFlatMap(m, m.?a).value()
optional.of({'a': 1}).optFlatMap(m, m.?b).hasValue()
optional.of(1).optFlatMap(x, x)
optional.of({'a': 1}).a.value()
optional.of({'a': 1}).b.hasValue()
optional.of([1, 2])[1].value()
optional.of([1, 2])[5].hasValue()
optional.of({'a': 1})['a'].value()
optional.of([1, 2])[?1].value()
optional.of(1) + 1
string(optional.of(1))
optional.unwrap([optional.of(1), optional.none()])
[optional.of(1), optional.none(), optional.of(3)].unwrapOpt()
optional.unwrap([1])
[dyn(1)].unwrapOpt()
[1, 2, 3].first().value()
[].first().hasValue()
[1, 2, 3].last().value()
[].last().hasValue()
object.spec.words.first().value()
object.spec.name.first()
object.spec.name.first().hasValue()
[?optional.of(1), 2]
[?1]
[?dyn(1)]
{?'a': dyn(1)}
{'a': 1, ?'a': optional.none()}
"""

MACROS = r"""
[1, 2, 3].all(x, x > 0)
[1, 2, 3].all(x, x > 1)
[].all(x, 1 / 0 == x)
[1, 0].all(x, 1 / x == 1)
[0, 2].all(x, 1 / x == 1)
[0, 1].all(x, 1 / x == 1)
[1, 2, 3].all(x, x)
[dyn(1)].all(x, x)
[1, 2, 3].exists(x, x == 2)
[0, 1].exists(x, 1 / x == 1)
[0, 2].exists(x, 1 / x == 1)
[dyn(1), dyn(true)].exists(x, x)
[1, 2, 2].exists_one(x, x == 2)
[1, 2, 3].exists_one(x, x == 2)
[1, 2, 3].existsOne(x, x == 2)
[0, 1].exists_one(x, 1 / x == 1)
[dyn(1)].exists_one(x, x)
[1, 2, 3].map(x, x * 2)
[1, 2, 3].map(x, x > 1, x * 2)
[1, 2, 3].map(x, x)
[1, 0].map(x, 1 / x)
[1, 2, 3].map(x, x, x)
[1, 2, 3].filter(x, x > 1)
[1, 2, 3].filter(x, x)
[dyn(1)].filter(x, x)
{'a': 1, 'b': 2}.all(k, k < 'c')
{'a': 1}.map(k, k)
{'a': 1}.filter(k, k == 'a')
{'a': 1}.exists(k, k == 'a')
1.all(x, true)
'abc'.all(x, true)
dyn(1).all(x, true)
dyn('abc').all(x, true)
dyn(null).map(x, x)
dyn(1.5).exists(x, true)
dyn(true).filter(x, true)
dyn(timestamp(0)).all(x, true)
object.spec.count.all(x, true)
object.spec.name.all(x, true)
object.spec.nothing.all(x, true)
object.spec.nothing.all(i, x, true)
object.spec.count.all(i, x, true)
object.spec.ports.all(p, p.port > 0)
object.spec.ports.all(p, has(p.nodePort))
object.spec.ports.all(p, p.nodePort > 0)
object.spec.ports.exists(p, p.nodePort > 0)
object.spec.ports.exists_one(p, p.nodePort > 0)
object.spec.ports.map(p, p.port)
object.spec.ports.filter(p, p.port > 100).map(p, p.name)
object.spec.words.all(w, w.size() > 2)
object.spec.labels.all(k, k != '')
object.spec.labels.exists(k, v, k == 'app' && v == 'web')
object.spec.mixed.map(m, type(m))
object.spec.mixed.exists(m, m == 3.5)
object.spec.mixed.filter(m, m == 1)
[1, 2].map(x, [3, 4].map(y, x * y))
[1, 2].map(x, [x].map(x, x + 1))
[[1, 2], [3]].map(x, x.map(y, y + 1))
[1, 2].all(x, [1, 2].exists(y, x == y))
[1, 2, 3].all(i, v, v == i + 1)
[1, 2, 3].exists(i, v, i == 2 && v == 3)
[1, 2, 3].existsOne(i, v, v > 2)
[1, 2, 3].exists_one(i, v, v > 1)
[1, 2, 3].transformList(i, v, v * i)
[1, 2, 3].transformList(i, v, i > 0, v * i)
{'a': 1}.transformList(k, v, k)
[1, 2, 3].transformMap(i, v, v * 2)
{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2)
{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k})
{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: 'same'})
['x', 'y'].transformMapEntry(i, v, i > 0, {v: i})
{'a': 1}.transformMap(k, v, w)
{'a': 1}.all(k, v, v == 1)
{'a': 1}.exists(k, v, v / 0 == 1)
object.spec.labels.transformMap(k, v, v.upperAscii())
[1, 2].transformList(i, v, dyn(v) + 'a')
dyn(1).transformList(i, v, v)
[3, 1, 2].sortBy(x, x)
[3, 1, 2].sortBy(x, -x)
object.spec.ports.sortBy(p, -p.port).map(p, p.name)
[{'n': 'b'}, {'n': 'a'}].sortBy(m, m.n)
[1, 2].sortBy(x, [x])
[dyn(1), dyn('a')].sortBy(x, x)
object.spec.mixed.sortBy(x, x)
object.spec.count.sortBy(x, x)
lists.range(5)
lists.range(0)
lists.range(-1)
lists.range(100000).map(x, x).size()
lists.range(30000).map(x, x).size()
lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0))
lists.range(100).all(x, lists.range(100).all(y, x + y >= 0))
lists.range(2000000).size()
lists.range(90000).map(x, x).size()
lists.range(60000).map(x, x).size()
lists.range(1000).map(x, lists.range(100)).size()
lists.range(3000).map(x, lists.range(1000).size()).size()
object.nope.all(x, true)
x.all(x, true)
[1].all(object, object == 1)
[1].map(x, .x)
[1].map(x, [2].map(y, .x + y))
[1].map(x, object.spec.name + string(x))
"""

ARITHMETIC = r"""
9223372036854775807 + 1
-9223372036854775808 - 1
9223372036854775807 * 2
-(-9223372036854775808)
-9223372036854775808 / -1
-9223372036854775808 % -1
1 / 0
1 % 0
1u / 0u
1u % 0u
1.0 / 0.0
-1.0 / 0.0
0.0 / 0.0
0.0 / 0.0 == 0.0 / 0.0
0.0 / 0.0 < 1.0
0u - 1u
18446744073709551615u + 1u
18446744073709551615u * 2u
7 / 2
-7 / 2
7 / -2
7 % 3
-7 % 3
7 % -3
7u / 2u
7u % 3u
7.0 / 2.0
1.5 + 2.25
1.5 - 2.25
1.5 * 2.0
'a' + 'b'
b'a' + b'b'
dyn(1) + dyn(2)
dyn(1) + dyn(2.0)
dyn(1) + dyn('a')
dyn('a') + dyn(1)
dyn(true) + dyn(true)
dyn(null) + dyn(1)
dyn([1]) + dyn(1)
dyn({'a': 1}) + dyn({'b': 1})
dyn(timestamp(0)) + dyn(1)
dyn(duration('1s')) + dyn(1)
dyn(1) - dyn('a')
dyn('a') - dyn('b')
dyn([1]) - dyn([1])
dyn(1) * dyn('a')
dyn('a') * dyn(2)
dyn(duration('1s')) * dyn(2)
dyn(1) / dyn(1.0)
dyn('a') / dyn(1)
dyn(1.0) % dyn(2.0)
dyn(1) % dyn(2u)
-dyn('a')
-dyn(true)
-dyn(null)
-dyn([1])
-dyn(1u)
-dyn(duration('1s'))
!dyn(1)
!dyn('a')
dyn(1) < dyn('a')
dyn('a') < dyn(1)
dyn([1]) < dyn([2])
dyn(null) < dyn(1)
dyn(true) < dyn(1)
dyn(1) < dyn(1.5)
dyn(1u) < dyn(-1)
dyn(2) > dyn(1.5)
dyn({'a': 1}) <= dyn({'a': 1})
dyn(ip('1.1.1.1')) < dyn(ip('1.1.1.2'))
object.spec.count + 1
object.spec.ratio + 1
object.spec.ratio + 1.0
object.spec.whole + 1.0
object.spec.whole == 4
object.spec.whole + 1
object.spec.count == 3.0
object.spec.count > 2.5
object.spec.count * object.spec.count
object.spec.name + 1
object.spec.nothing + 1
object.spec.on + 1
object.spec.ports + 1
object.spec.labels + 1
object.spec.name + object.spec.empty
9007199254740993 == 9007199254740992.0
9223372036854775807 == 9223372036854775807.0
18446744073709551615u > 1.0e19
18446744073709551615u == 18446744073709551615.0
"""

CONVERSIONS = r"""
int('12')
int('-12')
int('+12')
int('0x10')
int('1.5')
int('')
int('a')
int('9223372036854775808')
int(1.9)
int(-1.9)
int(1e30)
int(0.0 / 0.0)
int(9223372036854775807.0)
int(1u)
int(18446744073709551615u)
int(true)
int(dyn(true))
int(dyn(null))
int(object.spec.count)
int(object.spec.name)
int(timestamp('2023-01-01T00:00:00Z'))
int(duration('1m'))
uint('12')
uint('-1')
uint(1)
uint(-1)
uint(1.9)
uint(-1.0)
uint(1e30)
double('1.5')
double('1e3')
double('a')
double('')
double('inf')
double('-Infinity')
double('NaN')
double('1e400')
double('0x1p-2')
double('1_000')
double(1)
double(1u)
double(true)
string(1)
string(1u)
string(1.0)
string(1.5)
string(100000.0)
string(1000000.0)
string(123456789.0)
string(0.0001)
string(0.00001)
string(1e21)
string(-2.5e-10)
string(1.0 / 0.0)
string(-1.0 / 0.0)
string(0.0 / 0.0)
string(-0.0)
string(true)
string('a')
string(b'abc')
string(b'\xff')
string(null)
string(dyn(null))
string([1])
string(dyn([1]))
string({'a': 1})
string(type(1))
string(dyn(type(1)))
string(duration('1h30m'))
string(duration('1.5s'))
string(duration('1ns'))
string(duration('-1m'))
string(timestamp('2023-01-01T00:00:00Z'))
string(timestamp('2023-01-01T00:00:00.120Z'))
string(timestamp('2023-01-01T00:00:00+02:00'))
string(timestamp(0))
string(object.spec.count)
string(object.spec.ratio)
string(object.spec.whole)
string(object.spec.nothing)
string(object.spec.ports)
string(quantity('1'))
string(ip('::1'))
string(cidr('::/0'))
string(dyn(ip('::1')))
string(dyn(quantity('1')))
bytes('abc')
bytes('é').size()
bytes(b'abc')
bytes(1)
bool('true')
bool('TRUE')
bool('True')
bool('tRue')
bool('t')
bool('1')
bool('false')
bool('f')
bool('0')
bool('yes')
bool('')
bool(true)
bool(1)
dyn('a') + 'b'
true || int('a') == 1
object.spec.on ? 1 : int('a')
[int('a')].size()
{'a': int('a')}.size()
int(string(1))
int(string('a'))
int('a' + '')
int(object.spec.name + '')
type(int('a'))
duration('1' + 'x')
[1, 2][dyn(null)]
[1, 2][dyn(1u)]
{'a': 1}[dyn(timestamp(0))]
object.spec[object.spec.list]
object.spec[object.spec.map]
object.spec[timestamp(0)]
object.spec[duration('1s')]
object.spec[b'name']
"""

TIMES = r"""
timestamp('2023-10-05T14:30:15.123456789Z')
timestamp('2023-10-05T14:30:15Z')
timestamp('2023-10-05T14:30:15+05:30')
timestamp('2023-10-05t14:30:15z')
timestamp('2023-10-05 14:30:15Z')
timestamp('2023-10-05')
timestamp('2023-13-05T14:30:15Z')
timestamp('2023-02-30T14:30:15Z')
timestamp('2024-02-29T14:30:15Z')
timestamp('2023-10-05T24:30:15Z')
timestamp('2023-10-05T4:30:15Z')
timestamp('2023-10-05T14:30:60Z')
timestamp('2023-10-05T14:30:15,5Z')
timestamp('2023-10-05T14:30:15.Z')
timestamp('2023-10-05T14:30Z')
timestamp('2023-10-05T14:30:15')
timestamp('0000-01-01T00:00:00Z')
timestamp('0001-01-01T00:00:00Z')
timestamp('9999-12-31T23:59:59Z')
timestamp('10000-01-01T00:00:00Z')
timestamp('2023-10-05T14:30:15+25:00')
timestamp('')
timestamp(0)
timestamp(1696516215)
timestamp(-62135596801)
timestamp(253402300800)
timestamp(1.5)
timestamp(timestamp(0))
timestamp(object.spec.when)
timestamp(object.spec.name)
timestamp(dyn('bad'))
duration('1h')
duration('1h15m30.918273645s')
duration('1.5h')
duration('100ms')
duration('1us')
duration('1µs')
duration('1ns')
duration('-1h')
duration('+1h')
duration('0')
duration('1')
duration('1d')
duration('')
duration('h')
duration('.5s')
duration('1.s')
duration('.s')
duration('1h 2m')
duration('2562047h47m16.854775807s')
duration('2562047h47m16.854775808s')
duration('-2562047h47m16.854775808s')
duration('99999999999h')
duration(1)
duration(1.5)
duration(duration('1s'))
duration(object.spec.name)
duration(dyn('1h'))
timestamp(object.spec.when).getFullYear()
timestamp(object.spec.when).getMonth()
timestamp(object.spec.when).getDayOfYear()
timestamp(object.spec.when).getDayOfMonth()
timestamp(object.spec.when).getDate()
timestamp(object.spec.when).getDayOfWeek()
timestamp(object.spec.when).getHours()
timestamp(object.spec.when).getMinutes()
timestamp(object.spec.when).getSeconds()
timestamp(object.spec.when).getMilliseconds()
timestamp(object.spec.when).getFullYear('UTC')
timestamp(object.spec.when).getHours('Europe/Berlin')
timestamp(object.spec.when).getHours('America/New_York')
timestamp(object.spec.when).getHours('+02:00')
timestamp(object.spec.when).getHours('-02:30')
timestamp(object.spec.when).getMinutes('-02:30')
timestamp(object.spec.when).getHours('02:00')
timestamp(object.spec.when).getHours('Nowhere/Nothing')
timestamp(object.spec.when).getHours('')
timestamp(object.spec.when).getHours('a:b')
timestamp(object.spec.when).getDayOfMonth('Asia/Tokyo')
timestamp(object.spec.when).getDate('-12:00')
timestamp(object.spec.when).getMonth('UTC')
timestamp(object.spec.when).getDayOfYear('UTC')
timestamp(object.spec.when).getDayOfWeek('UTC')
timestamp(object.spec.when).getSeconds('UTC')
timestamp(object.spec.when).getMilliseconds('UTC')
timestamp('2023-10-05T23:30:00-05:00').getHours()
timestamp('2023-10-08T00:00:00Z').getDayOfWeek()
duration('3730s').getHours()
duration('3730s').getMinutes()
duration('3730s').getSeconds()
duration('3730.5s').getMilliseconds()
duration('-3730s').getHours()
duration('1s').getHours('UTC')
duration('1s').getFullYear()
dyn(duration('1h')).getHours()
dyn(1).getHours()
timestamp('2023-01-01T00:00:00Z') + duration('1h')
duration('1h') + timestamp('2023-01-01T00:00:00Z')
timestamp('2023-01-01T00:00:00Z') - duration('1h')
timestamp('2023-01-02T00:00:00Z') - timestamp('2023-01-01T00:00:00Z')
timestamp('2023-01-01T00:00:00+02:00') + duration('1h')
duration('1h') + duration('30m')
duration('1h') - duration('90m')
-duration('1h')
timestamp('9999-12-31T23:59:59Z') + duration('1s')
timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')
duration('2562047h') + duration('2562047h')
timestamp('2023-01-01T00:00:00Z') == timestamp('2023-01-01T02:00:00+02:00')
timestamp('2023-01-01T00:00:00Z') < timestamp('2023-01-02T00:00:00Z')
timestamp('2023-01-01T00:00:00Z') == dyn('2023-01-01T00:00:00Z')
timestamp('2023-01-01T00:00:00Z') == null
duration('60s') == duration('1m')
duration('60s') > duration('1s')
duration('1s') == dyn(1)
[duration('1m'), duration('1s')].sum()
"""

STRINGS = r"""
'abc'.contains('b')
'abc'.contains('')
'abc'.contains(1)
'abc'.contains(dyn(1))
dyn(1).contains('a')
object.spec.count.contains('a')
'abc'.startsWith('ab')
'abc'.endsWith('bc')
dyn(1).startsWith('a')
object.spec.nothing.endsWith('a')
'abc'.charAt(1)
'abc'.charAt(3)
'abc'.charAt(4)
'abc'.charAt(-1)
'añb'.charAt(1)
'hello'.indexOf('l')
'hello'.indexOf('z')
'hello'.indexOf('')
'hello'.indexOf('l', 3)
'hello'.indexOf('l', 9)
'hello'.indexOf('', 9)
'hello'.indexOf('l', -1)
'hello'.lastIndexOf('l')
'hello'.lastIndexOf('')
'hello'.lastIndexOf('z')
'hello'.lastIndexOf('l', 2)
'hello'.lastIndexOf('l', 9)
'hello'.lastIndexOf('l', -1)
'hello'.lastIndexOf('', 2)
'hello'.lastIndexOf('hello', 4)
'a'.lastIndexOf('abc')
'AbÇ'.lowerAscii()
'AbÇé'.upperAscii()
'hello hello'.replace('he', 'we')
'hello hello'.replace('he', 'we', 1)
'hello hello'.replace('he', 'we', 0)
'hello hello'.replace('he', 'we', -1)
'hello'.replace('', '_')
'hello'.replace('', '_', 2)
'a b c'.split(' ')
'a b c'.split(' ', 2)
'a b c'.split(' ', 0)
'a b c'.split(' ', 1)
'a b c'.split(' ', -1)
'abc'.split('')
'abc'.split('', 2)
''.split(',')
''.split('')
'tacocat'.substring(4)
'tacocat'.substring(0, 4)
'tacocat'.substring(7)
'tacocat'.substring(8)
'tacocat'.substring(-1)
'tacocat'.substring(4, 2)
'tacocat'.substring(2, 9)
'tacocat'.substring(-1, 2)
'  \ttrim\n  '.trim()
'\u00a0\u2003trim\u3000'.trim()
'\u200btrim'.trim().size()
'trim\x1c'.trim().size()
strings.quote('a "b" \\ \t')
strings.quote('first\nsecond').size()
['a', 'b'].join()
['a', 'b'].join('-')
[].join('-')
[1, 2].join()
object.spec.words.join(',')
object.spec.mixed.join(',')
object.spec.numbers.join(',')
[dyn('a'), dyn(1)].join(',')
'abc'.reverse()
'abc'.matches('^a.c$')
'abc'.matches('b')
'abc'.matches('B')
'abc'.matches('(?i)B')
'abc'.matches('[')
'abc'.matches('(?=a)')
matches('abc', 'b')
matches('abc', '[')
matches('[', 'b')
dyn(1).matches('a')
'abc'.matches(dyn(1))
'abc'.matches(object.spec.nope)
'abc'.matches('a' + '[')
'abc'.find('b.')
'abc'.find('z')
'abc'.find('[')
'abc'.find('a' + '[')
'abc abd'.findAll('ab.')
'abc abd'.findAll('ab.', 1)
'abc abd'.findAll('ab.', 0)
'abc abd'.findAll('ab.', -1)
'abc abd'.findAll('z')
'abc'.findAll('')
'abc'.findAll('x*')
'abc'.findAll('b*')
'aaa'.findAll('a?')
'abc'.findAll('(')
'abc'.findAll('a' + '(')
dyn(1).find('a')
'abc'.find(dyn(1))
'a\nb'.matches('a.b')
'a\nb'.matches('(?s)a.b')
'a\n'.matches('a$')
'a\nb'.matches('(?m)a$')
'a\nb'.matches('(?m)^b')
'ab'.matches(r'\Aab\z')
'٣'.matches(r'\d')
'é'.matches(r'\w')
'é'.matches(r'\pL')
'É'.matches(r'\p{Lu}')
'é'.matches(r'\P{L}')
'é'.matches(r'[\p{L}]+')
'\u00a0'.matches(r'\s')
'\v'.matches(r'\s')
'\v'.matches('[[:space:]]')
'a-b'.matches(r'^[\w-]+$')
'a]b'.matches('^[]a-b]+$')
'x.y'.matches(r'^\Qx.y\E$')
'xzy'.matches(r'^\Qx.y\E$')
'foo bar'.find(r'\bb\w+')
'ab12'.find('(?P<letters>[a-z]+)')
'ab12'.find('(?<letters>[a-z]+)')
'ABab'.find('(?i:a)b')
'aaa'.find('a{2}')
'aaa'.find('a{2,}')
'aaa'.find('a{0,1}')
'aaa'.find('a+?')
'aaa'.find('(?U)a+')
'a{,2}'.find('a{,2}')
'aaa'.find('a{1001}')
'aaa'.find('a**')
'aaa'.find('a++')
'aaa'.find('*')
'aaa'.find('a{2}{3}')
'aaa'.find(')')
'aaa'.find('(a')
'aaa'.find('\\')
'aaa'.find('\\y')
'aaa'.find('\\8')
'aaa'.find('[z-a]')
'aaa'.find('[a')
'aaa'.find('(?<a')
'aaa'.find('(?P<a')
'aaa'.find('(?P<1 >a)')
'aaa'.find('(?z)')
'aaa'.find('(?<=a)a')
'aaa'.find('(?!a)')
'aaa'.find('[[:nope:]]')
'aaa'.find('\\pX')
'aaa'.find('\\p{Greek')
'aaa'.find('\\x{110000}')
'A'.find('\\x41')
'A'.find('\\x{41}')
'A'.find('\\101')
'a|b'.findAll('a|b|')
'ab'.find('(a|ab)(c|bcd)?')
'foobar'.find('foo(?:bar|b)')
'1.2.3.4'.matches('^([0-9]{1,3}\\.){3}[0-9]{1,3}$')
'example.com'.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?\\.)+[a-z]+$')
'%s'.format(['a'])
'%s %s'.format(['a', 'b'])
'%s'.format([])
'%s %s'.format(['a'])
'%s'.format(['a', 'b'])
'%%'.format([])
'100%'.format([])
'%'.format(['a'])
'%d'.format([1])
'%d'.format([1u])
'%d'.format(['a'])
'%d'.format([1.5])
'%d'.format([dyn('a')])
'%d'.format([true])
'%f'.format([1.5])
'%.2f'.format([1.555])
'%.0f'.format([2.5])
'%f'.format([1234567.891])
'%f'.format([1])
'%f'.format(['a'])
'%f'.format(['NaN'])
'%f'.format(['Infinity'])
'%f'.format([1.0 / 0.0])
'%f'.format([-1.0 / 0.0])
'%f'.format([0.0 / 0.0])
'%e'.format([1234.5678])
'%.2e'.format([0.00012345])
'%e'.format([0.0])
'%e'.format([1])
'%e'.format([1.0 / 0.0])
'%b'.format([5])
'%b'.format([-5])
'%b'.format([5u])
'%b'.format([true])
'%b'.format([false])
'%b'.format(['a'])
'%x'.format([255])
'%X'.format([255])
'%x'.format([-255])
'%x'.format(['abc'])
'%X'.format([b'\xfe'])
'%x'.format([1.5])
'%o'.format([8])
'%o'.format([8u])
'%o'.format(['a'])
'%z'.format([1])
'%.f'.format([1.5])
'%.3'.format([1.5])
'%s'.format([1.5])
'%s'.format([100000000.0])
'%s'.format([true])
'%s'.format([null])
'%s'.format([b'abc'])
'%s'.format([int])
'%s'.format([duration('90s')])
'%s'.format([timestamp(0)])
'%s'.format([[1, 2]])
'%s'.format([['a', 'b']])
'%s'.format([[1.5, 2.0]])
'%s'.format([[b'a']])
'%s'.format([[null]])
'%s'.format([[true]])
'%s'.format([[duration('1s')]])
'%s'.format([[timestamp(0)]])
'%s'.format([[int]])
'%s'.format([[[1], [2]]])
'%s'.format([{'a': 1}])
'%s'.format([{'b': 'x', 'a': 'y'}])
'%s'.format([{1: 'a', 10: 'b', 2: 'c'}])
'%s'.format([{true: 1}])
'%s'.format([{1.5: 1}])
'%s'.format([{'a': [1, {'b': 2}]}])
'%s'.format([[1.0 / 0.0, 0.0 / 0.0]])
'%s'.format([['quote"d', 'tab\t', 'é', '\u200b', '\x01']])
'%s'.format([optional.of(1)])
'%s'.format([ip('1.1.1.1')])
'%s'.format([[ip('1.1.1.1')]])
'%s'.format([dyn(ip('1.1.1.1'))])
'%s'.format([[dyn(ip('1.1.1.1'))]])
'%s'.format([object.spec.ports])
'%s'.format([object.spec.labels])
'%s'.format([object.spec.mixed])
'%s'.format(object.spec.words)
'%s'.format(object.spec.nothing)
'%s'.format(object.spec.list)
object.spec.name.format([1])
(object.spec.name + ' %d').format(['a'])
(object.spec.name + ' %z').format([1])
(object.spec.name + ' %').format([1])
(object.spec.name + ' %s').format([])
(object.spec.name + ' %s').format([optional.of(1)])
(object.spec.name + ' %s').format([1, 2])
(object.spec.name + ' %.2').format([1.5])
"""

LISTS = r"""
[1, 2, 3].isSorted()
[3, 1].isSorted()
[].isSorted()
['a', 'b'].isSorted()
[1.0, 2.0].isSorted()
[true, false].isSorted()
[b'a', b'b'].isSorted()
[1u, 2u].isSorted()
[duration('1s'), duration('2s')].isSorted()
[timestamp(0), timestamp(1)].isSorted()
[[1]].isSorted()
[dyn(1), dyn('a')].isSorted()
[null].isSorted()
object.spec.numbers.isSorted()
object.spec.words.isSorted()
object.spec.mixed.isSorted()
object.spec.ports.isSorted()
object.spec.count.isSorted()
[1, 2, 3].sum()
[].sum()
[1.5, 2.5].sum()
[1u, 2u].sum()
['a', 'b'].sum()
[9223372036854775807, 1].sum()
[18446744073709551615u, 1u].sum()
object.spec.numbers.sum()
object.spec.words.sum()
object.spec.list.sum()
object.spec.mixed.sum()
[1, 3, 2].max()
[1, 3, 2].min()
['b', 'a'].min()
['b', 'a'].max()
[1.5, -1.5].min()
[true, false].max()
[duration('1s'), duration('1m')].max()
[timestamp(0), timestamp(1)].min()
[b'a', b'b'].max()
[2u, 1u].min()
[].min()
[].max()
[[1]].min()
object.spec.numbers.max()
object.spec.words.min()
object.spec.list.min()
object.spec.mixed.max()
object.spec.ports.max()
object.spec.name.max()
[1, 2, 2, 3].indexOf(2)
[1, 2, 2, 3].lastIndexOf(2)
[1, 2].indexOf(5)
[1, 2].lastIndexOf(5)
[].indexOf(1)
[1, 2].indexOf('a')
[1, 2].indexOf(dyn('a'))
[1, 2].indexOf(dyn(2.0))
object.spec.words.indexOf('fig')
object.spec.mixed.indexOf(3.5)
object.spec.numbers.lastIndexOf(1)
object.spec.name.indexOf('e')
object.spec.count.indexOf(1)
object.spec.nothing.indexOf(1)
[1, 2, 3, 4].slice(1, 3)
[1, 2, 3, 4].slice(0, 4)
[1, 2, 3, 4].slice(2, 2)
[1, 2, 3, 4].slice(3, 1)
[1, 2, 3, 4].slice(0, 5)
[1, 2, 3, 4].slice(-1, 2)
[[1], [2, 3]].flatten()
[[1], [[2], 3]].flatten()
[dyn([1]), dyn([[2]])].flatten(2)
[[1], [2]].flatten(-1)
[[1], [2]].flatten(0)
[1, 2].flatten()
[].flatten()
dyn([1, [2, [3]]]).flatten()
object.spec.words.flatten()
object.spec.name.flatten()
object.spec.count.flatten(1)
[3, 1, 2].sort()
['b', 'a'].sort()
[].sort()
[[2], [1]].sort()
[dyn(1), dyn('a')].sort()
[1.5, 0.5].sort()
[true, false].sort()
object.spec.numbers.sort()
object.spec.words.sort()
object.spec.mixed.sort()
object.spec.ports.sort()
object.spec.name.sort()
object.spec.count.sort()
[1, 2, 3].reverse()
[].reverse()
object.spec.words.reverse()
object.spec.count.reverse()
[1, 2, 1, 3].distinct()
[dyn(1), dyn(1.0), dyn(1u), dyn('1')].distinct()
[].distinct()
[[1], [1]].distinct()
object.spec.words.distinct()
object.spec.count.distinct()
sets.contains([1, 2, 3], [1, 2])
sets.contains([1], [1, 2])
sets.contains([], [])
sets.contains([1], [dyn(1.0)])
sets.contains([1], ['a'])
sets.contains(object.spec.words, ['fig'])
sets.contains(object.spec.count, [1])
sets.equivalent([1, 2], [2, 1, 1])
sets.equivalent([1], [1, 2])
sets.intersects([1, 2], [2, 3])
sets.intersects([1], [2])
sets.intersects([], [])
sets.intersects(object.spec.words, ['x', 'fig'])
[[1, 2]].map(x, sets.contains(x, [1]))
[ip('1.1.1.1')] == [ip('1.1.1.1')]
[ip('1.1.1.1')] == [ip('1.1.1.2')]
ip('1.1.1.1') in [ip('1.1.1.1')]
dyn('a') in [dyn(ip('1.1.1.1'))]
[dyn(ip('1.1.1.1'))] == [dyn('a')]
[dyn(ip('1.1.1.1')), dyn('a')].distinct().size()
[dyn(ip('1.1.1.1'))].indexOf(dyn('a'))
"""

ADDRESSES = r"""
ip('10.0.0.1')
string(ip('10.0.0.1'))
ip('10.0.0.1').family()
ip('fe80::1').family()
ip('256.0.0.1')
ip('1.2.3')
ip('1.2.3.4.5')
ip('1.2.3.04')
ip('1..2.3')
ip('.1.2.3')
ip('1.2.3.')
ip('1.2.3.a')
ip('')
ip('abc')
ip('1234')
ip('::ffff:1.2.3.4')
ip('::ffff:0102:0304')
ip('fe80::1%eth0')
ip('%eth0')
ip('fe80::1%')
ip('1:2:3:4:5:6:7:8:9')
ip('1:2:3:4:5:6:7')
ip('12345::')
ip('1::2::3')
ip(':')
ip(':1')
ip('1:')
ip('1:::2')
ip('::g')
ip('1:2:3:4:5:6:7::8')
ip('1:2:3:4:5:6:1.2.3.4').family()
ip('1:2:1.2.3.4')
ip('::1.2.3')
ip('::1.2.3.4').family()
ip('1:2:3:4:5:6:7:8:')
ip(1)
ip(object.spec.count)
ip(object.spec.address).family()
string(ip('2001:DB8:0:0:0:0:0:1'))
string(ip('0:0:1::'))
string(ip('1:0:0:2:0:0:0:3'))
ip('127.0.0.1') == ip('127.0.0.1')
ip('127.0.0.1') == ip('127.0.0.2')
ip('127.0.0.1') != ip('127.0.0.2')
ip('::1') == ip('0:0:0:0:0:0:0:1')
ip('127.0.0.1') == '127.0.0.1'
ip('127.0.0.1') == dyn('127.0.0.1')
ip('127.0.0.1') != dyn('127.0.0.1')
dyn('127.0.0.1') == dyn(ip('127.0.0.1'))
ip('127.0.0.1') == null
dyn(ip('127.0.0.1')) == dyn(cidr('127.0.0.1/32'))
ip('1.1.1.1') < ip('1.1.1.2')
isIP('10.0.0.1')
isIP('10.0.0.256')
isIP('::1')
isIP('::ffff:1.2.3.4')
isIP('fe80::1%eth0')
isIP('')
isIP(1)
isIP(object.spec.address)
isIP(object.spec.count)
ip.isCanonical('127.0.0.1')
ip.isCanonical('2001:db8::abcd')
ip.isCanonical('2001:DB8::ABCD')
ip.isCanonical('2001:db8:0:0:0:0:0:abcd')
ip.isCanonical('bad')
ip('0.0.0.0').isUnspecified()
ip('::').isUnspecified()
ip('1.1.1.1').isUnspecified()
ip('127.9.9.9').isLoopback()
ip('::1').isLoopback()
ip('128.0.0.1').isLoopback()
ip('224.0.0.1').isLinkLocalMulticast()
ip('224.0.1.1').isLinkLocalMulticast()
ip('ff02::1').isLinkLocalMulticast()
ip('ff12::1').isLinkLocalMulticast()
ip('ff05::1').isLinkLocalMulticast()
ip('169.254.169.254').isLinkLocalUnicast()
ip('fe80::1').isLinkLocalUnicast()
ip('febf::1').isLinkLocalUnicast()
ip('fec0::1').isLinkLocalUnicast()
ip('192.168.0.1').isGlobalUnicast()
ip('8.8.8.8').isGlobalUnicast()
ip('255.255.255.255').isGlobalUnicast()
ip('224.0.0.1').isGlobalUnicast()
ip('239.1.1.1').isGlobalUnicast()
ip('0.0.0.0').isGlobalUnicast()
ip('127.0.0.1').isGlobalUnicast()
ip('2001:db8::1').isGlobalUnicast()
ip('fd00::1').isGlobalUnicast()
ip('ff02::1').isGlobalUnicast()
'1.1.1.1'.isLoopback()
dyn('1.1.1.1').isLoopback()
dyn('1.1.1.1').family()
cidr('10.0.0.0/8')
string(cidr('10.0.0.0/8'))
string(cidr('10.1.2.3/8'))
string(cidr('2001:DB8::/32'))
cidr('10.0.0.0')
cidr('10.0.0.0/33')
cidr('10.0.0.0/-1')
cidr('10.0.0.0/08')
cidr('10.0.0.0/a')
cidr('10.0.0.0/')
cidr('/8')
cidr('')
cidr('bad/8')
cidr('::ffff:10.0.0.0/104')
cidr('fe80::1%eth0/64')
cidr('10.0.0.0/8/8')
cidr('10.0.0.0/+8')
cidr('10.0.0.0/99999999999999999999')
cidr(object.spec.range).prefixLength()
cidr(object.spec.count)
isCIDR('10.0.0.0/8')
isCIDR('10.0.0.1/8')
isCIDR('10.0.0.0')
isCIDR('::/0')
isCIDR('::ffff:1.2.3.4/128')
isCIDR(object.spec.range)
cidr('10.0.0.0/8').containsIP('10.1.2.3')
cidr('10.0.0.0/8').containsIP('11.1.2.3')
cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))
cidr('10.0.0.0/8').containsIP('::1')
cidr('10.0.0.0/8').containsIP('bad')
cidr('10.0.0.0/8').containsIP('::ffff:10.1.2.3')
cidr('10.0.0.0/8').containsIP(object.spec.address)
cidr('10.0.0.0/8').containsIP(object.spec.count)
cidr('10.0.0.0/8').containsIP(1)
cidr('0.0.0.0/0').containsIP('1.2.3.4')
cidr('::/0').containsIP('1.2.3.4')
cidr('2001:db8::/32').containsIP('2001:db8:1::1')
cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')
cidr('10.0.0.0/8').containsCIDR('10.0.0.0/8')
cidr('10.0.0.0/8').containsCIDR('0.0.0.0/0')
cidr('10.0.0.0/8').containsCIDR('11.0.0.0/16')
cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16'))
cidr('10.0.0.0/8').containsCIDR('2001:db8::/32')
cidr('10.0.0.0/8').containsCIDR('bad')
cidr('10.0.0.0/8').containsCIDR(object.spec.range)
cidr('10.9.9.9/8').containsCIDR('10.1.1.1/8')
string(cidr('10.1.2.3/8').ip())
cidr('10.1.2.3/8').ip() == ip('10.1.2.3')
cidr('10.1.2.3/8').prefixLength()
string(cidr('10.1.2.3/8').masked())
cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')
cidr('10.1.2.3/8') == cidr('10.0.0.0/8')
cidr('10.0.0.0/8') == cidr('10.0.0.0/8')
cidr('10.0.0.0/8') == cidr('10.0.0.0/9')
cidr('10.0.0.0/8') == dyn('10.0.0.0/8')
'10.0.0.0/8'.prefixLength()
dyn('10.0.0.0/8').containsIP('10.0.0.1')
dyn(cidr('10.0.0.0/8')).containsIP('10.0.0.1')
size(dyn(ip('1.1.1.1')))
"""

URLS = r"""
url('https://example.com')
url('https://example.com:80/').getScheme()
url('HTTPS://example.com:80/').getScheme()
url('/path').getScheme()
url('https://example.com:80/').getHost()
url('https://example.com/').getHost()
url('https://[::1]:80/').getHost()
url('/path').getHost()
url('https://example.com:80/').getHostname()
url('https://127.0.0.1:80/').getHostname()
url('https://[::1]:80/').getHostname()
url('https://[::1]/').getHostname()
url('/path').getHostname()
url('https://example.com:80/').getPort()
url('https://example.com/').getPort()
url('https://example.com:/').getPort()
url('/path').getPort()
url('https://example.com/path').getEscapedPath()
url('https://example.com/path with spaces/').getEscapedPath()
url('https://example.com/a%20b').getEscapedPath()
url('https://example.com/a%2fb').getEscapedPath()
url('https://example.com/a%41').getEscapedPath()
url('https://example.com/ä').getEscapedPath()
url('https://example.com/a(b)!*').getEscapedPath()
url('https://example.com').getEscapedPath()
url('https://example.com/path?k1=a&k2=b&k2=c').getQuery()
url('https://example.com/path?key with spaces=value with spaces').getQuery()
url('https://example.com/path?a=%20b+c').getQuery()
url('https://example.com/path?').getQuery()
url('https://example.com/path').getQuery()
url('https://example.com/path?a;b&c').getQuery()
url('https://example.com/path?%zz=1&b=2').getQuery()
url('https://example.com/path?=1&&x').getQuery()
url('https://example.com/?a=b#c').getQuery()
url(object.spec.url).getHostname()
url(object.spec.url).getPort()
url(object.spec.url).getEscapedPath()
url(object.spec.url).getQuery()
url('https://user:pass@example.com:1/x').getHost()
url('mailto:a@b.c').getScheme()
url('mailto:a@b.c').getHost()
url('mailto:a@b.c').getEscapedPath()
url('../relative')
url('relative')
url('')
url('*').getEscapedPath()
url('https://a b.com')
url('https://exa<mple.com').getHost()
url('https://exa{mple.com')
url('https://example.com:port')
url('https://example.com:80:90')
url('ftp://example.com:80:90').getHost()
url('https://[::1')
url('https://[1.2.3.4]/')
url('https://[bad]/')
url('https://[fe80::1%25eth0]/').getHostname()
url('https://[fe80::1%eth0]/')
url('https://a[b]')
url('https://example.com/%zz')
url('https://example.com/%')
url('https://exa%20mple.com')
url('https://exa%C3%A4mple.com').getHost()
url(':no-scheme')
url('1http://x')
url('http:')
url('http://').getHost()
url('//host/path').getHost()
url('///path').getEscapedPath()
url('https://us er@host')
url('https://example.com/\n')
url('/a:b').getEscapedPath()
url(1)
url(object.spec.count)
url('https://example.com') == url('https://example.com')
url('https://example.com') == url('https://example.com/')
url('HTTPS://example.com') == url('https://example.com')
url('https://example.com/a b') == url('https://example.com/a%20b')
url('https://example.com') == dyn('https://example.com')
url('https://example.com') == null
isURL('https://example.com')
isURL('/path')
isURL('path')
isURL('')
isURL('https://a b')
isURL('https://example.com:80a')
isURL('mailto:a@b.c')
isURL(object.spec.url)
isURL(object.spec.count)
dyn('a').getHost()
dyn(url('https://a')).getHost()
"""

QUANTITIES = r"""
quantity('1')
quantity('1').isInteger()
quantity('1.0').isInteger()
quantity('1000m').isInteger()
quantity('1k').isInteger()
quantity('1Ki').isInteger()
quantity('1Ei').isInteger()
quantity('8Ei').isInteger()
quantity('1.5Ki').isInteger()
quantity('50000000G').isInteger()
quantity('50000000000000000000').isInteger()
quantity('9999999999999999999999999999999999999G').isInteger()
quantity('1').asInteger()
quantity('1k').asInteger()
quantity('1Ki').asInteger()
quantity('1.5').asInteger()
quantity('9999999999999999999999999999999999999G').asInteger()
quantity('-5').asInteger()
quantity('1e3').asInteger()
quantity('1E3').asInteger()
quantity('1e-3').isInteger()
string(quantity('1').asApproximateFloat())
string(quantity('1.5').asApproximateFloat())
string(quantity('100m').asApproximateFloat())
string(quantity('1Gi').asApproximateFloat())
string(quantity('1.5Gi').asApproximateFloat())
string(quantity('0.1n').asApproximateFloat())
string(quantity('1E').asApproximateFloat())
string(quantity('1Ei').asApproximateFloat())
string(quantity('123456789012345678901234567890').asApproximateFloat())
sign(quantity('1'))
sign(quantity('-1'))
sign(quantity('0'))
quantity('1').sign()
quantity('-1Mi').isLessThan(quantity('0'))
quantity('200M').isLessThan(quantity('0.3G'))
quantity('50Mi').isGreaterThan(quantity('50M'))
quantity('1Gi').isGreaterThan(quantity('1024Mi'))
quantity('200M').compareTo(quantity('0.2G'))
quantity('100M').compareTo(quantity('1G'))
quantity('1G').compareTo(quantity('100M'))
quantity('1') == quantity('1000m')
quantity('1k') == quantity('1Ki')
quantity('1') != quantity('2')
quantity('1') == dyn('1')
quantity('1') == dyn(1)
quantity('1') == null
quantity('1') < quantity('2')
quantity('50k').add(quantity('20')) == quantity('50020')
quantity('50k').add(20) == quantity('50020')
quantity('50k').add(20).asInteger()
quantity('50k').sub(quantity('20k')).asInteger()
quantity('50k').sub(20000).asInteger()
quantity('0').add(quantity('1.5')).isInteger()
quantity('1.5').add(quantity('0.5')).isInteger()
quantity('1.5').sub(quantity('1.5')).isInteger()
quantity('9223372036854775807').add(1).isInteger()
quantity('9223372036854775807').add(1).asInteger()
string(quantity('9223372036854775807').add(1).asApproximateFloat())
quantity('1').add('1')
quantity('1').add(1.0)
quantity('1').add(dyn('1'))
isQuantity('1.3G')
isQuantity('1.3 G')
isQuantity('1.3GG')
isQuantity('1.3Gi')
isQuantity('Ki')
isQuantity('.5')
isQuantity('5.')
isQuantity('.')
isQuantity('-')
isQuantity('+1')
isQuantity('--1')
isQuantity('1e')
isQuantity('1e1.5')
isQuantity('1E')
isQuantity('1Ei')
isQuantity('Ei')
isQuantity('1n')
isQuantity('1u')
isQuantity('1K')
isQuantity('0x10')
isQuantity('')
isQuantity(' 1')
isQuantity('1 ')
isQuantity('10000k')
isQuantity('200K')
isQuantity('Three')
isQuantity('Mi')
isQuantity('000')
isQuantity('0Mi')
isQuantity('1e99999999999999999999')
isQuantity(1)
isQuantity(object.spec.memory)
isQuantity(object.spec.count)
quantity('')
quantity('abc')
quantity('1.2.3')
quantity('1Xi')
quantity('1e')
quantity('10 Mi')
quantity(1)
quantity(object.spec.memory).asInteger()
quantity(object.spec.count)
quantity(object.spec.memory).compareTo(quantity('0.5Gi'))
dyn('1').isInteger()
dyn(quantity('1')).isInteger()
dyn(quantity('1')).isGreaterThan(quantity('0'))
dyn(semver('1.0.0')).isGreaterThan(quantity('0'))
"""

FORMATS = r"""
format.dns1123Label().validate('my-name')
!format.dns1123Label().validate('my-name').hasValue()
format.dns1123Label().validate('My-name').value()
format.dns1123Label().validate('my.name').value()
format.dns1123Label().validate('').value()
format.dns1123Label().validate('a123456789012345678901234567890123456789012345678901234567890123').value()
format.dns1123Label().validate('A123456789012345678901234567890123456789012345678901234567890123').value()
format.dns1123Subdomain().validate('my.name').hasValue()
format.dns1123Subdomain().validate('My.name').value()
format.dns1123Subdomain().validate('a..b').value()
format.dns1035Label().validate('my-name').hasValue()
format.dns1035Label().validate('1my-name').value()
format.qualifiedName().validate('example.com/name').hasValue()
format.qualifiedName().validate('name').hasValue()
format.qualifiedName().validate('/name').value()
format.qualifiedName().validate('Example.com/name').value()
format.qualifiedName().validate('a/b/c').value()
format.qualifiedName().validate('').value()
format.qualifiedName().validate('a/').value()
format.qualifiedName().validate('-a').value()
format.qualifiedName().validate('a123456789012345678901234567890123456789012345678901234567890123').value()
format.dns1123LabelPrefix().validate('my-name-').hasValue()
format.dns1123LabelPrefix().validate('My-name-').value()
format.dns1123LabelPrefix().validate('-').value()
format.dns1123SubdomainPrefix().validate('my.name-').hasValue()
format.dns1123SubdomainPrefix().validate('my.name.-').hasValue()
format.dns1035LabelPrefix().validate('my-name-').hasValue()
format.dns1035LabelPrefix().validate('1-').value()
format.labelValue().validate('my_value').hasValue()
format.labelValue().validate('').hasValue()
format.labelValue().validate('-a').value()
format.labelValue().validate('a123456789012345678901234567890123456789012345678901234567890123').value()
format.dns1035Label().validate('a123456789012345678901234567890123456789012345678901234567890123').value()
format.uri().validate('https://example.com').hasValue()
format.uri().validate('example').value()
format.uri().validate('').value()
format.uri().validate('https://a b').value()
format.uuid().validate('01234567-89ab-cdef-0123-456789abcdef').hasValue()
format.uuid().validate('0123456789abCDEF0123456789abcdef').hasValue()
format.uuid().validate('bad').value()
format.byte().validate('aGVsbG8=').hasValue()
format.byte().validate('aGVsbG8').value()
format.byte().validate('').hasValue()
format.byte().validate('aGVsbG8gd29ybGQ=').hasValue()
format.date().validate('2021-01-01').hasValue()
format.date().validate('2021-13-01').value()
format.date().validate('2021-02-29').value()
format.date().validate('0000-02-29').hasValue()
format.date().validate('2021-1-1').value()
format.datetime().validate('2021-01-01T00:00:00Z').hasValue()
format.datetime().validate('2021-01-01T00:00:00.5+01:00').hasValue()
format.datetime().validate('2021-01-01t00:00:00z').hasValue()
format.datetime().validate('2021-01-01').value()
format.datetime().validate('2021-01-01T24:00:00Z').value()
format.datetime().validate('2021-01-01T00:00:60Z').value()
format.datetime().validate('2021-01-01T00:00:00').value()
format.named('dns1123Label').hasValue()
format.named('nope').hasValue()
format.named('dns1123Label').value().validate('A').hasValue()
format.named('dns1123Label').value() == format.dns1123Label()
format.uuid() == format.byte()
format.uuid() == format.uuid()
format.uuid() == dyn('uuid')
format.nope()
format.uuid('a')
format.uuid().validate(1)
format.uuid().validate(object.spec.count)
format.dns1123Label().validate(object.spec.name).hasValue()
dyn('uuid').validate('a')
"""

VERSIONS = r"""
semver('1.2.3').major()
semver('1.2.3').minor()
semver('1.2.3').patch()
semver('1.2.3-rc.1+build.5').patch()
semver('v1.2.3')
semver('1.2')
semver('1')
semver('')
semver('01.2.3')
semver('1.02.3')
semver('1.2.03')
semver('a.2.3')
semver('1.b.3')
semver('1.2.c')
semver('.2.3')
semver('1..3')
semver('1.2.')
semver('1.2.3-')
semver('1.2.3+')
semver('1.2.3-01')
semver('1.2.3-a..b')
semver('1.2.3-a_b')
semver('1.2.3+a_b')
semver('1.2.3+a..b')
semver('1.2.3.4')
semver('18446744073709551615.0.0').major()
semver('18446744073709551616.0.0')
semver(' 1.2.3')
semver(1)
semver(object.spec.count)
semver('v1.2.3', true).major()
semver('1.2', true).patch()
semver('v1', true).major()
semver('01.02.03', true).minor()
semver('00.0.0', true).major()
semver('1.2.03-a', true).patch()
semver('1.2-a', true)
semver('1.2+a', true)
semver('', true)
semver('v', true)
semver('1.2.3', false).major()
semver('1.2', false)
semver('1.2.3', 1)
isSemver('1.2.3')
isSemver('v1.2.3')
isSemver('1.2')
isSemver('hello')
isSemver('v1.2.3', true)
isSemver('1.2', true)
isSemver('1.2', false)
isSemver(object.spec.name)
isSemver(object.spec.count)
isSemver(200)
semver('1.2.3').compareTo(semver('1.2.3'))
semver('1.2.3').compareTo(semver('2.0.0'))
semver('1.2.3').compareTo(semver('0.1.2'))
semver('1.2.3').compareTo(semver('1.2.3-rc.1'))
semver('1.2.3-alpha').compareTo(semver('1.2.3-beta'))
semver('1.2.3-1').compareTo(semver('1.2.3-alpha'))
semver('1.2.3-alpha').compareTo(semver('1.2.3-alpha.1'))
semver('1.2.3-2').compareTo(semver('1.2.3-10'))
semver('1.2.3').isGreaterThan(semver('1.2.2'))
semver('1.2.3').isLessThan(semver('1.10.0'))
semver('1.2.3') == semver('1.2.3')
semver('1.2.3') == semver('1.2.3+build')
semver('1.2.3') == semver('1.2.4')
semver('1.2.3') == dyn('1.2.3')
semver('1.2.3') < semver('1.2.4')
dyn('1.2.3').major()
dyn(semver('1.2.3')).major()
quantity('1').compareTo(semver('1.2.3'))
dyn(quantity('1')).compareTo(dyn(semver('1.2.3')))
"""

GROUPS = {
    name.lower(): list(dict.fromkeys(line for line in text.split("\n") if line.strip()))
    for name, text in {
        "LITERALS": LITERALS,
        "SYNTAX": SYNTAX,
        "TYPES": TYPES,
        "FIELDS": FIELDS,
        "OPTIONALS": OPTIONALS,
        "MACROS": MACROS,
        "ARITHMETIC": ARITHMETIC,
        "CONVERSIONS": CONVERSIONS,
        "TIMES": TIMES,
        "STRINGS": STRINGS,
        "LISTS": LISTS,
        "ADDRESSES": ADDRESSES,
        "URLS": URLS,
        "QUANTITIES": QUANTITIES,
        "FORMATS": FORMATS,
        "VERSIONS": VERSIONS,
    }.items()
}
