"""Every DICOM file that pydicom brings along and that is here: nothing is fetched."""

from pathlib import Path

import data_store
import pydicom.data
import pytest

FOLDERS = (
    Path(pydicom.data.__file__).parent / "test_files",
    Path(pydicom.data.__file__).parent / "charset_files",
    Path(data_store.__file__).parent / "data",
)


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.is_file() and _is_dicom(path))


def pytest_generate_tests(metafunc):
    if "dicom_file" in metafunc.fixturenames:
        metafunc.parametrize("dicom_file", FILES, ids=lambda path: path.name)


@pytest.fixture(scope="session")
def ct_small() -> bytes:
    return (FOLDERS[0] / "CT_small.dcm").read_bytes()
