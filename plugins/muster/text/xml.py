"""XML that nobody need trust, as a stream that never becomes a tree.

A file that declares a document type is refused at the declaration, so that no entity is ever expanded, and one with any
damage is refused whole: half a file proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from muster.text.unreadable import Unreadable
from muster.text.words import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.parsers.expat import XMLParserType

MOST_TOKEN = 16_000_000  # bytes of one tag: expat looks through an unfinished one again and again
ANEW = "run the tests again, and give the file that the runner writes then"
_CHUNK = 1_000_000
_ENDED = frozenset({3, 5, 6, 20})  # expat's codes for a file that stops too early


class Elements(Protocol):
    """Takes what expat meets, one element after the other; raises `Unreadable` where it has seen enough."""

    def start(self, tag: str, attributes: dict[str, str], /) -> None: ...

    def end(self, tag: str, /) -> None: ...


_Read = TypeVar("_Read", bound=Elements)


def streamed(content: bytes, elements: Callable[[XMLParserType], _Read]) -> _Read:
    """What `elements` makes for a parser, when it has met all elements of the file; or raise `Unreadable`."""
    from xml.parsers import expat  # most runs read no XML

    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    reader = elements(parser)
    parser.StartDoctypeDeclHandler = lambda name, *_: _refuse_doctype(parser, name)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        for start in range(0, len(content), _CHUNK):
            parser.Parse(content[start : start + _CHUNK], False)
            if start + _CHUNK - parser.CurrentByteIndex > MOST_TOKEN + _CHUNK:
                words = f"a single tag is longer than {MOST_TOKEN:,} bytes"
                raise Unreadable(parser.CurrentLineNumber, words, ANEW)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if error.code in _ENDED:
            raise Unreadable(error.lineno, "the file ends in the middle of its XML", ANEW) from None
        words = f"the file is no well-formed XML: {expat.errors.messages[error.code]}, column {error.offset + 1}"
        raise Unreadable(error.lineno, words, ANEW) from None
    except (ValueError, LookupError) as error:
        if isinstance(error, Unreadable):
            raise
        words = f"the file declares an encoding that cannot be read: {shortened(printable(str(error)))}"
        raise Unreadable(parser.CurrentLineNumber, words, "have the runner write UTF-8") from None
    return reader


def _refuse_doctype(parser: XMLParserType, name: str) -> None:
    words = f"the file declares a document type, {shortened(name)!r}, and may define entities: it is not read"
    raise Unreadable(parser.CurrentLineNumber, words, "results of tests need none; remove the <!DOCTYPE ...>")
