/** The last step: what was tested is kept as a report, with who did it and for which order. */
import type { CheckupWords } from "@/api/words";
import { Lamp } from "@/parts/lamp";
import { ReportForm } from "../doctor/report_form";
import { endWords, lampOf, progress } from "../doctor/rungs";
import styles from "./add.module.css";

export function ReportStep({ checkup }: { readonly checkup: CheckupWords | undefined }) {
  const isOver = checkup !== undefined && checkup.ended !== null;
  return (
    <div className={styles.report}>
      <p className={styles.lead}>
        The report has the device with its versions, every test with its time, what it takes and how encoded, and the headers of
        what it sent. The same test in a year is compared with it, and what has changed is said in sentences.
      </p>
      {isOver ? (
        <>
          <p>
            <Lamp state={lampOf(checkup)} /> {checkup.verdict ? `${checkup.verdict.headline}.` : endWords(checkup)}{" "}
            {progress(checkup)}.
          </p>
          <ReportForm token={checkup.token} />
        </>
      ) : (
        <p>
          <Lamp state="unknown" /> There is nothing to report before the test has ended.
        </p>
      )}
    </div>
  );
}
