"""The names in a data folder, for whoever opens it: `blobs/` has the files, `index/` the database made from them."""

from __future__ import annotations

from typing import Final

BLOBS: Final = "blobs"
INDEX: Final = "index"
