"""The function or class in which a citation stands."""

from __future__ import annotations

import re
import time

import pytest

from muster.trace.syntax import contexts_by_syntax, symbols

MARK = re.compile(rb"X\d+")

# What the marks X1, X2 ... of each source belong to.
SOURCES: dict[str, tuple[str, list[str]]] = {
    "python": (
        r'''"""doc X1"""
# X2
def f():
    # X3
    def g():
        """X4"""
    x = 1  # X5
    # X6

    def h(): pass

x = 1  # X7
# X8
# more
@p.m("X9")
# X10
async def t():
    pass
class A:
    # X11
    def m(self): "X12"

    # X13
    @dec
    def n(self): pass
    # X14
# X15
class B:
    # X16
    x = 1
if x:
    # X17
    def z(): pass
# X18
def y(): pass
''',
        ["", "f", "f.g", "f.g", "f", "f", "", "t", "t", "t", "A.m", "A.m", "A.n", "A", "B", "B", "z", "y"],
    ),
    "rust": (
        r"""//! X1
/// X2
#[test]
// X3
fn a() { let x = "X4"; } // X5
mod tests {
  //! X6
  use x;
  impl<T> Tr for q::Queue<T> {
    /// X7
    #[doc = "X8"]
    pub fn push(&self) { /* X9 */ }
  }
  impl Q { fn p() { X10 } }
  trait Z { /// X11
    /// X12
    fn q(&self); }
  #[test] // X13
  fn w() { mac! { fn inner() { X14 } } }
}
/* X15 */ struct S { a: u8, // X16
}
enum E { A /* X17 */ }
""",
        [
            "",
            "a",
            "a",
            "a",
            "",
            "tests",
            "tests.q.Queue.push",
            "tests.q.Queue.push",
            "tests.q.Queue.push",
            "tests.Q.p",
            "tests.Z.q",
            "tests.Z.q",
            "tests.w",
            "tests.w",
            "S",
            "S",
            "E",
        ],
    ),
    "go": (
        r"""package a
// X1
func F() { // X2
}
// X3
func (q *Queue[T]) Push() { f := func() { X4 }
 t.Run("X5", func(t *T) { X6 }) }
// X7
type T struct { // X8
  a int // X9
}
type (
 // X10
 U interface { M() /* X11 */ }
)
// X12

func (Q) N() { X13 }
""",
        ["F", "F", "Queue.Push", "Queue.Push", "Queue.Push", "Queue.Push", "T", "T", "T", "U", "U", "", "Q.N"],
    ),
    "java": (
        r"""package a; // X1
/** X2 */
@A("X3")
public class Q<T> {
  /** X4 */
  @Test @Y("X5") void m() { /* X6 */ new Foo() { void k() { X7 } }; }
  // X8
  Q() { X9 }
  enum E { B { void z() { X10 } } } record R(int x) { R { X11 } void t() { X12 } } interface I { void n(); // X13
   /** X14 */
   int o(); }
  int f; // X15
}
""",
        ["", "Q", "Q", "Q.m", "Q.m", "Q.m", "Q.m.k", "Q.Q", "Q.Q", "Q.E.z", "Q.R.R", "Q.R.t", "Q.I", "Q.I.o", "Q"],
    ),
    "c": (
        r"""/* X1 */
static int *f(int a) { // X2
  Foo x(y); }
/* X3 */
typedef struct { int a; /* X4 */ } Z;
struct Q { int b; /* X5 */ };
// X6
int proto(int a);
int (*fp(int a))(int) { X7 }
#define M X8
// X9
#define N 1
int v; // X10
// X11
struct Q *mk(void) { X12 }
#ifdef A
// X13
int zz(void) { X14; }
#endif
""",
        ["f", "f", "Z", "Z", "Q", "proto", "fp", "", "", "", "mk", "mk", "zz", "zz"],
    ),
    "cpp": (
        r"""namespace a::b { // X1
// X2
class Q : P { public:
 // X3
 void push() { X4; } ~Q() { X5; } Q(int) { X6; } operator int() { X7; } int operator+(int) { X8; }
 // X9
 void decl(int);
};
// X10
template<class T> void Q<T>::push() { X11; }
Q::operator bool() const { X12; } int& Q::r() { auto l = [] { X13; }; }
enum class E { A, /* X14 */ };
}
// X15
TEST_F(Foo, Bar) { X16; }
extern "C" {
 // X17
 void g() { X18; } }
template<> struct hash<Q> { int operator()() { X19; } };
namespace { void an() { X20; } }
""",
        [
            "a.b",
            "a.b.Q",
            "a.b.Q.push",
            "a.b.Q.push",
            "a.b.Q.~Q",
            "a.b.Q.Q",
            "a.b.Q.operator int",
            "a.b.Q.operator+",
            "a.b.Q",
            "a.b.Q.push",
            "a.b.Q.push",
            "a.b.Q.operator bool",
            "a.b.Q.r",
            "a.b.E",
            "Foo.Bar",
            "Foo.Bar",
            "g",
            "g",
            "hash.operator()",
            "an",
        ],
    ),
    "javascript": (
        r"""#!/usr/bin/env node
// X1
export const f = () => { X2 }
// X3
it("does X4", () => { X5 })
describe.only('a', function () {
  // X6
  it.each([1])("b", async () => { X7 });
  it(`c`, () => { X8 }); it(`d${x}`, () => { X9 });
  test.skip.each`a|b`("e", () => { X10 }) })
class A { x = () => { X11 }; #p() { X12 }
 // X13
 static async get() { X14 } }
const o = { m() { X15 }, "k": function () { X16 },
 // X17
 g: () => X18, h: { i() { X19 } } }
a.b = function () { X20 }
module.exports = function () { X21 }
// X22
export default function named() { X23 }
/** X24 */
export class B extends C { constructor() { X25 } }
const K = class { m() { X26 } }
// X27
const L = 5
function* gen() { X28 }
foo("x", () => { X29 })
let y = 1 // X30
function z() {}
""",
        [
            "f",
            "f",
            "does X4",
            "does X4",
            "does X4",
            "a.b",
            "a.b",
            "a.c",
            "a",
            "a.e",
            "A.x",
            "A.#p",
            "A.get",
            "A.get",
            "m",
            "k",
            "g",
            "g",
            "i",
            "b",
            "",
            "named",
            "named",
            "B",
            "B.constructor",
            "K.m",
            "",
            "gen",
            "",
            "",
        ],
    ),
    "typescript": (
        r"""namespace N.M {
 // X1
 @Dec("X2") export abstract class A<T> {
  // X3
  @dec("X4") m(): void { X5 }
  private q = async () => { X6 }
  abstract z(a: /* X7 */ number): void }
 interface I {
  // X8
  m(): void }
 enum E { A /* X9 */ } }
declare module "foo" { // X10
 // X11
 export function ff(): void; }
// X12
export type T = 1;
// X13
export default class { m() { X14 } }
// X15
function over(a: string): void;
""",
        [
            "N.M.A",
            "N.M.A",
            "N.M.A.m",
            "N.M.A.m",
            "N.M.A.m",
            "N.M.A.q",
            "N.M.A.z",
            "N.M.I.m",
            "N.M.E",
            "foo",
            "foo.ff",
            "",
            "",
            "m",
            "over",
        ],
    ),
}


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [(language, *case) for language, case in SOURCES.items()] + [("tsx", *SOURCES["javascript"])],
)
@pytest.mark.requirement("MU-TRACE-3004")
def test_a_place_belongs_to_the_definitions_around_and_below(language: str, source: str, expected: list[str]) -> None:
    content = source.encode()

    assert symbols(content, language, [match.start() for match in MARK.finditer(content)]) == expected


