"""The studies as a list that a person searches, sorts and scrolls: the `StudyRegister` port.

A `StudyQuestion` comes in, one page of lines goes out with how many there are in all. Everything is asked of the study table alone,
whose `search_text` holds what people look for, and only the lines of the page are looked up in full: with a hundred thousand
studies a page takes some tens of milliseconds, wherever it is.
"""

from __future__ import annotations

from typing import Final

from isocenter.archive.conditions import Condition
from isocenter.archive.folding import SEARCH_SEPARATOR, fold
from isocenter.archive.index_reader import IndexReader, Row
from isocenter.archive.schema import from_microseconds
from isocenter.archive.search import understand
from isocenter.base.errors import UsageError
from isocenter.base.limits import QUERY_VALUE_CHARACTERS_MAX, SEARCH_WORDS_MAX, STUDY_CHOICES_MAX
from isocenter.model.study_list import ListedSeries, ListedStudy, StudyChoices, StudyPage, StudyQuestion, StudySort

_ANOTHER: Final = f"*{SEARCH_SEPARATOR}"
_ANOTHER_AFTER: Final = f"{SEARCH_SEPARATOR}*"
_PATIENT_ID: Final = "(SELECT patient_id FROM patient WHERE patient.id = study.patient_ref)"
_SENDER: Final = "CASE WHEN calling_ae_title <> '' THEN calling_ae_title ELSE source END"
_SORTED_BY: Final = {
    StudySort.PATIENT: ("study.search_text",),
    StudySort.ID: (_PATIENT_ID,),
    StudySort.DATE: ("study.study_date", "study.study_time"),
    StudySort.MODALITY: ("study.modalities_in_study",),
    StudySort.DESCRIPTION: ("study.study_description",),
    StudySort.ACCESSION: ("study.accession_number",),
    StudySort.SERIES: ("study.series_count",),
    StudySort.IMAGES: ("study.instance_count",),
    StudySort.FROM: (f"(SELECT {_SENDER} FROM origin WHERE origin.id = study.origin_ref)",),
    StudySort.RECEIVED: ("study.received",),
}
_LINE: Final = """
SELECT study.id, patient.patient_name, patient.patient_id, patient.patient_birth_date, patient.patient_sex, study.patient_age,
    study.study_instance_uid, study.study_date, study.study_time, study.study_description, study.accession_number,
    study.modalities_in_study, study.series_count, study.instance_count, study.received, origin.calling_ae_title, origin.source,
    (SELECT count(*) FROM set_aside WHERE set_aside.study_instance_uid = study.study_instance_uid)
FROM study JOIN patient ON patient.id = study.patient_ref LEFT JOIN origin ON origin.id = study.origin_ref
"""
_SERIES: Final = """
SELECT series.id, series.series_instance_uid, series.series_number, series.modality, series.series_description,
    series.body_part_examined, series.instance_count, coalesce(sum(max(1, CAST(i.number_of_frames AS INTEGER))), 0),
    coalesce(sum(i.byte_count), 0)
FROM series JOIN study ON study.id = series.study_ref JOIN instance AS i ON i.series_ref = series.id
WHERE study.study_instance_uid = ? GROUP BY series.id
ORDER BY CAST(series.series_number AS INTEGER), series.id
"""
_MIDDLE: Final = """
SELECT sop_instance_uid, sop_class_uid FROM instance WHERE series_ref = ?
ORDER BY coalesce(ordinal, 9223372036854775807), id LIMIT 1 OFFSET ?
"""


