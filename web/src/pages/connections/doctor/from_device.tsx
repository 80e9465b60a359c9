/** What the device does by itself: waits for its own call, and tells what became of it. A scanner is tested by what it sends. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { get } from "@/api/http";
import { useStory } from "@/api/nodes";
import type { Door, NodeWords } from "@/api/words";
import { counted } from "@/base/text";
import { Card } from "@/parts/card";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import styles from "./from_device.module.css";
import { latest, turnedAway } from "./turned_away";
import { unasked } from "./unasked";

const LOOK_MS = 2000;

export function FromDevice({ node }: { readonly node: NodeWords }) {
  const story = useStory(node.name, LOOK_MS);
  const door = useQuery({
    queryKey: ["network", "door"],
    queryFn: ({ signal }) => get<Door>("/api/door", undefined, signal),
    refetchInterval: LOOK_MS,
  });
  const [since, setSince] = useState<number>();
  const { data, isFetchedAfterMount } = door;
  useEffect(() => {
    // an answer that was kept from another page is too old to count from
    if (data && isFetchedAfterMount) setSince((now) => now ?? latest(data.callers));
  }, [data, isFetchedAfterMount]);
  const calls = story.data?.calls;
  const refused = turnedAway(data?.callers ?? [], node, since);
  return (
    <Card title="From the device to here">
      <div className={styles.body}>
        <p>
          At the device, send one image to this archive, or press its own echo or test button. What arrives is seen here within two
          seconds.
        </p>
        {story.error && <Fault tried="Its calls could not be read" error={story.error} />}
        <p aria-live="polite">
          {calls && unasked(calls) > 0 ? (
            <>
              <Lamp state="good" /> It has called from <bdi className="mono">{calls.address}</bdi>, and{" "}
              <strong>{counted(unasked(calls), "image")}</strong> arrived. That is the proof.
            </>
          ) : calls && calls.count > 0 ? (
            <>
              <Lamp state="partly" /> It has called {counted(calls.count, "time")} from <bdi className="mono">{calls.address}</bdi>,
              and sent no image by itself yet.
            </>
          ) : (
            <>
              <Lamp state="listening" /> Waiting for <bdi className="mono">{node.ae_title}</bdi>. It has not called yet.
            </>
          )}
        </p>
        {refused && (
          <p>
            <Lamp state="bad" /> <bdi className="mono">{refused.calling_ae_title}</bdi> called from{" "}
            <bdi className="mono">{refused.address}</bdi> and was turned away: <bdi>{refused.reason}</bdi>
          </p>
        )}
      </div>
    </Card>
  );
}
