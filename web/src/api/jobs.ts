/** The jobs of the house (`/api/jobs`): the latest of them kept up to date by the live event, and what can be asked of them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { change, get } from "./http";
import { onLive } from "./live";
import type { JobList, JobWords, RetrieveWanted, SendWanted, UpkeepWanted } from "./words";

export type JobWanted = RetrieveWanted | SendWanted | UpkeepWanted;

const KEY = ["jobs"] as const;

/** The latest jobs, latest first; undefined until the first answer. */
export function useJobs() {
  const client = useQueryClient();
  const asked = useQuery({ queryKey: KEY, queryFn: ({ signal }) => askJobs(signal) });
  useEffect(
    () =>
      onLive<JobList>("jobs", (told) => {
        const known = client.getQueryData<JobList>(KEY)?.jobs ?? [];
        client.setQueryData<JobList>(KEY, { ...told, jobs: merged(known, told.jobs) });
        // the event tells of the latest alone: of an older one that runs or waits the house is asked
        const isUntold = known.some((job) => !isOver(job) && !told.jobs.some((one) => one.id === job.id));
        if (isUntold) void client.invalidateQueries({ queryKey: KEY }, { cancelRefetch: false });
      }),
    [client],
  );
  return asked;
}

/** The latest ones and, of those before them, the ones that run or wait. */
async function askJobs(signal: AbortSignal): Promise<JobList> {
  const going = await get<JobList>("/api/jobs", { under_way: "1", limit: UNDER_WAY_MOST }, signal);
  const latest = await get<JobList>("/api/jobs", undefined, signal);
  return { ...latest, jobs: merged(going.jobs, latest.jobs) };
}

const UNDER_WAY_MOST = 100;

/** What is known with what was told again in its place; latest first. */
export function merged(known: readonly JobWords[], told: readonly JobWords[]): JobWords[] {
  const byId = new Map(known.map((job) => [job.id, job]));
  for (const job of told) byId.set(job.id, job);
  return [...byId.values()].sort((one, other) => other.id - one.id);
}

export function submitJob(wanted: JobWanted): Promise<JobWords> {
  return change<JobWords>("POST", "/api/jobs", wanted);
}

export function cancelJob(id: number): Promise<JobWords> {
  return change<JobWords>("POST", `/api/jobs/${id}/cancel`);
}

export function startAgain(id: number): Promise<JobWords> {
  return change<JobWords>("POST", `/api/jobs/${id}/again`);
}

export function isOver(job: JobWords): boolean {
  return job.state !== "queued" && job.state !== "running";
}
