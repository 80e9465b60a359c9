"""The names in a data folder, for whoever opens it: `blobs/` has the files, `index/` the database made from them.

`cache/` may be deleted at any time: what it has is made again when somebody asks for it.
"""

from __future__ import annotations

from typing import Final

BLOBS: Final = "blobs"
INDEX: Final = "index"
METADATA_CACHE: Final = "cache/metadata"
