"""What the archive knows: the `Catalogue` port, over the index and, for attributes that it lacks, the blobs.

A query comes in, answers or instances stream out in the order of `search`, page by page. A stream sees the rows that there were at
its start: which they are is read first (what an index finds) or bounded by the newest row number (what is walked). What was removed
since is left out; the text and the counters of an answer are those of the moment when its page is read. Memory does not grow
with the number of answers, and no snapshot of the index outlives a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from isocenter.archive import search
from isocenter.archive.blob_tags import values_of
from isocenter.archive.index_reader import Halt, IndexReader, Row, Stream
from isocenter.archive.schema import from_microseconds, received_attributes
from isocenter.archive.search import Search, Statement, understand
from isocenter.base.errors import UsageError
from isocenter.base.limits import MATCHES_GATHERED_MAX, QUERY_FIRST_PAGE_ROWS, QUERY_PAGE_ROWS
from isocenter.model.attributes import Level
from isocenter.model.ports import Answer, BlobReader
from isocenter.model.query import Key, Query, Single
from isocenter.model.records import Instance

KEPT = tuple(attribute.keyword for level in Level for attribute in received_attributes(level))
"""The attributes of an `Instance`."""

_KEYWORDS, _COLUMNS = search.answer_columns(Level.IMAGE, KEPT)
_INSTANCE = f"{search.INSTANCE_COLUMNS}, {_COLUMNS}"
_FIXED = search.INSTANCE_COLUMNS.count(",") + 1


class IndexCatalogue:
    """The catalogue of one archive. Any thread."""

    def __init__(self, reader: IndexReader, blobs: BlobReader | None = None) -> None:
        """Without `blobs`, attributes outside the index are answered empty."""
        self._reader = reader
        self._blobs = blobs

    def find(self, query: Query) -> Stream[Answer]:
        """See `Catalogue.find`. Raises UsageError for keys that cannot be matched with, LocalError while it reads."""
        asked = understand(query)
        _check_page(query)
        return Stream(lambda halt: self._find(query, asked, halt))

    def instances(self, query: Query) -> Stream[Instance]:
        """See `Catalogue.instances`; whole series after one another. Raises as `find` does."""
        asked = understand(query)
        _check_page(query)
        return Stream(lambda halt: _cut(query, self._instances(query, asked, halt)))

    def count_instances(self, query: Query) -> int:
        """How many `instances` would give, from the counters of the index."""
        asked = understand(query)
        _check_page(query)
        count = self._one(asked.count_instances())
        count = max(0, count - query.offset)
        return count if query.limit is None else min(count, query.limit)

    def instance(self, sop_instance_uid: str) -> Instance | None:
        """The instance with this UID."""
        if not sop_instance_uid.strip(" \0"):
            return None
        query = Query(Level.IMAGE, (Key("SOPInstanceUID", Single(sop_instance_uid)),))
        return next(self.instances(query), None)

    # Answers

    def _find(self, query: Query, asked: Search, halt: Halt) -> Iterator[Answer]:
        keywords, columns = search.answer_columns(query.level, query.returned)
        extra = bool(query.extra_tags) and query.level is Level.IMAGE and self._blobs is not None
        if extra:
            columns = f"instance.blob, instance.transfer_syntax, {columns}"
        empty = dict.fromkeys((*query.returned, *(f"{tag:08X}" for tag in query.extra_tags)), "")
        for row in self._pages(asked, columns, _cut_rows(query, self._ids(asked, halt, query)), halt):
            values = row[2:] if extra else row
            answer = {**empty, **dict(zip(keywords, map(str, values), strict=False))}
            if extra and self._blobs is not None:
                answer.update(values_of(self._blobs, row[0], row[1], query.extra_tags))
            yield answer

    def _ids(self, asked: Search, halt: Halt, query: Query) -> Iterator[int]:
        """The row numbers of all matches, in order."""
        newest = self._one(asked.newest(), halt)
        found = self._gathered(asked, halt)
        return iter(found) if found is not None else self._walk(asked, newest, halt, query)

    def _gathered(self, asked: Search, halt: Halt) -> list[int] | None:
        """All matches at once, where an index leads to them and they are not too many."""
        if not asked.gathers:
            return None
        limit = max(MATCHES_GATHERED_MAX, asked.listed)
        found = self._rows(asked.gather(limit + 1), halt)
        return search.in_order(asked.level, found) if len(found) <= limit else None

    def _walk(self, asked: Search, newest: int, halt: Halt, query: Query) -> Iterator[int]:
        before: tuple[str, int] | None = None
        size = QUERY_FIRST_PAGE_ROWS + min(query.offset, QUERY_PAGE_ROWS)
        while True:
            page: list[Row] = []
            for statement in asked.walk(newest, before, size):
                page += self._rows(statement, halt)
                if len(page) >= size:
                    break
            del page[size:]
            for _, row in page:
                yield row
            if len(page) < size:
                return
            before, size = page[-1], QUERY_PAGE_ROWS

    def _pages(self, asked: Search, columns: str, ids: Iterator[int], halt: Halt) -> Iterator[Row]:
        """The columns of each row, without its number, in the order of `ids`."""
        size = QUERY_FIRST_PAGE_ROWS
        while page := list(islice(ids, size)):
            found = {row[0]: row[1:] for row in self._rows(asked.rows(page, columns), halt)}
            for row in page:
                if row in found:
                    yield found[row]
            size = QUERY_PAGE_ROWS

    # Instances

    def _instances(self, query: Query, asked: Search, halt: Halt) -> Iterator[Instance]:
        images = Search(Level.IMAGE, asked.conditions, (), asked.listed)
        for series in self._instance_ids(query, asked, images, halt):
            for row in self._pages(images, _INSTANCE, series, halt):
                yield _instance(row)

    def _instance_ids(self, query: Query, asked: Search, images: Search, halt: Halt) -> Iterator[Iterator[int]]:
        """The row numbers of the instances, series by series."""
        if query.level is Level.IMAGE:
            found = self._gathered(asked, halt)
            if found is not None:
                yield iter(found)
                return
            # More than can be sorted in memory: series by series instead, each asked with the keys of its instances.
            upper = {level: conditions for level, conditions in asked.conditions.items() if level < Level.IMAGE}
            asked = Search(Level.SERIES, upper, (), 0)
        newest = self._one(images.newest(), halt)
        for row in self._ids(asked, halt, Query(asked.level)):
            for series in self._series_of(asked, row, halt):
                yield (int(one) for (one,) in self._rows(images.instances_of(series, newest), halt))

    def _series_of(self, asked: Search, row: int, halt: Halt) -> Iterable[int]:
        if asked.level is Level.SERIES:
            return (row,)
        studies = [row] if asked.level is Level.STUDY else [one for (one,) in self._rows(asked.studies_of(row), halt)]
        return (int(one) for study in studies for (one,) in self._rows(asked.series_of(study), halt))

    def _rows(self, statement: Statement, halt: Halt | None = None) -> list[Row]:
        return self._reader.rows(statement.sql, statement.parameters, halt)

    def _one(self, statement: Statement, halt: Halt | None = None) -> int:
        return int(self._rows(statement, halt)[0][0])


def _check_page(query: Query) -> None:
    if query.offset < 0 or (query.limit is not None and query.limit < 0):
        raise UsageError(f"An offset and a limit cannot be negative: {query.offset} and {query.limit} were asked for.")


def _cut_rows(query: Query, rows: Iterator[int]) -> Iterator[int]:
    return islice(rows, query.offset, None if query.limit is None else query.offset + query.limit)


def _cut(query: Query, instances: Iterator[Instance]) -> Iterator[Instance]:
    return islice(instances, query.offset, None if query.limit is None else query.offset + query.limit)


def _instance(row: Row) -> Instance:
    attributes: Mapping[str, str] = dict(zip(_KEYWORDS, row[_FIXED:], strict=True))
    series, study, transfer_syntax, blob, byte_count, checksum, received, calling, called, address = row[:_FIXED]
    return Instance(
        sop_class_uid=attributes["SOPClassUID"],
        sop_instance_uid=attributes["SOPInstanceUID"],
        series_instance_uid=series,
        study_instance_uid=study,
        transfer_syntax=transfer_syntax,
        blob=blob,
        byte_count=byte_count,
        checksum=checksum.hex(),
        received=from_microseconds(received),
        calling_ae_title=calling,
        called_ae_title=called,
        address=address,
        attributes=attributes,
    )
