/** What the tab says of a report: its moment, its lamp, the line below its name; and which of the list is looked for. */

import type { ReportState } from "@/api/words";
import { clock, day } from "@/base/text";
import type { LampState } from "@/parts/lamp";

export const LAMPS: Readonly<Record<ReportState["outcome"], LampState>> = {
  good: "good",
  warn: "partly",
  bad: "bad",
  quiet: "unknown",
};

/** "2026-11-23" of this computer's clock. */
export function dayOf(iso: string): string {
  return day(new Date(iso));
}

/** "2026-11-23 14:32" of this computer's clock. */
export function momentOf(iso: string): string {
  return `${dayOf(iso)} ${clock(new Date(iso))}`;
}

/** How the checkup went, in one sentence without its end. */
export function wentHow(report: ReportState): string {
  if (report.headline) return report.headline;
  const layers = `${report.worked} of ${report.tried} layers work`;
  return report.outcome === "warn" ? `${layers}, with something to mind` : layers;
}

/** Who made it, where, and under which order; empty where nobody wrote it. */
export function byWhom(report: ReportState): string {
  return [report.technician, report.site, report.work_order && `order ${report.work_order}`].filter(Boolean).join(", ");
}

/** Those in which every word that was typed is found: node, title, product, technician, site, order, day. */
export function found(reports: readonly ReportState[], typed: string): readonly ReportState[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return reports.filter((one) => {
    const text = [one.node, one.ae_title, one.host, one.product, byWhom(one), dayOf(one.kept), one.headline]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The reports of the same node that a report can be compared with, the latest first. */
export function comparable(reports: readonly ReportState[], report: ReportState): readonly ReportState[] {
  return reports.filter((one) => one.node === report.node && one.token !== report.token);
}
