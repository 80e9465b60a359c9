/** The bar of filters over the list: one search box for everything, a chip for each filter, and the choice of columns. */
import { Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Check, Columns3, Plus } from "lucide-react";
import { type RefObject, useState } from "react";
import { get } from "@/api/http";
import type { StudyChoicesWords } from "@/api/words";
import { Button } from "@/parts/button";
import { SearchField } from "@/parts/search_field";
import { Chip, ListQuestion, TextQuestion } from "./chip";
import { COLUMNS, useColumns } from "./columns";
import { DateChip } from "./date_chip";
import styles from "./filter_bar.module.css";
import { type Filters, senderWords, someOf } from "./filters";
import { useTyped } from "./typed";

interface Props {
  readonly filters: Filters;
  readonly isNarrow: boolean;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  /** `typed`: the address is replaced, not added to, so that Back does not go letter by letter. */
  readonly onChange: (changed: Partial<Filters>, typed?: boolean) => void;
  readonly onLeave: () => void;
}

type Name = "patient" | "modality" | "description" | "from" | "accession";

const WIDE: readonly Name[] = ["patient", "modality", "description", "from"];
const NARROW: readonly Name[] = ["patient", "modality"];
const TITLES: Readonly<Record<Name, string>> = {
  patient: "Patient",
  modality: "Modality",
  description: "Description",
  from: "From",
  accession: "Accession",
};

function isSet(name: Name, filters: Filters): boolean {
  if (name === "modality") return filters.modalities.length > 0;
  return name === "from" ? filters.senders.length > 0 : filters[name] !== "";
}

export function FilterBar({ filters, isNarrow, searchBox, onChange, onLeave }: Props) {
  const [added, setAdded] = useState<readonly Name[]>([]);
  const names = Object.keys(TITLES) as Name[];
  const always = isNarrow ? NARROW : WIDE;
  const shown = names.filter((name) => always.includes(name) || added.includes(name) || isSet(name, filters));
  const hidden = names.filter((name) => !shown.includes(name));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <search> element is not known to every screen reader
    <div className={styles.bar} role="search" aria-label="Filters">
      <SearchBox filters={filters} isNarrow={isNarrow} box={searchBox} onChange={onChange} onLeave={onLeave} />
      <DateChip date={filters.date} onChange={(date) => onChange({ date })} />
      {shown.map((name) => (
        <FilterChip
          key={name}
          name={name}
          isOpen={added.includes(name) && !isSet(name, filters)}
          filters={filters}
          onChange={onChange}
        />
      ))}
      {hidden.length > 0 && (
        <Menu position="bottom-start" offset={4}>
          <Menu.Target>
            <Button kind="quiet" icon={<Plus aria-hidden="true" />}>
              Filter
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {hidden.map((name) => (
              <Menu.Item key={name} onClick={() => setAdded([...added, name])}>
                {TITLES[name]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <ColumnsMenu />
    </div>
  );
}

function SearchBox(props: Pick<Props, "filters" | "isNarrow" | "onChange" | "onLeave"> & { readonly box: Props["searchBox"] }) {
  const [typed, type] = useTyped(props.filters.search, (search) => props.onChange({ search }, true));
  const hint = props.isNarrow ? "Patient, ID, accession" : "Patient, ID, accession, description";
  return (
    <SearchField
      className={styles.search ?? ""}
      box={props.box}
      label={`Search: ${hint.toLowerCase()}`}
      aria-keyshortcuts="/"
      placeholder={hint}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
      value={typed}
      onChange={type}
      onKeyDown={(event) => {
        if (event.key === "Escape" && typed) type("");
        else if (event.key === "ArrowDown" || event.key === "Enter" || event.key === "Escape") props.onLeave();
        else return;
        event.preventDefault();
      }}
    />
  );
}

interface ChipProps {
  readonly name: Name;
  readonly isOpen: boolean;
  readonly filters: Filters;
  readonly onChange: Props["onChange"];
}

function FilterChip({ name, isOpen, filters, onChange }: ChipProps) {
  const choices = useQuery({
    queryKey: ["study-choices"],
    queryFn: ({ signal }) => get<StudyChoicesWords>("/api/study-choices", undefined, signal),
    staleTime: 10_000,
    enabled: name === "modality" || name === "from",
  });
  if (name === "modality") {
    return (
      <Chip label={TITLES[name]} value={someOf(filters.modalities)} isOpen={isOpen} onClear={() => onChange({ modalities: [] })}>
        {() => (
          <ListQuestion
            options={choices.data?.modalities ?? []}
            chosen={filters.modalities}
            onChange={(modalities) => onChange({ modalities })}
          />
        )}
      </Chip>
    );
  }
  if (name === "from") {
    const value = someOf(filters.senders.map(senderWords));
    return (
      <Chip label={TITLES[name]} value={value} isOpen={isOpen} onClear={() => onChange({ senders: [] })}>
        {() => (
          <ListQuestion
            options={choices.data?.senders ?? []}
            chosen={filters.senders}
            words={senderWords}
            onChange={(senders) => onChange({ senders })}
          />
        )}
      </Chip>
    );
  }
  const label = name === "patient" ? "Part of the name or the ID" : `Part of the ${TITLES[name].toLowerCase()}`;
  return (
    <Chip label={TITLES[name]} value={filters[name]} isOpen={isOpen} onClear={() => onChange({ [name]: "" })}>
      {(close) => (
        <TextQuestion label={label} value={filters[name]} onChange={(value) => onChange({ [name]: value }, true)} onDone={close} />
      )}
    </Chip>
  );
}

function ColumnsMenu() {
  const { ids, toggle, reset } = useColumns();
  return (
    <Menu position="bottom-end" offset={4} closeOnItemClick={false}>
      <Menu.Target>
        <Button kind="quiet" className={styles.columns ?? ""} icon={<Columns3 aria-hidden="true" />}>
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {COLUMNS.filter((column) => column.id !== "patient").map((column) => (
          <Menu.Item
            key={column.id}
            role="menuitemcheckbox"
            aria-checked={ids.includes(column.id)}
            leftSection={ids.includes(column.id) ? <Check className={styles.chosen} /> : <span className={styles.chosen} />}
            onClick={() => toggle(column.id)}
          >
            {column.title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={reset}>Default columns</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
