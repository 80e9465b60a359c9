"""One instance of a store request on its way into the archive (PS3.18 10.5).

The bytes of a DICOM file come in, in pieces of any size; they go to the intake as they come, and what became of them goes out once
they are durable, or refused. At most the file's head is held. Which instance it is, the data set says; one of another study than
the path names is never filed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from isocenter.base.clock import Clock
from isocenter.base.errors import UnreadableDataset, VolumeFailed
from isocenter.base.limits import FILE_HEAD_BYTES, FILE_META_BYTES_MAX, KIB
from isocenter.dataset import part10
from isocenter.dataset.skim import Skim
from isocenter.dicomweb.problems import quoted
from isocenter.dicomweb.resources import path_of
from isocenter.dicomweb.responses import MISSING_KEYS, TRANSFER_SYNTAX_UNKNOWN, FailedItem, StoredItem, failed
from isocenter.model.ports import Intake, Reception
from isocenter.model.records import Arrival, Conflict, Duplicate, Instance, Stored, StoreResult
from isocenter.services.roster import STORAGE_CLASSES, STORAGE_SYNTAXES, is_unknown_storage
from isocenter.standard import status

_log = logging.getLogger("isocenter.web")

SOP_CLASS_UID = 0x00080016
SOP_INSTANCE_UID = 0x00080018
STUDY_INSTANCE_UID = 0x0020000D
ARCHIVE_FAILED = "the archive failed; its log says why"
OTHER_STUDY = "its Study Instance UID is not the one of the path"
_CLASSES = frozenset(STORAGE_CLASSES)
_HEAD_BYTES_MAX = FILE_META_BYTES_MAX + KIB
_FIRST_LOOK_BYTES = 512


Outcome = StoredItem | FailedItem
"""What became of one instance, as the response tells it."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What one request may bring: `study` of its path (empty is any), the sender, and whether classes without a name are taken."""

    study: str = ""
    address: str = ""
    sender: str = ""
    unknown_classes: bool = True


