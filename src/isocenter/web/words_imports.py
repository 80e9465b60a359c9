"""The words of `/api` about files that come in: each outcome, the sum at the end, and the steps of the sample studies."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from isocenter.model.imports import Imported

Outcome = Literal["stored", "there already", "set aside", "refused", "left out"]


class ImportedWords(BaseModel):
    """What became of one file, or of one in a zip archive."""

    path: str = Field(description="The name that was given, and after each exclamation mark a name within that archive.")
    outcome: Outcome = Field(description="`left out` is no DICOM file, and nobody would expect it to be one.")
    why: str = Field(description="A sentence without its capital; empty where all is well.")
    sop_instance_uid: str

    @classmethod
    def of(cls, one: Imported) -> ImportedWords:
        return cls(path=one.path, outcome=one.word, why=one.why, sop_instance_uid=one.sop_instance_uid)  # type: ignore[arg-type]


class ImportExpected(BaseModel):
    """How many outcomes there will be, as far as is known: a zip archive has many, and one within it may have more."""

    expected: int


class ImportSummary(BaseModel):
    """The last line of an import: how many of each, and the studies that got something new."""

    summary: Literal["import"] = "import"
    stored: int = 0
    there_already: int = 0
    set_aside: int = 0
    refused: int = 0
    left_out: int = 0
    studies: list[str] = Field(default=[], description="Study Instance UIDs; the first thousand.")


class SampleWords(BaseModel):
    """How many sample images there are, and how many bytes they have."""

    images: int
    bytes: int


class SampleStepWords(BaseModel):
    """So many sample images are in the archive."""

    done: int
    total: int