@pytest.mark.requirement("MU-TRACE-3004")
def test_places_need_no_particular_density() -> None:
    source = b"class A:\n    def f(self):\n        return 1\n\n\ndef g():\n    pass\n"
    every = symbols(source, "python", range(len(source)))

    assert every == [symbols(source, "python", [offset])[0] for offset in range(len(source))]
    assert sorted(set(every)) == ["", "A", "A.f", "g"]


@pytest.mark.requirement("MU-TRACE-3004")
def test_a_file_without_language_or_content_has_no_symbols() -> None:
    assert symbols(b"function f() { X1 }", "fortran", [15]) == [""]
    assert symbols(b"", "python", [0, 7]) == ["", ""]
    assert symbols(b"def f(): X1", "python", []) == []


@pytest.mark.requirement("MU-TRACE-3004")
def test_a_file_that_a_machine_wrote_is_not_parsed() -> None:
    source = b"def f():\n    X1\n" + b"x = 1\n" * 333_400

    assert symbols(source, "python", [13]) == [""]


HOSTILE: dict[str, bytes] = {
    "brackets": b"(" * 100_000,
    "closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "functions": b"function f(){" * 8_000,
    "classes": b"class A { " * 8_000,
    "deep functions": b"".join(b" " * depth + b"def f():\n" for depth in range(500)),
    "quotes": b'"' * 8_000,
    "regular expressions that do not end": b"a=/[" * 10_000,
    "comments": b"# a\n" * 30_000,
    "comments of C": b"// a\n" * 30_000,
    "NUL": b"\0" * 30_000,
    "every byte": bytes(range(256)) * 100,
    "semicolons": b";" * 30_000,
}


@pytest.mark.parametrize("language", ["python", "rust", "javascript", "typescript", "tsx", "go", "java", "c", "cpp"])
@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.requirement("MU-TRACE-3004")
def test_hostile_files_are_survived(language: str, source: bytes) -> None:
    offsets = range(0, len(source), 37)

    started = time.process_time()

    assert len(symbols(source, language, offsets)) == len(offsets)
    assert len(contexts_by_syntax(source, language, offsets)) == len(offsets)
    assert time.process_time() - started < 60
