/** The chosen node: how fast it answered, what was learned from talking to it, what changed, and what can be done with it. */
import { Menu } from "@mantine/core";
import { EllipsisVertical } from "lucide-react";
import { useNavigate } from "react-router";
import { canBeCalled, useStory } from "@/api/nodes";
import type { NodeState, NodeWords, NodeStory as Words } from "@/api/words";
import { count, counted } from "@/base/text";
import { Button, IconButton } from "@/parts/button";
import { Dimse } from "@/parts/dimse";
import { Fault } from "@/parts/fault";
import { Lamp } from "@/parts/lamp";
import { AnswerTimes } from "./answer_times";
import { recently } from "./clock";
import { Drifts } from "./drifts";
import frame from "./frame.module.css";
import styles from "./node_story.module.css";
import { standing } from "./verdicts";

interface Props {
  readonly node: NodeWords;
  readonly title: string;
  readonly asking: boolean;
  readonly now: Date;
  readonly onEcho: () => void;
  readonly onEdit: () => void;
  readonly onDuplicate: () => void;
  readonly onForget: () => void;
}

export function NodeStory(props: Props) {
  const { node, now } = props;
  const story = useStory(node.name);
  const navigate = useNavigate();
  const stands = standing(story.data?.state, now, Boolean(node.dicomweb_url));
  return (
    <section className={styles.story} aria-label={`${node.name}: what is known of it`}>
      <header className={`${frame.bar} ${styles.bar}`}>
        <Lamp state={props.asking ? "busy" : stands.lamp} />
        <h2>
          <bdi>{node.name}</bdi>
        </h2>
        <p className={styles[stands.tone]}>
          <Headline node={node} story={story.data} words={stands.headline} title={props.title} />
        </p>
        <Button
          onClick={props.onEcho}
          disabled={props.asking || !canBeCalled(node)}
          title={canBeCalled(node) ? undefined : "It stands for many devices"}
        >
          {node.dicomweb_url ? "Ask" : <Dimse name="C-ECHO" />}
        </Button>
        <Button onClick={props.onEdit}>Edit</Button>
        {canBeCalled(node) && !node.dicomweb_url && (
          <Button kind="primary" onClick={() => navigate(`/connections?node=${encodeURIComponent(node.name)}`)}>
            Run the doctor
          </Button>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <IconButton label="More for this node">
              <EllipsisVertical />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {canBeCalled(node) && (
              <Menu.Item onClick={() => navigate(`/connections?view=sheets&node=${encodeURIComponent(node.name)}`)}>
                Setup sheet
              </Menu.Item>
            )}
            <Menu.Item onClick={props.onDuplicate}>Duplicate…</Menu.Item>
            <Menu.Item color="var(--bad)" onClick={props.onForget}>
              Forget…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      {story.error && <Fault tried="Its story could not be read" error={story.error} />}
      {story.data && <Body node={node} story={story.data} now={now} />}
    </section>
  );
}

function Headline({ node, story, words, title }: { node: NodeWords; story: Words | undefined; words: string; title: string }) {
  if (!words) return null;
  const verdict = story?.state.verdict;
  const named =
    verdict === "refuses our title" ? node.local_ae_title || title : verdict === "refuses its title" ? node.ae_title : "";
  return (
    <>
      {words} {named && <bdi className="mono">{named}</bdi>}
    </>
  );
}

/** What a machine compares. */
const MACHINE = new Set(["Implementation", "As caller", "DICOMweb", "It calls us"]);

function Body({ node, story, now }: { readonly node: NodeWords; readonly story: Words; readonly now: Date }) {
  const { calls, state } = story;
  const learned: [string, string][] = [
    ["Implementation", story.implementation_version_name || story.implementation_class_uid],
    ["PDU", story.pdu_bytes_max === null ? "" : story.pdu_bytes_max === 0 ? "any size" : `${count(story.pdu_bytes_max)} bytes`],
    ["Titles", story.titles],
    ["Retrieve", story.retrieve],
    ["It called", calls.last ? `${counted(calls.count, "time")}, last ${recently(new Date(calls.last), now)}` : ""],
    ["It calls us", calls.titles.map((one) => one.ae_title).join(", ")],
    ["Refused here", calls.failed ? counted(calls.failed, "request") : ""],
    ["DICOMweb", node.dicomweb_url ?? ""],
    ["As caller", calls.implementation_version_name],
    ["Images", calls.received || calls.sent ? `${counted(calls.received, "image")} received, ${count(calls.sent)} sent` : ""],
    ["Preferred syntax", node.transfer_syntaxes?.length ? counted(node.transfer_syntaxes.length, "preference") : ""],
  ];
  const known = learned.filter(([, words]) => words);
  return (
    <div className={styles.body}>
      <AnswerTimes answers={story.answers} now={now} />
      <div className={styles.learned}>
        <h3>Learned from talking to it</h3>
        {known.length === 0 && <p className={styles.nothing}>{nothingYet(node, state)}</p>}
        <dl>
          {known.map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{MACHINE.has(name) ? <bdi className="mono">{words}</bdi> : words}</dd>
            </div>
          ))}
        </dl>
      </div>
      <Drifts drifts={story.drifts} now={now} />
      <div className={styles.changes}>
        <h3>What changed</h3>
        <ol>
          {state.words && story.events.length === 0 && state.milliseconds === null && state.asked && (
            <li>
              <time>{recently(new Date(state.asked), now)}</time>
              <bdi className={styles.bad}>{state.words}</bdi>
            </li>
          )}
          {story.events.map((event) => (
            <li key={event.moment + event.words}>
              <time dateTime={event.moment}>{recently(new Date(event.moment), now)}</time>
              <Turn words={event.words} bad={event.good === false} />
            </li>
          ))}
        </ol>
        {story.events.length === 0 && !(state.words && state.milliseconds === null) && (
          <p className={styles.nothing}>Nothing, as far as it is remembered.</p>
        )}
      </div>
    </div>
  );
}

function nothingYet(node: NodeWords, state: NodeState): string {
  if (state.asked) return "Nothing: it has not answered yet.";
  return canBeCalled(node) ? "Nothing yet." : "Nothing yet: it has not called.";
}

/** What happened, red as far as its verb where it is bad. */
function Turn({ words, bad }: { readonly words: string; readonly bad: boolean }) {
  const colon = bad ? words.indexOf(":") : -1;
  if (colon < 0) return <bdi className={bad ? styles.bad : ""}>{words}</bdi>;
  return (
    <bdi>
      <span className={styles.bad}>{words.slice(0, colon)}</span>
      {words.slice(colon)}
    </bdi>
  );
}
