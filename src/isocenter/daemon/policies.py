"""The policies in one sentence each, for the terminal and the page. What they do is `nodes/policy`'s."""

from __future__ import annotations

_SENTENCES = {
    "loopback": "Programs on this computer may do everything, known nodes what their entry says, everybody else only C-ECHO.",
    "strict": "Only known nodes that call this archive by its own title are served; everybody else may only C-ECHO.",
    "open": "Everybody who reaches this port may store, search and fetch. Use it on a network of your own only.",
}


def sentence(policy: str) -> str:
    """`loopback: Programs on this computer may …`"""
    return f"{policy}: {_SENTENCES[policy]}"
