"""Image files to work with: pydicom's, pydicom-data's, and the NEMA set where it is at hand."""

import io
import pathlib
from collections.abc import Iterator

import data_store
import pydicom
import pydicom.data
import pytest
from pydicom.filereader import read_dataset

from isocenter.imaging.transcode import inflated
from isocenter.standard import transfer_syntax

SHARED = pathlib.Path(__file__).parents[3] / "shared" / "data"
PYDICOM = pathlib.Path(pydicom.data.__file__).parent / "test_files"
PYDICOM_DATA = pathlib.Path(data_store.__file__).parent


class File:
    """One Part 10 file: its data set's bytes, and how they are written."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        with path.open("rb") as stream:
            stream.seek(132)
            self.meta = pydicom.filereader._read_file_meta_info(stream)
            self.data_set = stream.read()
        self.syntax = str(self.meta.get("TransferSyntaxUID", ""))
        self.name = path.name


def part10_files(*roots: pathlib.Path, bytes_max: int = 2_000_000) -> Iterator[File]:
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and 132 < path.stat().st_size <= bytes_max:
                with path.open("rb") as stream:
                    stream.seek(128)
                    is_part10 = stream.read(4) == b"DICM"
                file = File(path) if is_part10 else None
                if file is not None and file.syntax:
                    yield file


def read(data_set: bytes, syntax_uid: str) -> pydicom.Dataset:
    """The data set as pydicom reads it."""
    syntax = transfer_syntax.of(syntax_uid)
    content = inflated(data_set) if syntax.deflated else data_set
    return read_dataset(io.BytesIO(content), not syntax.explicit_vr, syntax.little_endian)


@pytest.fixture(scope="session")
def pydicom_files() -> list[File]:
    return list(part10_files(PYDICOM, PYDICOM_DATA, bytes_max=700_000))


@pytest.fixture(scope="session")
def nema_files() -> list[File]:
    if not (SHARED / "wg04").is_dir():
        pytest.skip(f"the NEMA compression set is not at {SHARED / 'wg04'}")
    return list(part10_files(SHARED / "wg04", bytes_max=1_000_000))


@pytest.fixture(scope="session")
def one_file():
    def find(name: str) -> File:
        for root in (PYDICOM, PYDICOM_DATA):
            for path in root.rglob(name):
                return File(path)
        raise AssertionError(f"{name} is in neither of pydicom's sets")

    return find


@pytest.fixture(scope="session")
def read_by_pydicom():
    return read
