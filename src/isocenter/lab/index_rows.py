"""An index full of made-up rows, in the time of a coffee: what a search meets in a hospital after ten years.

A seed and counts come in, rows of patients, studies, series and instances are written straight into an index file; no blob is
made, so nothing can be retrieved from it. The same seed gives the same archive. Names are common names of several countries in
their own scripts, with ideographic and phonetic groups for Japanese ones (PS3.5 6.2.1); nobody is meant by any of them.
Never for an index that holds anything real: it must be empty.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from sqlite3 import Connection

from isocenter.archive.blob_files import key_of
from isocenter.archive.folding import fold_names, fold_search
from isocenter.archive.index_file import connect
from isocenter.archive.index_writer import Mark
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.schema import to_microseconds
from isocenter.base.errors import UsageError

Row = tuple[str | int | bytes | None, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FAMILIES_LATIN = _words(
    "Meyer Schmidt Müller Weiß Doe Smith Johnson Garcia López Nguyen Silva Rossi Dubois Lefèvre Jansen Nowak Kowalska Novák "
    "Hansen Larsson Virtanen O'Brien Yılmaz Kaya Haddad Okafor Mensah Cohen Patel Singh Khan Kim Andersson Petrov Horvat Fernandes"
)
GIVEN_LATIN = _words(
    "Anna John Jane Peter Maria Luca Sofia Emma Noah Léa Hugo Zoë Björn Ingrid Ahmed Fatima Chidi Ama David Sara Priya Arjun "
    "Minh Linh Carlos José Ewa Piotr Jiří Eeva Ayşe Mehmet Ivan Ana Tom Grace"
)
FAMILIES_CYRILLIC = _words("Иванов Петрова Сидоров Кузнецова Смирнов Попова Васильев Шевченко Бондаренко Ковальчук")
GIVEN_CYRILLIC = _words("Иван Анна Пётр Мария Дмитрий Елена Сергей Ольга Андрій Оксана")
FAMILIES_GREEK = _words("Διονυσίου Παπαδόπουλος Γεωργίου Νικολάου Οικονόμου Αντωνίου")
GIVEN_GREEK = _words("Γιώργος Μαρία Ελένη Νίκος Κώστας Σοφία")
FAMILIES_JAPANESE = (
    ("Yamada", "山田", "やまだ"),
    ("Tanaka", "田中", "たなか"),
    ("Suzuki", "鈴木", "すずき"),
    ("Sato", "佐藤", "さとう"),
    ("Takahashi", "高橋", "たかはし"),
    ("Watanabe", "渡辺", "わたなべ"),
)
GIVEN_JAPANESE = (
    ("Tarou", "太郎", "たろう"),
    ("Hanako", "花子", "はなこ"),
    ("Ichirou", "一郎", "いちろう"),
    ("Yumi", "由美", "ゆみ"),
    ("Ken", "健", "けん"),
)
MODALITIES = (
    ("CT", "1.2.840.10008.5.1.4.1.1.2", 38),
    ("MR", "1.2.840.10008.5.1.4.1.1.4", 24),
    ("CR", "1.2.840.10008.5.1.4.1.1.1", 18),
    ("DX", "1.2.840.10008.5.1.4.1.1.1.1", 8),
    ("US", "1.2.840.10008.5.1.4.1.1.6.1", 8),
    ("MG", "1.2.840.10008.5.1.4.1.1.1.2", 3),
    ("XA", "1.2.840.10008.5.1.4.1.1.12.1", 1),
)
DESCRIPTIONS = (
    "Schädel nativ",
    "Thorax p.a.",
    "CT Abdomen with contrast",
    "MRT LWS",
    "Knie links",
    "Brain routine",
    "Whole body",
    "Sinus",
    "Hüfte",
)
FIRST_DAY = date(2016, 1, 1)
DAYS = 3650
ROOT_UID = "2.25.1000"


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many rows were written of each kind."""

    patients: int
    studies: int
    series: int
    instances: int


@dataclass(frozen=True, slots=True)
class _Study:
    id: int
    patient: int
    day: str
    modality: int
    series: tuple[int, ...]


