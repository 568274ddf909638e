"""The one way texts from outside are shown, printed or logged: without secrets, on one line, nothing but text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_AT = re.compile("%40|\uff20", re.IGNORECASE)
_NAME_AND_PASSWORD = re.compile(r":[^@]*@")
_QUERY = re.compile(r"[?#&].*")
_QUERY_WITH_VALUES = re.compile(r"[?#&][^?#&]*(=|%3D|:).*", re.IGNORECASE)
_ADDRESS = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]+:/{1,2}[^\s\"'<>“”]+")
_PASSWORD_WITH_BLANKS = re.compile(r":/{1,2}[^\s:/@.]+:[^@\n/]{1,200}@")
_MAY_HOLD_SECRETS = re.compile("@|%40|\uff20|=|%3D", re.IGNORECASE)
_ENDS_OF_SENTENCES = ".,;:)]}"
# Direction marks and separators of lines: text that turns others around or begins a line of its own.
_HARMFUL = frozenset({0x200E, 0x200F, 0xFEFF, *range(0x2028, 0x202F), *range(0x2066, 0x206A)})


def shown_address(address: str) -> str:
    """Return an address without user, password and query, which cameras and mirrors use for passwords too.

    Everything up to the last "@" goes, since passwords are often written with "/", "?" or "#" unescaped; so does a part
    of the path that holds "=" (`/user=admin_password=…` of common cameras). A mistyped address without "://" loses what
    looks like user and password or a query; any other text, such as the path of a file, comes back as it is.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        rest = _AT.sub("@", address)
        if _NAME_AND_PASSWORD.search(rest):
            rest = "…@" + rest.rpartition("@")[2]
        shown = _QUERY_WITH_VALUES.sub("", rest)
        return address if shown == _AT.sub("@", address) else shown
    public = _QUERY.sub("", _AT.sub("@", rest).rpartition("@")[2])
    return f"{scheme}://" + "/".join("…" if "=" in part else part for part in public.split("/"))


def masked(text: str) -> str:
    """Return a text whose addresses are without what may be secret in them; other addresses stay as they are."""
    if ":/" not in text:
        return text
    return _ADDRESS.sub(_masked_address, _PASSWORD_WITH_BLANKS.sub("://…@", text))


def _masked_address(found: re.Match[str]) -> str:
    address = found.group()
    if not _MAY_HOLD_SECRETS.search(address):
        return address
    end = address[len(address.rstrip(_ENDS_OF_SENTENCES)) :]
    return shown_address(address.removesuffix(end)) + end


def one_line(text: str) -> str:
    r"""Return a text in which whatever a terminal obeys, or what begins a new line, is written out, such as ``\x1b``.

    That is control characters (Cc), marks of direction, separators of lines and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(_written_out(one) if is_obeyed(one) else one for one in text)


def is_obeyed(character: str) -> bool:
    """Tell whether a terminal obeys a character, or it begins a new line, instead of showing it."""
    return ord(character) in _HARMFUL or unicodedata.category(character) in {"Cc", "Cs"}


def _written_out(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def masked_values(value: object) -> object:
    """Return a JSON value with every text in it ``masked``, keys as well."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {masked_values(key): masked_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked_values(one) for one in value]
    return value
