import { PageBar } from "@/parts/page_bar";

export default function Page() {
  return <PageBar title="Activity" />;
}
