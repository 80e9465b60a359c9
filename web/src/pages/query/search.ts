/** What the page asks the house: the search itself, what of it is here, how retrieving went, and the jobs that retrieve. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { change, get } from "@/api/http";
import { onLive } from "@/api/live";
import type {
  CountWords,
  EchoWords,
  ExperienceWords,
  FindAsked,
  FindWords,
  HereWords,
  JobList,
  JobWords,
  NodeState,
  NodeStates,
  WhyWords,
} from "@/api/words";
import { RETURNED, type Row, rowsOf, seriesOf } from "./answers";
import { joinedKeys, type Level, type Question, searchesOf } from "./question";

/** As many answers as the house keeps for one reply. */
export const ANSWERS_MAX = 1000;
/** Studies whose series are looked for one after the other: each is a search of its own at that node. */
const STUDIES_OF_SERIES_MAX = 40;
const SEARCHES_AT_ONCE = 3;
const COUNTED_MAX = 10_000;
const JOBS_SHOWN = 100;

export interface Found {
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly seconds: number;
}

const ASKED_AGAIN_MS = 60_000;

/** How the nodes stood when they were asked last; the chosen one is asked now, if that is a while ago. */
export function useNodeStates(chosen: string): readonly NodeState[] {
  const queries = useQueryClient();
  useEffect(() => onLive("network", () => void queries.invalidateQueries({ queryKey: ["node-states"] })), [queries]);
  const states = useQuery({
    queryKey: ["node-states"],
    queryFn: ({ signal }) => get<NodeStates>("/api/node-states", undefined, signal),
  });
  const state = states.data?.nodes.find((one) => one.name === chosen);
  const isStale = state !== undefined && (state.asked === null || Date.now() - Date.parse(state.asked) > ASKED_AGAIN_MS);
  useQuery({
    queryKey: ["echo", chosen],
    queryFn: async ({ signal }) => {
      const answer = await change<EchoWords>("POST", "/api/echo", { node: chosen }, signal);
      await queries.invalidateQueries({ queryKey: ["node-states"] });
      return answer;
    },
    enabled: isStale,
    staleTime: ASKED_AGAIN_MS,
    retry: false,
  });
  return states.data?.nodes ?? [];
}

