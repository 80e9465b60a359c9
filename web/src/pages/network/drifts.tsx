/** What about a node is other than it was when it was commissioned, or seen first, with the word that it is meant so. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { change } from "@/api/http";
import type { DriftWords } from "@/api/words";
import { day } from "@/base/text";
import { Button } from "@/parts/button";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { recently } from "./clock";
import { refresh } from "./neighbourhood";
import styles from "./node_story.module.css";

export function Drifts({ drifts, now }: { readonly drifts: readonly DriftWords[]; readonly now: Date }) {
  const queries = useQueryClient();
  const [error, setError] = useState<unknown>();
  const take = async (drift: DriftWords) => {
    setError(undefined);
    try {
      await change("POST", "/api/drift/taken", { node: drift.node, key: drift.key });
    } catch (found) {
      setError(found);
    }
    await refresh(queries, false);
  };
  if (drifts.length === 0) return null;
  return (
    <div className={styles.drifts}>
      <h3>Other than usual</h3>
      {error !== undefined && <Fault tried="It was not taken as usual" error={error} />}
      <ul>
        {drifts.map((drift) => (
          <li key={drift.key}>
            <Lamp state="partly" />
            <p>
              <bdi>It {drift.words}</bdi>
              <span>
                since {recently(new Date(drift.since), now)}; {drift.origin === "commissioned" ? "commissioned" : "first seen"} so{" "}
                {day(new Date(drift.usual_since))}
              </span>
            </p>
            <Button small onClick={() => void take(drift)}>
              It is meant so
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
