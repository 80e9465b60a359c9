/**
 * The instances that are kept beside the index because they contradict it: on the left those that are decided together, beside it both
 * sides of one with all that differs, below it the choice.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "@/api/http";
import { useStatus } from "@/api/status";
import type { SetAsideList } from "@/api/words";
import { ago, count, counted } from "@/base/text";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { Identifier, PersonName } from "@/parts/person_name";
import { walkRows } from "@/parts/row_walk";
import { SectionHeading } from "@/parts/section";
import { useParameters } from "@/parts/use_parameters";
import { type Group, groupsOf, KIND_WORDS } from "./contradictions";
import styles from "./set_aside.module.css";
import { Sides } from "./sides";

/** As many as one answer holds (API_ROWS_MAX); the rest comes when these are decided. */
const ROWS = 1000;

export function SetAside() {
  const status = useStatus();
  const { place, set } = useParameters();
  const client = useQueryClient();
  /** Their number when a decision began: those that are decided leave one by one, and the list is asked again at the end. */
  const [held, setHeld] = useState<number>();
  const asked = useQuery({
    // asked again whenever their number changes
    queryKey: ["set-aside", held ?? status?.set_aside],
    queryFn: ({ signal }) => get<SetAsideList>("/api/set-aside", { limit: ROWS }, signal),
    placeholderData: (before) => before,
  });
  const groups = groupsOf(asked.data?.set_aside ?? []);
  const wanted = Number(place.get("item"));
  const chosen = groups.find((group) => group.items.some((one) => one.id === wanted)) ?? groups[0];
  const item = chosen?.items.find((one) => one.id === wanted) ?? chosen?.items[0];
  const show = (id: number | undefined) => set({ item: id === undefined ? "" : String(id) });
  if (asked.error && !asked.data) {
    return <Fault tried="What is set aside could not be listed" error={asked.error} again={() => void asked.refetch()} />;
  }
  if (asked.data && !item) return <Nothing />;
  return (
    <>
      <section className={styles.list} aria-label="What is set aside" aria-busy={asked.isPending}>
        <SectionHeading title="Set aside" count={asked.data && told(asked.data)} />
        <ul className={styles.groups}>
          {groups.map((group) => (
            <GroupRow key={group.key} group={group} chosen={group === chosen} onChoose={() => show(group.items[0]?.id)} />
          ))}
        </ul>
        <p className={styles.foot}>They are safe on the disk, and found by nobody until you decide.</p>
      </section>
      {chosen && item && (
        <Sides
          key={item.id}
          item={item}
          group={chosen}
          onShow={show}
          onDeciding={() => setHeld(status?.set_aside)}
          onDecided={async () => {
            await client.invalidateQueries({ queryKey: ["set-aside"] });
            setHeld(undefined);
            show(undefined);
          }}
        />
      )}
    </>
  );
}

function told(list: SetAsideList): string {
  return list.more ? `the first ${count(ROWS)}` : counted(list.set_aside.length, "image");
}

function Nothing() {
  return (
    <div className={styles.nothing}>
      <EmptyState title="Nothing is set aside">
        An image that contradicts what is here, such as other pixels under the same UID or another patient in the same study, is
        kept apart and shown here with both values.
      </EmptyState>
    </div>
  );
}

function GroupRow({ group, chosen, onChoose }: { readonly group: Group; readonly chosen: boolean; readonly onChoose: () => void }) {
  const first = group.items[0];
  if (!first) return null;
  return (
    <li>
      <button
        type="button"
        className={chosen ? styles.chosen : styles.group}
        aria-pressed={chosen}
        onClick={onChoose}
        onKeyDown={(event) => walkRows(event)?.click()}
      >
        <span className={styles.kind}>
          <strong>{KIND_WORDS[group.kind]}</strong>
          <span className={styles.count}>{counted(group.items.length, "image")}</span>
        </span>
        <span className={styles.who}>
          <PersonName name={first.patient_name} />
          <Identifier text={first.patient_id} />
        </span>
        <span className={styles.from}>
          <bdi>from {first.calling_ae_title || "this computer"}</bdi>
          <time dateTime={first.received}>{ago(new Date(first.received), new Date())}</time>
        </span>
      </button>
    </li>
  );
}
