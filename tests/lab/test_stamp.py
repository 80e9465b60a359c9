import io
from pathlib import Path

import pydicom
import pytest
from pydicom.filereader import read_dataset

from isocenter.base.errors import UsageError
from isocenter.lab.stamp import Stamp, sized, write_large


def test_each_copy_is_a_readable_image_with_names_of_its_own() -> None:
    stamp = Stamp(sized(10_000), run=42)
    seen = set()
    for number in (1, 2, 999_999):
        uid, head, pixels = stamp.stamped(number, series=number, study=7)
        image = read_dataset(io.BytesIO(head + bytes(pixels)), False, True)
        assert image.SOPInstanceUID == uid
        assert image.InstanceNumber == number
        assert len(uid) <= 64
        assert image.Rows == image.Columns
        assert len(image.PixelData) == image.Rows * image.Columns * 2
        seen |= {uid, image.SeriesInstanceUID, image.StudyInstanceUID}
    assert len(seen) == 7


def test_a_copy_is_a_file_too() -> None:
    stamp = Stamp(sized(10_000), run=1)
    image = pydicom.dcmread(io.BytesIO(stamp.file_bytes(3)))
    assert image.file_meta.MediaStorageSOPInstanceUID == image.SOPInstanceUID == stamp.stamped(3)[0]


def test_runs_do_not_share_names() -> None:
    image = sized(10_000)
    names = {Stamp(image, run=run).stamped(1)[0] for run in range(5)}
    assert len(names) == 5


@pytest.mark.parametrize("byte_count", [2_100, 10_000, 525_000])
def test_images_come_in_the_wanted_size(byte_count: int) -> None:
    assert abs(Stamp(sized(byte_count)).byte_count - byte_count) < 0.05 * byte_count + 200


def test_a_large_file_takes_no_time_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "large.dcm"
    uid = write_large(path, 2_000_000_000)
    image = pydicom.dcmread(path, stop_before_pixels=True)
    assert image.SOPInstanceUID == uid
    assert abs(path.stat().st_size - 2_000_000_000) < 1_000_000
    assert image.NumberOfFrames * image.Rows * image.Columns * 3 < path.stat().st_size
    with pytest.raises(UsageError, match="4294967294"):
        write_large(path, 5_000_000_000)