export function useSearch(question: Question, stamp: string) {
  return useQuery({
    queryKey: ["search", question, stamp],
    queryFn: ({ signal }) => search(question, signal),
    enabled: stamp !== "" && question.node !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

async function find(asked: FindAsked, signal: AbortSignal): Promise<FindWords> {
  return change<FindWords>("POST", "/api/find", asked, signal);
}

async function search(question: Question, signal: AbortSignal): Promise<Found> {
  const began = performance.now();
  const level = question.level === "patient" ? "patient" : "study";
  const asked = searchesOf(question, new Date()).map(
    (keys) => () => find({ node: question.node, level, keys, returned: RETURNED[level], limit: ANSWERS_MAX }, signal),
  );
  const words = await inTurn(asked);
  let rows = rowsOf(
    level,
    words.flatMap((one) => one.answers),
  );
  let more = words.some((one) => one.more) || rows.length > ANSWERS_MAX;
  if (question.level === "series") {
    more ||= rows.length > STUDIES_OF_SERIES_MAX;
    rows = await seriesBelow(rows.slice(0, STUDIES_OF_SERIES_MAX), question, signal);
  }
  return { rows: rows.slice(0, ANSWERS_MAX), more, seconds: (performance.now() - began) / 1000 };
}

/** Study by study: a node without relational queries wants the study of a series (PS3.4 C.4.1.2.2.1). */
async function seriesBelow(studies: readonly Row[], question: Question, signal: AbortSignal): Promise<Row[]> {
  const asked = studies.map((study) => async () => {
    const keys = { StudyInstanceUID: study.studyUid };
    const found = await find({ node: question.node, level: "series", keys, returned: RETURNED.series, limit: ANSWERS_MAX }, signal);
    return seriesOf(study, found.answers, question.fields.modalities);
  });
  return (await inTurn(asked)).flat();
}

/** All of them, a few at once, the answers in order. */
async function inTurn<Result>(asks: readonly (() => Promise<Result>)[]): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < asks.length; at += SEARCHES_AT_ONCE) {
    results.push(...(await Promise.all(asks.slice(at, at + SEARCHES_AT_ONCE).map((ask) => ask()))));
  }
  return results;
}

export interface Counted {
  readonly count: number;
  readonly more: boolean;
}

/** How many studies or patients match, counted there; several modalities are counted one by one. */
export async function countOf(question: Question, signal: AbortSignal): Promise<Counted> {
  const level = question.level === "patient" ? "patient" : "study";
  const asked = searchesOf(question, new Date()).map(
    (keys) => () => change<CountWords>("POST", "/api/count", { node: question.node, level, keys, limit: COUNTED_MAX }, signal),
  );
  const words = await inTurn(asked);
  return { count: words.reduce((sum, one) => sum + one.count, 0), more: words.some((one) => one.more) };
}

/** Why it finds so few: the house makes the search again without each of its keys, and with other spellings of the guilty ones. */
export const whyOf = (question: Question, signal: AbortSignal): Promise<WhyWords> => {
  const level = question.level === "patient" ? "patient" : "study";
  return change<WhyWords>("POST", "/api/why", { node: question.node, level, keys: joinedKeys(question, new Date()) }, signal);
};

/** How many images of each row are in this archive. */
export function useHere(level: Level, rows: readonly Row[]) {
  return useQuery({
    queryKey: ["here", level, rows.map((row) => row.key)],
    queryFn: async ({ signal }) => {
      const values = rows.map((row) => row.key);
      const words = await change<HereWords>("POST", "/api/here", { level, values }, signal);
      return new Map(Object.entries(words.instances));
    },
    enabled: rows.length > 0,
    placeholderData: (before) => before,
  });
}

export function useExperience(node: string) {
  return useQuery({
    queryKey: ["experience", node],
    queryFn: ({ signal }) => get<ExperienceWords>("/api/experience", { node }, signal),
    enabled: node !== "",
    retry: false,
  });
}

export interface Retrievals {
  readonly jobs: readonly JobWords[];
  readonly isHeld: boolean;
  /** How many run or wait in all; more than are listed where many wait. */
  readonly underWay: number;
}

/** The retrievals. They and what depends on them are asked for again whenever a job changes. */
export function useRetrievals() {
  const queries = useQueryClient();
  useEffect(
    () =>
      onLive("jobs", () => {
        for (const name of ["retrievals", "here", "experience"]) queries.invalidateQueries({ queryKey: [name] });
      }),
    [queries],
  );
  return useQuery({
    queryKey: ["retrievals"],
    queryFn: async ({ signal }): Promise<Retrievals> => {
      const list = (under_way: string) => get<JobList>("/api/jobs", { kind: "retrieve", limit: JOBS_SHOWN, under_way }, signal);
      const [going, latest] = await Promise.all([list("1"), list("0")]);
      const jobs = new Map([...latest.jobs, ...going.jobs].map((job) => [job.id, job]));
      return { jobs: [...jobs.values()], isHeld: going.held.includes("retrieve"), underWay: going.under_way };
    },
  });
}

/** Ask for a row to be brought here; what is here of it already is not asked for. */
export function retrieve(node: string, level: Level, row: Row): Promise<JobWords> {
  const shown = { patient_name: row.patientName.slice(0, 400), about: aboutOf(level, row), instances: row.images ?? 0 };
  return change<JobWords>("POST", "/api/jobs", { kind: "retrieve", node, level, keys: uniqueKeys(level, row), by: "auto", shown });
}

function uniqueKeys(level: Level, row: Row): Record<string, string> {
  if (level === "patient") return { PatientID: row.patientId };
  if (level === "study") return { StudyInstanceUID: row.studyUid };
  return { StudyInstanceUID: row.studyUid, SeriesInstanceUID: row.seriesUid };
}

function aboutOf(level: Level, row: Row): string {
  const parts = [row.modalities.join(" ")];
  if (level === "patient" && row.studies !== undefined) parts.push(`${row.studies} ${row.studies === 1 ? "study" : "studies"}`);
  if (level === "study" && row.series !== undefined) parts.push(`${row.series} series`);
  if (level === "series") parts.push(row.description || "1 series");
  return parts.filter(Boolean).join(", ").slice(0, 400);
}

export const stop = (job: JobWords) => change<JobWords>("POST", `/api/jobs/${job.id}/cancel`);
export const again = (job: JobWords) => change<JobWords>("POST", `/api/jobs/${job.id}/again`);
export const hold = (on: boolean) => change("POST", `/api/jobs/hold?kind=retrieve&on=${on ? 1 : 0}`);
