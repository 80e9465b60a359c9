"""Write web/src/imaging/fixtures: images of pydicom and pydicom-data as the server tells them to a browser.

`pictures.json` has attributes, native pixels and the numbers that pydicom's own arrays give under the formulas of PS3.3 C.11.2;
`places.json` has attributes alone. Patients are left out. `python tools/generate_imaging_fixtures.py`, where pydicom-data is there.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.data
from data_store import DataStore

from isocenter.dataset.part10 import read_header
from isocenter.dicomweb import json_model

TARGET = Path(__file__).resolve().parents[1] / "web/src/imaging/fixtures"
PICTURES = {"CT_small.dcm": (40, 400), "MR_small.dcm": (600, 1600)}
PLACES = {
    "descending": ("dicomdirtests/98892001/CT5N", ("2062", "2392", "2693", "3023", "3353")),
    "missing": ("dicomdirtests/77654033/CT2", ("17106", "17136", "17166", "17196")),
    "pilot": ("dicomdirtests/98892003/MR2", ("4950", "4981", "5011")),
    "turning": ("dicomdirtests/98892003/MR700", ("4467", "4528", "4558", "4588", "4618", "4648", "4678")),
    "scouts": ("dicomdirtests/98892001/CT2N", ("6293", "6924")),
    "enhanced": ("", ("eCT_Supplemental.dcm",)),
    "no places": ("", ("emri_small.dcm",)),
}
GROUPS = ("0008", "0018", "0020", "0028", "5200", "7FE0")


def path_of(name: str) -> str:
    """Where a file of pydicom or of pydicom-data is."""
    found = Path(pydicom.data.__file__).parent / "test_files" / name
    return str(found) if found.exists() else str(DataStore().data_path / name)


def told(path: str) -> dict[str, Any]:
    """The data set as the server's metadata have it, without what an image does not need."""
    content = Path(path).read_bytes()
    header = read_header(content)
    found = json.loads(json_model.metadata(content[header.dataset_offset :], header.transfer_syntax, "/bulkdata/{path}"))
    return {tag: element for tag, element in found.items() if tag[:4] in GROUPS}


def pictured(name: str, center: float, width: float) -> dict[str, Any]:
    """One image with its pixels, and what it looks like under a window: LINEAR of PS3.3 C.11.2.1.2.1, halves up."""
    dataset = pydicom.dcmread(path_of(name))
    values = dataset.pixel_array.astype(float) * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
    level = np.clip(((values - (center - 0.5)) / (width - 1) + 0.5) * 255, 0, 255)
    grey = np.floor(level + 0.5).astype(np.uint8)
    native = dataset.pixel_array.astype("<i2" if dataset.PixelRepresentation else "<u2").tobytes()
    return {
        "dataSet": told(path_of(name)),
        "native": base64.b64encode(native).decode(),
        "window": [center, width],
        "grey": base64.b64encode(grey.tobytes()).decode(),
    }


def main() -> None:
    """Write both files."""
    TARGET.mkdir(exist_ok=True)
    pictures = {name: pictured(name, *window) for name, window in PICTURES.items()}
    places = {
        name: [told(path_of(f"{folder}/{file}" if folder else file)) for file in files] for name, (folder, files) in PLACES.items()
    }
    for name, content in (("pictures", pictures), ("places", places)):
        (TARGET / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