class Arriving:
    """One DICOM file on its way in, used by one thread at a time: `write`, then exactly one of `finish` and `abandon`."""

    def __init__(self, intake: Intake, find: Callable[[str], Instance | None], clock: Clock, admission: Admission) -> None:
        """`find` looks up an instance that was there before, to say where it is."""
        self._intake = intake
        self._find = find
        self._clock = clock
        self._admission = admission
        self._head = bytearray()
        self._look_at = _FIRST_LOOK_BYTES
        self._header: part10.FileHeader | None = None
        self._skim: Skim | None = None
        self._who = ("", "")
        self._reception: Reception | None = None
        self._refused: FailedItem | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the archive takes it, so that `finish` waits for a disk."""
        return self._reception is not None

    def write(self, view: memoryview | bytes) -> None:
        """The next bytes of the file; the view is only lent. Never raises: `finish` says what is wrong, the rest is swallowed."""
        if self._refused is not None:
            return
        try:
            if self._reception is not None:
                self._reception.write(view)
                if self._skim is not None:
                    self._watch(self._skim, view)
                return
            self._head += view
            if len(self._head) >= self._look_at:
                self._look(is_all=False)
        except UnreadableDataset as error:
            self._refuse(status.CANNOT_UNDERSTAND, str(error))

    def finish(self) -> Outcome:
        """All bytes came: file it. Blocks until it is durable, or says why it is not."""
        try:
            if self._refused is None and self._reception is None:
                self._look(is_all=True)
            if self._refused is None and self._skim is not None:
                self._skim.finish()
                if self._skim.text(STUDY_INSTANCE_UID) != self._admission.study:
                    self._refuse(status.DATA_SET_MISMATCH, OTHER_STUDY)
        except UnreadableDataset as error:
            self._refuse(status.CANNOT_UNDERSTAND, str(error))
        if self._refused is not None:
            return self._refused
        assert self._reception is not None, "what was not refused was begun"
        reception, self._reception = self._reception, None
        try:
            return self._told(reception.finish())
        except Exception as error:
            # Its text may name folders of this computer: it stays in the log.
            _log.error("An instance that came over HTTP could not be filed", exc_info=error)
            code = status.OUT_OF_RESOURCES if isinstance(error, VolumeFailed) else status.PROCESSING_FAILURE
            return FailedItem(code, ARCHIVE_FAILED, *self._who)

    def abandon(self) -> None:
        """The bytes will never be complete: nothing of them stays. Idempotent."""
        reception, self._reception = self._reception, None
        if reception is not None:
            reception.abandon()

    # The head

    def _look(self, *, is_all: bool) -> None:
        """Read the head as far as it is there; begin as soon as it says which instance this is."""
        if self._header is None:
            try:
                header = part10.read_header(self._head)
            except UnreadableDataset:
                if is_all or len(self._head) > _HEAD_BYTES_MAX:
                    raise
                self._look_at = 2 * len(self._head)
                return
            # File meta information may go on where the bytes end, and a guess wants to see a first element.
            seen = len(self._head) - header.dataset_offset
            if not is_all and seen < (KIB if header.guessed else 8) and len(self._head) <= _HEAD_BYTES_MAX:
                self._look_at = len(self._head) + KIB
                return
            self._header = header
        self._identify(self._header, is_all=is_all)

    def _identify(self, header: part10.FileHeader, *, is_all: bool) -> None:
        skim = Skim(header.transfer_syntax, {SOP_CLASS_UID, SOP_INSTANCE_UID})
        found = skim.feed(memoryview(self._head)[header.dataset_offset :])
        has_all = SOP_CLASS_UID in skim.values and SOP_INSTANCE_UID in skim.values
        if not (found or has_all or is_all) and len(self._head) < FILE_HEAD_BYTES:
            self._look_at = 2 * len(self._head)
            return
        class_uid = skim.text(SOP_CLASS_UID) or header.text(part10.MEDIA_STORAGE_SOP_CLASS_UID)
        instance_uid = skim.text(SOP_INSTANCE_UID) or header.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID)
        self._begin(class_uid, instance_uid, header)

    def _begin(self, class_uid: str, instance_uid: str, header: part10.FileHeader) -> None:
        self._who = (class_uid, instance_uid)
        if not class_uid or not instance_uid:
            self._refuse(MISSING_KEYS, "it names no SOP class and instance (0008,0016) and (0008,0018), so it cannot be filed")
            return
        if header.transfer_syntax not in STORAGE_SYNTAXES:
            self._refuse(
                TRANSFER_SYNTAX_UNKNOWN, f"its transfer syntax {quoted(header.transfer_syntax)} is none that is stored here"
            )
            return
        if class_uid not in _CLASSES and not (self._admission.unknown_classes and is_unknown_storage(class_uid)):
            self._refuse(status.SOP_CLASS_NOT_SUPPORTED, "its SOP class is none that is stored here")
            return
        arrival = Arrival(
            sop_class_uid=class_uid,
            sop_instance_uid=instance_uid,
            transfer_syntax=header.transfer_syntax,
            received=self._clock.now(),
            address=self._admission.address,
            implementation_version_name=self._admission.sender,
            source="stow",
        )
        self._skim = Skim(header.transfer_syntax, {STUDY_INSTANCE_UID}) if self._admission.study else None
        self._reception = self._intake.begin(arrival)
        with memoryview(self._head) as head, head[header.dataset_offset :] as view:
            self._reception.write(view)
            if self._skim is not None:
                self._watch(self._skim, view)
        self._head = bytearray()

    def _watch(self, skim: Skim, view: memoryview | bytes) -> None:
        """Look for the study in the bytes that pass."""
        if not skim.feed(view):
            return
        if skim.text(STUDY_INSTANCE_UID) != self._admission.study:
            self._refuse(status.DATA_SET_MISMATCH, OTHER_STUDY)
        self._skim = None

    # The end

    def _refuse(self, code: int, why: str) -> None:
        self._refused = FailedItem(code, why, *self._who)
        self._head = bytearray()
        self.abandon()

    def _told(self, result: StoreResult) -> Outcome:
        match result:
            case Stored(instance):
                return StoredItem(*self._who, _path(instance))
            case Duplicate():
                return StoredItem(*self._who, _path(self._find(self._who[1])))
            case Conflict(differences=differences):
                # What was here before may be another patient's: only the names of the attributes are told.
                names = ", ".join(keyword for keyword, _, _ in differences)
                text = f"kept beside the archive, since it contradicts what is there: {names}"
                return StoredItem(*self._who, "", warning=status.COERCED, text=text)
        refused = failed(result, *self._who)
        assert refused is not None, "what is durable was told above"
        return refused


def _path(instance: Instance | None) -> str:
    """Where it can be retrieved; nowhere once it is gone."""
    if instance is None:
        return ""
    return path_of(instance.study_instance_uid, instance.series_instance_uid, instance.sop_instance_uid)
