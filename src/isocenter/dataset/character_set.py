"""Specific Character Set (0008,0005): bytes to text and back (PS3.3 C.12.1.1.2, PS3.5 6.1).

Comes in: the attribute's value as it was sent, and bytes or text. Goes out: text or bytes. Misspelt names are understood, unknown
ones and wrong bytes never fail: every byte becomes some character, and `CharacterSet.read` says whether that was a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pydicom import charset

from isocenter.base.errors import LocalError

UTF_8: Final = "ISO_IR 192"
LATIN_1: Final = "ISO_IR 100"
_ESCAPE: Final = b"\x1b"
_STAND_ALONE: Final = frozenset({"ISO_IR 192", "GBK", "GB18030"})
_MULTI_BYTE: Final = frozenset(
    {"iso2022_jp", "iso2022_jp_2", "euc_kr", "iso_ir_58", "GB2312", "GBK", "GB18030", "UTF8", "shift_jis"}
)
_SPELLING: Final = re.compile(r"ISO[ _-]*(2022)?[ _-]*IR[ _-]*(\d+)\Z")
_ALIASES: Final = {"": "", "UTF8": UTF_8, "UTF-8": UTF_8, "LATIN1": LATIN_1, "ISO_8859-1": LATIN_1, "ISO 8859-1": LATIN_1}
_FRAGMENTS: Final = re.compile(rb"[^\x1b]+|\x1b[^\x1b]*")
_DELIMITERS: Final = re.compile(rb"[\r\n\t\f\\]")
_DELIMITERS_OF_NAMES: Final = re.compile(rb"[\r\n\t\f\\^=]")


def _term(spelt: str) -> str:
    """The defined term that a value of (0008,0005) means, or an empty text where nobody can tell."""
    name = spelt.strip(" \0").upper()
    match = _SPELLING.match(name)
    if match is not None:
        name = f"ISO 2022 IR {match[2]}" if match[1] else f"ISO_IR {match[2]}"
    name = _ALIASES.get(name, name)
    if name == "ISO_IR 58":
        name = "ISO 2022 IR 58"
    return name if name in charset.python_encoding else ""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """A declared character set. `terms` are the defined terms understood; `declared` is what was sent.

    `known` is False where some of it was not understood. `codecs` are Python's names, the first one for bytes without escapes.
    """

    declared: str
    terms: tuple[str, ...]
    codecs: tuple[str, ...]
    known: bool

    @property
    def is_default(self) -> bool:
        """True where nothing, or only ASCII, was declared."""
        return not self.terms or self.terms == ("ISO_IR 6",) or self.terms == ("ISO 2022 IR 6",)

    def decode(self, value: bytes, vr: str = "LO") -> str:
        """`value` as text, padding kept."""
        return self.read(value, vr)[0]

    def read(self, value: bytes, vr: str = "LO") -> tuple[str, bool]:
        """`value` as text, and True where it was not what the character set says and had to be guessed."""
        if value.isascii() and _ESCAPE not in value and self.codecs[0] != "shift_jis":
            return value.decode("ascii"), False
        if _ESCAPE in value and self.terms and self.terms[0] not in _STAND_ALONE:
            return self._read_extended(value, vr)
        if self.is_default:
            return _guess(value), True
        try:
            return value.decode(self.codecs[0]), not self.known
        except (UnicodeError, LookupError):
            return _guess(value), True

    def _read_extended(self, value: bytes, vr: str) -> tuple[str, bool]:
        """Code extensions by escape sequences, which a delimiter ends (PS3.5 6.1.2.5.3)."""
        delimiters = _DELIMITERS_OF_NAMES if vr == "PN" else _DELIMITERS
        parts: list[str] = []
        guessed = not self.known
        for fragment in _FRAGMENTS.findall(value):
            try:
                parts.append(self._fragment(fragment, delimiters))
            except (UnicodeError, LookupError):
                parts.append(_guess(fragment))
                guessed = True
        return "".join(parts), guessed

    def _fragment(self, fragment: bytes, delimiters: re.Pattern[bytes]) -> str:
        if not fragment.startswith(_ESCAPE):
            return fragment.decode(self.codecs[0])
        length = 4 if fragment.startswith((b"\x1b$(", b"\x1b$)")) else 3
        codec = charset.CODES_TO_ENCODINGS.get(fragment[:length])
        if codec is None:
            raise LookupError("unknown escape sequence")
        if codec in charset.handled_encodings:
            return fragment.decode(codec)
        rest = fragment[length:]
        match = delimiters.search(rest)
        if match is None or codec == self.codecs[0]:
            return rest.decode(codec)
        return rest[: match.start()].decode(codec) + rest[match.start() :].decode(self.codecs[0])

    def encode(self, text: str) -> bytes:
        """`text` in this character set, escapes included. Raises LocalError where a character is not in it."""
        if text.isascii():
            return text.encode("ascii")
        codecs = self.codecs if self.terms else ("ascii",)
        if codecs[0] not in _MULTI_BYTE or self.terms[0] in _STAND_ALONE:
            try:
                return text.encode(codecs[0])
            except UnicodeError:
                if len(codecs) == 1:
                    raise LocalError(f"{text!r} cannot be written in {self.declared or 'the default character set'}") from None
        return self._encode_extended(text)

    def _encode_extended(self, text: str) -> bytes:
        # Each component of each value is by itself: delimiters end every escape.
        parts = re.split(r"([\\^=\r\n\t\f])", text)
        encoded = b"".join([self._encode_part(part) for part in parts if part])
        if self.decode(encoded, "PN") != text:
            raise LocalError(f"{text!r} cannot be written in {self.declared}")
        return encoded

    def _encode_part(self, part: str) -> bytes:
        if part.isascii():
            return part.encode("ascii")
        for place, codec in enumerate(self.codecs):
            try:
                encoded = charset._encode_string_impl(part, codec)
            except UnicodeError:
                continue
            if place and codec not in charset.handled_encodings:
                encoded = charset._get_escape_sequence_for_encoding(codec, encoded=encoded) + encoded
            if codec in charset.need_tail_escape_sequence_encodings:
                encoded += charset._get_escape_sequence_for_encoding(self.codecs[0]) or b"\x1b(B"
            return encoded
        try:
            return charset._encode_string_parts(part, list(self.codecs))
        except ValueError:
            raise LocalError(f"{part!r} cannot be written in {self.declared}") from None


def _guess(value: bytes) -> str:
    """Text from bytes of no declared set: UTF-8 where they are well-formed as such, which is hardly ever chance, else latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeError:
        return value.decode("latin-1")


