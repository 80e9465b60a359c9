"""The store in memory keeps the contract."""

from __future__ import annotations

import pytest
from tests.contracts.blob_store import BlobStoreContract

from isocenter.archive.blobs import MemoryBlobs


class TestMemoryBlobs(BlobStoreContract):
    @pytest.fixture
    def blobs(self):
        return MemoryBlobs()
