/** Both halves of a sheet, side by side: how each device is entered at the other, where its own title is set, what goes wrong. */
import type { HalfWords, LineWords, SetupSheet } from "@/api/words";
import { Card } from "@/parts/card";
import { Copy } from "@/parts/copy";
import { QrPicture } from "@/parts/qr_picture";
import { Snippet } from "@/parts/snippet";
import { Term } from "@/parts/term";
import { boxes } from "../add/boxes";
import { essentials } from "./pair";
import styles from "./sides.module.css";

export function Sides({ sheet }: { readonly sheet: SetupSheet }) {
  return (
    <>
      <div className={styles.sides}>
        <Side half={sheet.here} other={sheet.there} />
        <Side half={sheet.there} other={sheet.here} />
      </div>
      <Tests sheet={sheet} />
    </>
  );
}

function Side({ half, other }: { readonly half: HalfWords; readonly other: HalfWords }) {
  const { at } = half;
  return (
    <Card title={`On ${at.name}`} end={half.product}>
      <div className={styles.side}>
        <div className={styles.who}>
          <dl>
            <Value name={<Term word="AE title" />} text={at.ae_title} what={`the AE title of ${at.name}`} />
            <Value name="Address" text={at.host} what={`the address of ${at.name}`} />
            <Value name="Port" text={String(at.port)} what={`the port of ${at.name}`} />
          </dl>
          <QrPicture text={essentials(half)} width={92} label={`QR code with title, address and port of ${at.name}`} />
        </div>
        <h4>
          So that it knows <bdi>{other.at.name}</bdi>
        </h4>
        <Ways half={half} own="Its own title and port:" />
        {at.opens_port && (
          <details>
            <summary>So that others reach its port</summary>
            <div className={styles.below}>
              <Snippet text={at.opens_port} what="the command for the firewall" />
            </div>
          </details>
        )}
        {half.checks && <p className={styles.second}>{half.checks}</p>}
        {half.traps.length > 0 && (
          <ul className={styles.traps} aria-label={`What goes wrong with ${half.product}`}>
            {half.traps.map((trap) => (
              <li key={trap}>{trap}</li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

/** A value that is typed there, to be copied. */
export function Value({ name, text, what }: { readonly name: React.ReactNode; readonly text: string; readonly what: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi className="mono">{text}</bdi>
        <Copy text={text} what={what} />
      </dd>
    </div>
  );
}

/** All ways to enter the other, the first one open, and where one's own title and port are set; `own` are the words before that. */
export function Ways({ half, own }: { readonly half: HalfWords; readonly own: string }) {
  const [first, ...rest] = half.lines;
  return (
    <>
      {first && <Entry line={first} />}
      {rest.map((line) => (
        <details key={line.where + line.text}>
          <summary>Or: {line.where}</summary>
          <Entry line={line} />
        </details>
      ))}
      {half.own && (
        <details>
          <summary>
            {own} {half.own.where}
          </summary>
          <Entry line={half.own} />
        </details>
      )}
    </>
  );
}

/** One way to enter the other: the text of a file or a command, or the boxes of a dialog. */
function Entry({ line }: { readonly line: LineWords }) {
  return (
    <div className={styles.entry}>
      <p className={styles.where}>{line.where}</p>
      {line.form === "fields" ? <Boxes text={line.text} /> : <Snippet text={line.text} what={`the line for ${line.product}`} />}
      {line.mind && <p className={styles.mind}>{line.mind}</p>}
      {line.then && <p className={styles.second}>{line.then}.</p>}
    </div>
  );
}

function Boxes({ text }: { readonly text: string }) {
  return (
    <dl className={styles.boxes}>
      {boxes(text).map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
            <Copy text={value} what={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Tests({ sheet }: { readonly sheet: SetupSheet }) {
  return (
    <Card title="Then test both ways" className={styles.tests}>
      <ul>
        {[sheet.here, sheet.there].map((half, place) => {
          const other = place === 0 ? sheet.there : sheet.here;
          return (
            <li key={half.at.name}>
              From <bdi>{half.at.name}</bdi> call <bdi>{other.at.name}</bdi>
              {half.test ? (
                <>
                  : <code>{half.test}</code>. {half.test_says}
                </>
              ) : (
                <>
                  {" by "}
                  <Term word="C-ECHO" />, in its own menu.
                </>
              )}
            </li>
          );
        })}
        <li>An echo proves the address, the port and the titles. It does not prove that images are taken: send one as well.</li>
      </ul>
    </Card>
  );
}
