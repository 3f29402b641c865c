// What doesn't work, with the device's own sentence, which names the setting; the everyday page has the plain one only.
import { tell } from "./language.js";
import { get } from "./link.js";
import { byId, make } from "./text.js";

function entry(message, sentence) {
  const plain = tell(message, sentence);
  const item = make("li", plain);
  if (plain !== message) {
    const exact = make("p", message, "muted");
    exact.lang = "en";
    item.append(exact);
  }
  return item;
}

const { health, notice } = await get("/api/state");
const found = health ? [...health.problems, ...(health.notices || [])] : [];
byId("details-list").replaceChildren(
  ...found.map((one) => entry(one.message, one)),
  ...(notice && notice.kind === "problem" ? [entry(notice.text, notice)] : []),
);
byId("details").hidden = byId("details-list").children.length === 0;