class IndexStudies:
    """The list of one archive. Any thread."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def page(self, question: StudyQuestion) -> StudyPage:
        """See `StudyRegister.page`."""
        found = _condition(question)
        where = f" WHERE {found.sql}" if found.sql else ""
        total = self._count("", ())
        matching = self._count(where, found.parameters) if where else total
        direction = "DESC" if question.descending else "ASC"
        order = ", ".join(f"{column} {direction}" for column in (*_SORTED_BY[question.sort], "study.id"))
        ids = [
            row[0]
            for row in self._reader.rows(
                f"SELECT study.id FROM study{where} ORDER BY {order} LIMIT ? OFFSET ?",
                (*found.parameters, question.limit, question.offset),
            )
        ]
        rows = self._reader.rows(f"{_LINE} WHERE study.id IN ({', '.join('?' * len(ids))})", ids)
        lines = {row[0]: _study(row) for row in rows}
        return StudyPage(tuple(lines[id_] for id_ in ids if id_ in lines), matching, total)

    def study(self, study_instance_uid: str) -> ListedStudy | None:
        """See `StudyRegister.study`."""
        rows = self._reader.rows(f"{_LINE} WHERE study.study_instance_uid = ?", (study_instance_uid,))
        return _study(rows[0]) if rows else None

    def series(self, study_instance_uid: str) -> list[ListedSeries]:
        """See `StudyRegister.series`."""
        found = []
        for row in self._reader.rows(_SERIES, (study_instance_uid,)):
            middle = self._reader.rows(_MIDDLE, (row[0], (row[6] - 1) // 2))
            # without one it was removed since the first statement
            if middle:
                found.append(ListedSeries(*row[1:], *middle[0]))
        return found

    def choices(self) -> StudyChoices:
        """See `StudyRegister.choices`."""
        together = self._reader.rows("SELECT DISTINCT modalities_in_study FROM study LIMIT ?", (STUDY_CHOICES_MAX,))
        senders = self._reader.rows(f"SELECT DISTINCT {_SENDER} FROM origin LIMIT ?", (STUDY_CHOICES_MAX,))
        modalities = {modality for row in together for modality in row[0].split("\\") if modality}
        return StudyChoices(tuple(sorted(modalities)), tuple(sorted(row[0] for row in senders if row[0])))

    def _count(self, where: str, parameters: tuple[str | int | float, ...]) -> int:
        return int(self._reader.rows(f"SELECT count(*) FROM study{where}", parameters)[0][0])


def _condition(question: StudyQuestion) -> Condition:
    """What holds for every study asked for. Raises UsageError for more than we bound, and for keys that cannot be matched with."""
    parts = [understand(question.query).below()]
    parts += [Condition("instr(study.search_text, ?) > 0", (word,)) for word in _words(question.search)]
    for text, before, after in ((question.patient, 0, 2), (question.accession, 2, 1), (question.description, 3, 0)):
        parts += [_within(word, before, after) for word in _words(text)]
    if question.senders:
        marks = ", ".join("?" * len(question.senders))
        parts.append(
            Condition(f"study.origin_ref IN (SELECT origin.id FROM origin WHERE {_SENDER} IN ({marks}))", question.senders)
        )
    said = [part for part in parts if part.sql]
    return Condition(" AND ".join(part.sql for part in said), tuple(value for part in said for value in part.parameters))


def _within(word: str, before: int, after: int) -> Condition:
    """A part of those of the four texts that have so many others before and after them."""
    return Condition("study.search_text GLOB ?", (f"{_ANOTHER * before}*{_literal(word)}*{_ANOTHER_AFTER * after}",))


def _literal(word: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in word)


def _words(text: str) -> list[str]:
    if len(text) > QUERY_VALUE_CHARACTERS_MAX:
        raise UsageError(f"The search has {len(text)} characters, more than {QUERY_VALUE_CHARACTERS_MAX}.")
    words = fold(text.encode("utf-8", "replace").decode("utf-8")).split()
    if len(words) > SEARCH_WORDS_MAX:
        raise UsageError(f"The search has {len(words)} words, more than {SEARCH_WORDS_MAX}.")
    return words


def _study(row: Row) -> ListedStudy:
    _, name, identifier, birth_date, sex, age, uid, day, time, description, accession_number, modalities, *rest = row
    series, instances, received, calling, source, set_aside = rest
    return ListedStudy(
        patient_name=name,
        patient_id=identifier,
        patient_birth_date=birth_date,
        patient_sex=sex,
        patient_age=age,
        study_instance_uid=uid,
        study_date=day,
        study_time=time,
        study_description=description,
        accession_number=accession_number,
        modalities=tuple(modalities.split("\\")) if modalities else (),
        series_count=series,
        instance_count=instances,
        received=from_microseconds(received),
        calling_ae_title=calling or "",
        source=source or "",
        set_aside=set_aside,
    )
