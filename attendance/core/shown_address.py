"""The one way an address is shown, printed, logged or stored for reading: without what may be secret in it."""

from __future__ import annotations

import re

_NAME_AND_PASSWORD = re.compile(r"^[^/\\\s:@]+:.*@")


def shown_address(address: str) -> str:
    """Return an address without user, password and query, which cameras and mirrors use for passwords too.

    Everything up to the last "@" goes, since passwords are often written with "/", "?" or "#" unescaped; so does a part
    of the path that holds "=" (`/user=admin_password=…` of common cameras). Without a scheme only "user:password@" is
    known for what it is; any other text comes back as it is.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return _NAME_AND_PASSWORD.sub("", address)
    public = rest.rpartition("@")[2]
    for sign in "?#":
        public = public.partition(sign)[0]
    return f"{scheme}://" + "/".join("…" if "=" in part else part for part in public.split("/"))