def person_name(rng: random.Random) -> str:
    """A PN value: mostly Latin letters, one in five in another script."""
    script = rng.random()
    if script < 0.80:
        return f"{rng.choice(FAMILIES_LATIN)}^{rng.choice(GIVEN_LATIN)}"
    if script < 0.88:
        return f"{rng.choice(FAMILIES_CYRILLIC)}^{rng.choice(GIVEN_CYRILLIC)}"
    if script < 0.92:
        return f"{rng.choice(FAMILIES_GREEK)}^{rng.choice(GIVEN_GREEK)}"
    family, given = rng.choice(FAMILIES_JAPANESE), rng.choice(GIVEN_JAPANESE)
    return "=".join(f"{one}^{other}" for one, other in zip(family, given, strict=True))


def fill(path: Path, *, studies: int = 100_000, instances: int = 1_000_000, seed: int = 1) -> Amounts:
    """Write so many studies and instances into the index at `path`, which is made, or must be empty (`UsageError`)."""
    if studies < 1 or instances < studies:
        raise UsageError(
            f"There must be a study, and an instance for each: {studies} studies and {instances} instances were asked for."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    bring_up_to_date(path)
    connection = connect(path)
    try:
        if connection.execute("SELECT EXISTS (SELECT 1 FROM patient)").fetchone()[0]:
            raise UsageError(f"The index {path} holds patients already; made-up rows only go into an empty one.")
        # A crash leaves a made-up index behind, which is made again: no sync is worth its time.
        connection.execute("PRAGMA synchronous = OFF")
        indices = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for name, _ in indices:
            connection.execute(f"DROP INDEX {name}")
        amounts = _fill(connection, random.Random(seed), studies, instances)
        for _, sql in indices:
            connection.execute(sql)
        # Settled: a start looks for the blobs of the rows after the mark, and these have none.
        Mark(instances, key_of(instances), instances).write(connection.cursor())
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return amounts


def _fill(connection: Connection, rng: random.Random, studies: int, instances: int) -> Amounts:
    patients = max(1, studies * 6 // 10)
    plan = list(_plan(rng, patients, studies, instances))
    counts: dict[int, list[int]] = {}
    for study in plan:
        count = counts.setdefault(study.patient, [0, 0, 0])
        count[0] += 1
        count[1] += len(study.series)
        count[2] += sum(study.series)
    connection.execute("INSERT INTO origin VALUES (1, 'MADE_UP', 'ISOCENTER', '127.0.0.1', '', 'import')")
    names: dict[int, str] = {}
    _insert(connection, "patient", _PATIENT, _patients(rng, patients, counts, names))
    _insert(connection, "study", _STUDY, _studies(rng, plan, names))
    _insert(connection, "series", _SERIES, _series(plan))
    _insert(connection, "instance", _INSTANCE, _instances(plan))
    return Amounts(patients, studies, sum(len(study.series) for study in plan), instances)


def _plan(rng: random.Random, patients: int, studies: int, instances: int) -> Iterator[_Study]:
    """Every study with the sizes of its series, so that all counters are right from the start."""
    weights = [weight for _, _, weight in MODALITIES]
    modalities = rng.choices(range(len(MODALITIES)), weights, k=studies)
    left = instances
    for index in range(studies):
        share = left // (studies - index)
        size = left if index == studies - 1 else max(1, min(left - (studies - index - 1), round(share * rng.uniform(0.2, 1.8))))
        left -= size
        first = max(1, size // 4)
        series = tuple(part for part in (first, min(size - first, first * 2), size - first - min(size - first, first * 2)) if part)
        # Studies come in over the years, some of them late: the order of arrival is nearly that of their dates.
        day = FIRST_DAY + timedelta(days=min(DAYS - 1, max(0, index * DAYS // studies - int(rng.expovariate(0.5)))))
        patient = index + 1 if index < patients else rng.randrange(patients) + 1
        yield _Study(index + 1, patient, day.strftime("%Y%m%d"), modalities[index], series)


_PATIENT = (
    "id identity patient_name patient_name_folded patient_id issuer_of_patient_id patient_birth_date patient_sex "
    "study_count series_count instance_count"
)
_STUDY = (
    "id patient_ref study_instance_uid study_date study_time accession_number study_id study_description "
    "referring_physician_name referring_physician_name_folded modalities_in_study sop_classes_in_study series_count instance_count "
    "received origin_ref search_text"
)
_SERIES = (
    "id study_ref series_instance_uid modality series_number series_date series_time series_description body_part_examined "
    "manufacturer station_name instance_count"
)
_INSTANCE = (
    "id series_ref sop_instance_uid sop_class_uid instance_number content_date image_type rows columns bits_allocated ordinal "
    "transfer_syntax blob byte_count checksum received origin_ref"
)


def _insert(connection: Connection, table: str, columns: str, rows: Iterator[Row]) -> None:
    names = columns.split()
    connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)


def _patients(rng: random.Random, patients: int, counts: dict[int, list[int]], names: dict[int, str]) -> Iterator[Row]:
    """The rows of patients; `names` gets the name of each."""
    folded: dict[str, str] = {}
    for number in range(1, patients + 1):
        name = person_name(rng)
        if name not in folded:
            folded[name] = fold_names(name)
        names[number] = name
        identifier = _patient_id(number)
        birth = f"{rng.randint(1930, 2015)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        yield (number, identifier, name, folded[name], identifier, "", birth, rng.choice("FM"), *counts.get(number, (0, 0, 0)))


def _patient_id(number: int) -> str:
    return f"P{number:07d}"


def _received(instance: int) -> int:
    return to_microseconds(datetime.combine(FIRST_DAY, datetime.min.time(), UTC)) + instance * 1_000_000


def _studies(rng: random.Random, plan: list[_Study], names: dict[int, str]) -> Iterator[Row]:
    doctors = [person_name(rng) for _ in range(60)]
    folded = {doctor: fold_names(doctor) for doctor in doctors}
    last = 0
    for study in plan:
        modality, sop_class, _ = MODALITIES[study.modality]
        doctor = rng.choice(doctors)
        last += sum(study.series)
        time = f"{rng.randint(7, 20):02d}{rng.randint(0, 59):02d}{rng.randint(0, 59):02d}"
        description, accession_number = rng.choice(DESCRIPTIONS), f"A{study.id:08d}"
        search_text = fold_search(names[study.patient], _patient_id(study.patient), accession_number, description)
        yield (
            study.id, study.patient, f"{ROOT_UID}.{study.id}", study.day, time, accession_number, str(study.id),
            description, doctor, folded[doctor], modality, sop_class, len(study.series), sum(study.series),
            _received(last), 1, search_text,
        )  # fmt: skip


def _series(plan: list[_Study]) -> Iterator[Row]:
    row = 0
    for study in plan:
        modality = MODALITIES[study.modality][0]
        for number, size in enumerate(study.series, 1):
            row += 1
            yield (
                row, study.id, f"{ROOT_UID}.{study.id}.{number}", modality, str(number), study.day, "",
                DESCRIPTIONS[row % len(DESCRIPTIONS)], "CHEST", "Isocenter", f"ROOM{row % 12}", size,
            )  # fmt: skip


def _instances(plan: list[_Study]) -> Iterator[Row]:
    row = 0
    series = chain.from_iterable(((study, number, size) for number, size in enumerate(study.series, 1)) for study in plan)
    for series_row, (study, series_number, size) in enumerate(series, 1):
        sop_class = MODALITIES[study.modality][1]
        prefix = f"{ROOT_UID}.{study.id}.{series_number}."
        for number in range(1, size + 1):
            row += 1
            text = str(number)
            yield (
                row, series_row, prefix + text, sop_class, text, study.day, "ORIGINAL\\PRIMARY\\AXIAL", "512", "512", "16", number,
                "1.2.840.10008.1.2.1", f"{row:09d}", 525_000, row.to_bytes(16, "big"), _received(row), 1,
            )  # fmt: skip
