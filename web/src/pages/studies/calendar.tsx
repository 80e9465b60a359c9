/** A month to choose two days in; loaded when it is first asked for. */
import { DatePicker } from "@mantine/dates";
import type { ReactNode } from "react";
import { dateWords } from "@/model/dates";
import type { Span } from "./filters";

type Ends = [string | null, string | null];

interface Props {
  readonly span: Span;
  readonly onChange: (span: Span) => void;
}

export default function Calendar({ span, onChange }: Props): ReactNode {
  const ends: Ends = [span.from ? dateWords(span.from) : null, span.to ? dateWords(span.to) : null];
  const shown = ends[1] ?? ends[0];
  return (
    <DatePicker
      type="range"
      size="xs"
      allowSingleDateInRange
      weekendDays={[]}
      {...(shown ? { defaultDate: shown } : {})}
      value={ends}
      onChange={([from, to]: Ends) => onChange({ from: dicom(from), to: dicom(to) })}
    />
  );
}

const dicom = (day: string | null) => (day ? day.slice(0, 10).replaceAll("-", "") : "");
