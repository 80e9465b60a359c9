/** What is asked of the other side as a message that can be sent: what was tried, what came back, what to change, the line to type. */
import type { CheckupWords, VerdictWords } from "@/api/words";

export function messageOf(checkup: CheckupWords, verdict: VerdictWords): string {
  const own = `${checkup.own_ae_title} (${[checkup.own_address, `port ${checkup.own_port}`].filter(Boolean).join(", ")})`;
  const failed = checkup.steps.find((step) => step.layer === verdict.layer);
  const [line] = verdict.lines;
  const parts = [
    `To whoever looks after ${checkup.ae_title} at ${checkup.host}:${checkup.port}${checkup.product ? ` (${checkup.product})` : ""}:`,
    `We are ${own}. We tested the DICOM connection to you on ${stamp(checkup.began)}. ${full(verdict.headline)} ${full(verdict.explanation)}`.trim(),
    verdict.there.length > 0 ? `Please:\n${verdict.there.map((one) => `- ${one}`).join("\n")}` : "",
    line
      ? `In ${line.where}${line.before ? `, in place of\n\n    ${indented(line.before)}\n` : ":\n"}\n    ${indented(line.text)}\n\n${full(line.then)}`
      : "",
    line
      ? ""
      : `What we are: AE title ${checkup.own_ae_title}, address ${checkup.own_address || "(as seen from you)"}, port ${checkup.own_port}.`,
    failed && failed.exchanges.length > 0
      ? `What we saw:\n${failed.exchanges.map((one) => `- ${stamp(one.moment)} ${one.direction} ${one.words}`).join("\n")}`
      : "",
    verdict.undecided ? `What we cannot tell from here: ${verdict.undecided}` : "",
  ];
  return parts
    .filter(Boolean)
    .map((part) => part.trimEnd())
    .join("\n\n");
}

function full(sentence: string): string {
  return sentence && !/[.!?]$/.test(sentence) ? `${sentence}.` : sentence;
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n    ");
}

/** A moment with its zone, since the other side may be elsewhere. */
function stamp(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
