"""The one way an address is shown, printed, logged or stored for reading: without what may be secret in it."""

from __future__ import annotations

import re

_AT = re.compile("%40|\uff20", re.IGNORECASE)
_NAME_AND_PASSWORD = re.compile(r":[^@]*@")
_QUERY = re.compile(r"[?#&].*")
_QUERY_WITH_VALUES = re.compile(r"[?#&][^?#&]*(=|%3D|:).*", re.IGNORECASE)


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
