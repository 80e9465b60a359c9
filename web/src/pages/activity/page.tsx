/** Activity: the associations, the log, the jobs and the arriving images, all live; each of them can fill the page (`?view=`). */
import { useSearchParams } from "react-router";
import { count } from "@/base/text";
import { PageBar } from "@/parts/page_bar";
import { Tabs } from "@/parts/tabs";
import { ArrivalsPane } from "./arrivals";
import { AssociationDetails } from "./association_details";
import { AssociationsPane, useNow } from "./associations";
import { JobsPane } from "./jobs";
import { LogPane } from "./log";
import styles from "./page.module.css";
import { type Associations, useAssociations } from "./use_associations";

const TABS = [
  { view: "", words: "Overview" },
  { view: "associations", words: "Associations" },
  { view: "log", words: "Log" },
  { view: "images", words: "Images" },
  { view: "jobs", words: "Jobs" },
];

export default function Page() {
  const [search] = useSearchParams();
  const found = useAssociations();
  const view = search.get("view") ?? "";
  const open = found.open.length;
  return (
    <>
      <PageBar
        title="Activity"
        count={
          <>
            <strong>{count(open)}</strong> open
          </>
        }
        tabs={<Tabs tabs={TABS} label="Views of what goes on" />}
      />
      <div className={styles.page}>
        <View view={view} found={found} chosen={search.get("association") ?? ""} />
      </div>
    </>
  );
}

function View({ view, found, chosen }: { readonly view: string; readonly found: Associations; readonly chosen: string }) {
  if (view === "log") return <LogPane />;
  if (view === "images") return <ArrivalsPane most={48} large />;
  if (view === "jobs") return <JobsPane large />;
  const details = chosen !== "" && <Details token={chosen} found={found} />;
  if (view === "associations") {
    return (
      <>
        <AssociationsPane found={found} short={false} />
        {details && <div className={styles.side}>{details}</div>}
      </>
    );
  }
  return (
    <>
      <div className={styles.main}>
        <AssociationsPane found={found} short />
        <LogPane />
      </div>
      <div className={styles.side}>
        {details || (
          <>
            <ArrivalsPane most={12} large={false} />
            <JobsPane large={false} />
          </>
        )}
      </div>
    </>
  );
}

function Details({ token, found }: { readonly token: string; readonly found: Associations }) {
  const known = found.open.find((one) => one.token === token) ?? found.past.find((one) => one.token === token);
  const now = useNow(known?.outcome === "open");
  return <AssociationDetails key={token} token={token} known={known} now={now} />;
}