@lru_cache(maxsize=256)
def of(declared: str | bytes) -> CharacterSet:
    """The character set that a value of (0008,0005) declares; values are separated by backslashes. Never raises."""
    text = declared.decode("latin-1") if isinstance(declared, bytes) else declared
    text = text.strip(" \0")
    spelt = text.split("\\")
    terms = [_term(part) for part in spelt]
    known = all(term or not part.strip(" \0") for term, part in zip(terms, spelt, strict=True))
    if len(terms) > 1:
        # An empty first value is ISO 2022 IR 6; single-byte terms beside others mean their ISO 2022 forms (PS3.3 C.12.1.1.2).
        terms = [term or ("ISO 2022 IR 6" if place == 0 else "") for place, term in enumerate(terms)]
        terms = [term.replace("ISO_IR ", "ISO 2022 IR ") if term not in _STAND_ALONE else term for term in terms if term]
        terms = [term for term in terms if term in charset.python_encoding or term in _STAND_ALONE]
        if terms and terms[0] in _STAND_ALONE:
            terms = terms[:1]
        terms = [term for place, term in enumerate(terms) if place == 0 or term not in _STAND_ALONE]
    terms = [term for term in terms if term]
    codecs = tuple(charset.python_encoding[term] for term in terms) or ("iso8859",)
    return CharacterSet(text, tuple(terms), codecs, known)


def decode(value: bytes, declared: str | bytes, vr: str = "LO") -> str:
    """`value` as text by the character set `declared`; padding kept. Never raises."""
    return of(declared).decode(value, vr)


def encode(text: str, declared: str) -> bytes:
    """`text` by the character set `declared`. Raises LocalError where it has characters that are not in it."""
    return of(declared).encode(text)


def choose(requested: str, values: Iterable[str]) -> tuple[str, Callable[[str], bytes]]:
    """The character set to answer a request in: what to declare in (0008,0005), and the encoder that goes with it.

    Nothing is declared where all is ASCII and the request declared nothing. The single-byte set of the request is kept where it can
    write every value; all else is answered in UTF-8, which every peer that is not very old can read (PS3.4 C.4.1.1.3.2).
    """
    asked = of(requested)
    single_byte = len(asked.codecs) == 1 and asked.codecs[0] not in _MULTI_BYTE and asked.known
    if asked.is_default or not single_byte:
        plain = asked.is_default and all(value.isascii() for value in values)
        answer = of("") if plain else of(UTF_8)
    else:
        try:
            for value in values:
                value.encode(asked.codecs[0])
            answer = asked
        except UnicodeError:
            answer = of(UTF_8)
    return "\\".join(answer.terms), answer.encode
