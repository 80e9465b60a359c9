/** What was seen of this side and is right: each with where it is known from. Nothing is claimed that was not seen. */
import type { CheckupWords, DeviceWords, NodeStory } from "@/api/words";
import { counted, moment } from "@/base/text";

export function rightHere(
  checkup: CheckupWords,
  device: DeviceWords | undefined,
  story: NodeStory | undefined,
  now: Date,
): readonly string[] {
  const title = checkup.own_ae_title;
  const found = title === title.trim() ? [`title ${title}, ${counted(title.length, "letter")}, no stray space`] : [];
  const last = story?.calls.last;
  if (last) found.push(`it reached you at ${moment(new Date(last), now)}, from ${story.calls.address}`);
  else if (device?.latest_call) {
    const { address, moment: when } = device.latest_call;
    found.push(`you can be reached: ${address} called at ${moment(new Date(when), now)}`);
  }
  if (device) found.push(`you listen at port ${device.port} since ${moment(new Date(device.listening_since), now)}`);
  if (checkup.own_address && checkup.own_address !== checkup.host) found.push(`your address towards it is ${checkup.own_address}`);
  return found;
}
