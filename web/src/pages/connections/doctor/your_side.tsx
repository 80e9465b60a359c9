/** What to change here, or what was looked at here and is right; and what can be done today without the other side. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, Check } from "lucide-react";
import { useState } from "react";
import { get } from "@/api/http";
import { keepNode, useStory } from "@/api/nodes";
import type { CheckupWords, DeviceWords, NodeWords, VerdictWords } from "@/api/words";
import { counted } from "@/base/text";
import { Button } from "@/parts/button";
import { Card } from "@/parts/card";
import { Fault } from "@/parts/fault";
import points from "./points.module.css";
import { rightHere } from "./right_here";
import { Sentence } from "./sentence";
import styles from "./sides.module.css";
import { isOurTitle, namesOf } from "./verdict";

interface Props {
  readonly checkup: CheckupWords;
  readonly verdict: VerdictWords;
  readonly node: NodeWords;
  readonly onChanged: () => void;
}

export function YourSide({ checkup, verdict, node, onChanged }: Props) {
  const names = namesOf(checkup);
  const right = useWhatIsRight(checkup);
  const hasWorkaround = Boolean(verdict.known_as && verdict.called);
  const here = verdict.here.filter((sentence) => !(hasWorkaround && isWorkaround(sentence)));
  const count = here.length;
  return (
    <Card
      title="On your side"
      end={count > 0 ? counted(count, "thing to look at", "things to look at") : "nothing to change"}
      className={styles.card}
    >
      <ul className={`${points.points} ${styles.list}`}>
        {here.map((sentence) => (
          <li key={sentence} className={styles.todo}>
            <ArrowRight aria-hidden="true" />
            <Sentence text={sentence} names={names} />
          </li>
        ))}
        {right.map((sentence) => (
          <li key={sentence}>
            <Check aria-hidden="true" />
            <Sentence text={sentence} names={names} />
          </li>
        ))}
      </ul>
      {hasWorkaround && <Workaround checkup={checkup} verdict={verdict} node={node} onChanged={onChanged} />}
    </Card>
  );
}

/** What can be done today in place of what should be done: it has a button of its own. */
function isWorkaround(sentence: string): boolean {
  return sentence.startsWith("If nobody can change it today");
}

function useWhatIsRight(checkup: CheckupWords): readonly string[] {
  const device = useQuery({
    queryKey: ["network", "device"],
    queryFn: ({ signal }) => get<DeviceWords>("/api/device", undefined, signal),
  }).data;
  const story = useStory(checkup.node).data;
  return rightHere(checkup, device, story, new Date());
}

/** The other spelling, towards this one node. */
function Workaround({ checkup, verdict, node, onChanged }: Props) {
  const queries = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const ours = isOurTitle(checkup, verdict);
  const take = async () => {
    setBusy(true);
    setError(undefined);
    const { name, ...entry } = node;
    try {
      const wanted = ours ? { ...entry, local_ae_title: verdict.known_as } : { ...entry, ae_title: verdict.known_as };
      await keepNode(name, wanted);
      await queries.invalidateQueries({ queryKey: ["network"] });
      onChanged();
    } catch (found) {
      setError(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.around}>
      <p>
        {ours
          ? "If nobody can change it today, use the other spelling towards this one node. Other nodes do not notice."
          : "The entry of this node can take the spelling that it answers to."}
      </p>
      {error !== undefined && <Fault tried="The entry was not changed" error={error} />}
      <Button onClick={() => void take()} disabled={busy}>
        <span>
          {ours ? "Be" : "Call it"} <bdi>{verdict.known_as}</bdi> {ours && "for this node"}
        </span>
      </Button>
    </div>
  );
}
