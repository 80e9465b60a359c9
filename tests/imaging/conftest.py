"""Image files to work with: pydicom's, pydicom-data's, and the NEMA set where it is at hand."""

import io
import pathlib
from collections.abc import Iterator

import data_store
import numpy as np
import pydicom
import pydicom.data
import pytest
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from isocenter.dataset.deflated import inflated
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


@pytest.fixture(scope="session")
def files_in():
    """The Part 10 files of one set: "pydicom", "pydicom-data", or one folder of the NEMA set such as "wg04/RLE"."""

    def found(name: str) -> Iterator[File]:
        root = {"pydicom": PYDICOM, "pydicom-data": PYDICOM_DATA}.get(name, SHARED / name)
        if not root.is_dir():
            pytest.skip(f"the set {name} is not at {root}")
        return part10_files(root, bytes_max=200_000_000)

    return found


def item(**attributes: object) -> Dataset:
    """A data set, or an item of a sequence."""
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def written(data_set: Dataset, syntax_uid: str = transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN) -> bytes:
    """The data set's bytes, as pydicom writes them."""
    syntax = transfer_syntax.of(syntax_uid)
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = syntax.little_endian, not syntax.explicit_vr
    write_dataset(stream, data_set)
    return stream.getvalue()


def image(array: np.ndarray, **attributes: object) -> Dataset:
    """An image whose attributes say what the array is, save for those that are given; None takes one away."""
    colour = array.ndim == 3 and array.shape[-1] == 3
    frames, (rows, columns) = (1, array.shape[:2]) if colour or array.ndim == 2 else (array.shape[0], array.shape[1:3])
    bits = array.dtype.itemsize * 8
    found: dict[str, object] = {
        "SamplesPerPixel": 3 if colour else 1,
        "PhotometricInterpretation": "RGB" if colour else "MONOCHROME2",
        "PlanarConfiguration": 0 if colour else None,
        "NumberOfFrames": frames if frames > 1 else None,
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": attributes.get("BitsStored", bits) - 1,
        "PixelRepresentation": int(array.dtype.kind == "i"),
    } | attributes
    made = item(**{keyword: value for keyword, value in found.items() if value is not None})
    content = array.tobytes() + b"\0" * (array.nbytes % 2)
    keyword, vr = {
        ("f", 32): ("FloatPixelData", "OF"),
        ("f", 64): ("DoubleFloatPixelData", "OD"),
    }.get((array.dtype.kind, bits), ("PixelData", "OW" if bits > 8 else "OB"))
    made.add_new(keyword, vr, content)
    return made


@pytest.fixture(scope="session")
def make_item():
    return item


@pytest.fixture(scope="session")
def make_image():
    return image


@pytest.fixture(scope="session")
def in_bytes():
    return written
