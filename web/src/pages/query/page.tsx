/**
 * Query and retrieve: ask another node what it has, see what of it is here, bring the rest.
 *
 * What was asked is in the address; the fields are those of the address until somebody types. The first search of an address is done by
 * itself, so that a link shows the same to a colleague.
 */
import { useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { canBeCalled, useNodes } from "@/api/nodes";
import { counted } from "@/base/text";
import { Button } from "@/parts/button";
import { EmptyState } from "@/parts/empty_state";
import { Fault } from "@/parts/fault";
import { PageBar } from "@/parts/page_bar";
import { offer } from "@/parts/palette";
import type { Row } from "./answers";
import { Everything } from "./everything";
import { FieldRow } from "./fields";
import { underWay } from "./jobs";
import { NodePicker } from "./node_picker";
import styles from "./page.module.css";
import { type Fields, fromAddress, isEverything, LEVELS, type Level, NO_FIELDS, type Question, toAddress } from "./question";
import { Queue } from "./queue";
import { Results, Waiting } from "./results";
import { SavedQueries } from "./saved_queries";
import { type Found, retrieve, useExperience, useHere, useRetrievals, useSearch } from "./search";
import { NOUNS, SelectionBar } from "./selection_bar";
import { Why } from "./why";

const NOBODY: ReadonlyMap<string, number> = new Map();
const NOTHING: readonly Row[] = [];
const LEVEL_WORDS: Readonly<Record<Level, string>> = { patient: "Patient", study: "Study", series: "Series" };

export default function Page() {
  const [parameters, setParameters] = useSearchParams();
  const address = parameters.toString();
  const asked = useMemo(() => fromAddress(new URLSearchParams(address)), [address]);
  const nodes = useNodes();
  const known = useMemo(() => (nodes.data ?? []).filter(canBeCalled), [nodes.data]);
  const node = known.find((one) => one.name === asked.question.node) ?? (asked.question.node ? undefined : known[0]);
  const [typed, setTyped] = useState<Fields>(asked.question.fields);
  useEffect(() => setTyped(asked.question.fields), [asked]);
  const [dialog, setDialog] = useState<"everything" | "why" | undefined>();
  const stamp = parameters.get("asked") ?? "";
  const question: Question = { ...asked.question, node: node?.name ?? asked.question.node };
  const found = useSearch(question, node ? stamp : "");
  const retrievals = useRetrievals();

  const show = (next: Partial<Question>, isAsked: boolean) => {
    const whole = { ...question, ...next };
    setDialog(undefined);
    setParameters(toAddress(whole, isAsked ? String(Date.now()) : "", asked.sort));
  };
  const search = (fields: Fields = typed) => {
    if (!node) return;
    if (isEverything({ ...question, fields }, new Date())) setDialog("everything");
    else show({ fields }, true);
  };
  useEffect(() => {
    const commands = known.map(({ name }) => ({
      id: `query ${name}`,
      words: `Query ${name}`,
      group: "Node",
      run: () => setParameters(withNode(address, name)),
    }));
    return offer("query", commands);
  }, [known, address, setParameters]);
  const typedAddress = toAddress({ ...question, fields: typed }, "1", asked.sort).toString();
  return (
    <>
      <PageBar
        title="Query"
        tabs={
          <>
            <NodePicker nodes={known} chosen={node} onChoose={(name) => show({ node: name }, false)} />
            <Levels level={question.level} onChoose={(level) => show({ level, fields: typed }, stamp !== "" && !isEmpty(typed))} />
          </>
        }
        actions={
          <>
            <SavedQueries address={node ? typedAddress : ""} onSearch={(saved) => setParameters(restamped(saved))} />
            <Button onClick={() => setDialog("everything")} disabled={!node}>
              Everything…
            </Button>
          </>
        }
      />
      <FieldRow
        level={question.level}
        fields={typed}
        onChange={setTyped}
        onSearch={() => search()}
        isPrimary={!found.data?.rows.length}
        isBusy={!node}
      />
      {nodes.isError ? (
        <Fault tried="The nodes could not be listed" error={nodes.error} again={() => nodes.refetch()} />
      ) : !node ? (
        <div className={styles.body}>{nodes.data && <NoNode name={asked.question.node} />}</div>
      ) : (
        <Body
          key={stamp}
          question={question}
          isWeb={Boolean(node.dicomweb_url)}
          isAsked={stamp !== ""}
          found={found}
          sort={asked.sort || (question.level === "patient" ? "patient" : "-date")}
          onSort={(sort) => setParameters(toAddress(question, stamp, sort), { replace: true })}
          onWhy={isEmpty(question.fields) ? undefined : () => setDialog("why")}
          coming={underWay(retrievals.data?.jobs ?? [], question.node)}
          onChanged={() => retrievals.refetch()}
          onCancel={() => setParameters(toAddress(question, "", asked.sort))}
        />
      )}
      {retrievals.isError && (
        <Fault tried="The queue could not be shown" error={retrievals.error} again={() => retrievals.refetch()} />
      )}
      {retrievals.data && <Queue {...retrievals.data} nodes={known} onChanged={() => retrievals.refetch()} />}
      {dialog === "everything" && node && (
        <Everything
          node={node.name}
          level={question.level}
          onAsk={() => show({ fields: NO_FIELDS }, true)}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog === "why" && (
        <Why question={question} onSearch={(fields) => show({ fields }, true)} onClose={() => setDialog(undefined)} />
      )}
    </>
  );
}

const isEmpty = (fields: Fields) => Object.values(fields).every((value: string | readonly string[]) => value.length === 0);

/** The same fields at another node, not asked yet. */
function withNode(address: string, name: string): URLSearchParams {
  const { question, sort } = fromAddress(new URLSearchParams(address));
  return toAddress({ ...question, node: name }, "", sort);
}

/** A saved query is asked anew, whatever was answered when it was saved. */
function restamped(address: string): URLSearchParams {
  const parameters = new URLSearchParams(address);
  parameters.set("asked", String(Date.now()));
  return parameters;
}

function Levels({ level, onChoose }: { readonly level: Level; readonly onChoose: (level: Level) => void }) {
  return (
    <fieldset className={styles.levels} aria-label="What to list">
      {LEVELS.map((one) => (
        <button key={one} type="button" aria-pressed={one === level} onClick={() => onChoose(one)}>
          {LEVEL_WORDS[one]}
        </button>
      ))}
    </fieldset>
  );
}

function NoNode({ name }: { readonly name: string }) {
  return (
    <EmptyState title={name ? `No node is called ${name} here` : "No node is known yet"}>
      <p>
        A node is another device that can be asked. <Link to="/network">Enter one under Network</Link>, or let it call here: callers
        that are not known wait at the door there.
      </p>
    </EmptyState>
  );
}

interface BodyProps {
  readonly question: Question;
  readonly isWeb: boolean;
  readonly isAsked: boolean;
  readonly found: {
    readonly data: Found | undefined;
    readonly error: unknown;
    readonly isFetching: boolean;
    readonly refetch: () => void;
  };
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly onWhy: (() => void) | undefined;
  /** The keys of what is being brought already. */
  readonly coming: ReadonlySet<string>;
  readonly onChanged: () => void;
  readonly onCancel: () => void;
}

function Body({ question, isWeb, isAsked, found, sort, onSort, onWhy, coming, onChanged, onCancel }: BodyProps) {
  const navigate = useNavigate();
  const { level, node } = question;
  const rows = found.data?.rows ?? NOTHING;
  const here = useHere(level, rows).data ?? NOBODY;
  const experience = useExperience(node);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [queued, setQueued] = useState<number>();
  const [error, setError] = useState<unknown>();
  const chosen = rows.filter((row) => selected.has(row.key));
  const bring = async () => {
    setQueued(0);
    setError(undefined);
    const left = new Set(selected);
    try {
      for (const [place, row] of chosen.entries()) {
        setQueued(place);
        if (!coming.has(row.key)) await retrieve(node, level, row);
        left.delete(row.key);
      }
    } catch (refusal) {
      setError(refusal);
    }
    setSelected(left);
    setQueued(undefined);
    onChanged();
  };
  const open = (row: Row) => {
    if (!row.studyUid || !here.get(row.key)) return;
    navigate(
      `/viewer?${new URLSearchParams(row.seriesUid ? { study: row.studyUid, series: row.seriesUid } : { study: row.studyUid })}`,
    );
  };
  if (!isAsked) {
    return (
      <div className={styles.body}>
        <EmptyState title={`What does ${node} have?`}>
          <p>
            Type a name, an identifier, days or modalities above and press Enter. A name may be its beginning; * stands for any
            letters.
          </p>
        </EmptyState>
      </div>
    );
  }
  if (found.error) {
    return (
      <div className={styles.body}>
        <Fault tried={`${node} could not be searched`} error={found.error} again={() => found.refetch()} />
      </div>
    );
  }
  if (!found.data) return <Waiting level={level} node={node} onCancel={onCancel} />;
  return (
    <>
      <Results
        level={level}
        rows={rows}
        here={here}
        sort={sort}
        onSort={onSort}
        selected={selected}
        onSelect={setSelected}
        onOpen={open}
        foot={<Foot found={found.data} level={level} />}
      />
      {error !== undefined && <Fault tried="Not all of it could be queued" error={error} again={bring} />}
      <SelectionBar
        level={level}
        chosen={chosen}
        here={here}
        experience={experience.data}
        queued={queued}
        isWeb={isWeb}
        onRetrieve={bring}
        onWhy={onWhy}
      />
    </>
  );
}

function Foot({ found, level }: { readonly found: Found; readonly level: Level }) {
  const [one, many] = NOUNS[level];
  const time = `answered in ${found.seconds.toFixed(found.seconds < 1 ? 2 : 1)} s`;
  if (found.rows.length === 0) {
    return (
      <EmptyState title={`No ${one} matches`}>
        <p>The node {time}. Fewer keys find more; capitals and wild cards count where the node says so.</p>
      </EmptyState>
    );
  }
  return (
    <p className={styles.foot}>
      {found.more ? "There are more; a narrower search shows the rest. The first " : "End of list. "}
      <strong>{counted(found.rows.length, one, many)}</strong>{" "}
      {found.more ? "are shown" : found.rows.length === 1 ? "matches" : "match"}, {time}.
    </p>
  );
}
